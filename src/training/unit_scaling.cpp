#include "training/unit_scaling.hpp"

#include <cmath>
#include <cstdlib>
#include <utility>

namespace thalweg::detail {
namespace {

constexpr int kOrdinary = 40;  ///< exponents up to this are left alone

int exponent_of(double value) { return value > 0 ? std::ilogb(value) : 0; }

}  // namespace

UnitScaling::UnitScaling(const TrainingProblem& problem) : problem_(problem) {
  if (problem.output_bias() == OutputBias::kPenalised) return;
  const int x = exponent_of(problem.X().cwiseAbs().maxCoeff());
  const int y = problem.loss().needs_labels() ? 0 : exponent_of(problem.y().cwiseAbs().maxCoeff());
  if (std::abs(x) <= kOrdinary && std::abs(y) <= kOrdinary) return;
  y_ = y;
  // Weights are products of square roots of masses: y - x is even.
  x_ = (y - x) % 2 == 0 ? x : x + 1;
}

TrainingProblem UnitScaling::scaled() const {
  const Loss& given = problem_.loss();
  Loss loss = given;
  if (given.kind() == LossKind::kHuber) {
    loss = Loss::huber(std::ldexp(given.delta(), -y_), given.scale());
    if (given.sample_weights().size() > 0) loss = loss.with_sample_weights(given.sample_weights());
  }
  return {problem_.X() * std::ldexp(1.0, -x_),
          problem_.y() * std::ldexp(1.0, -y_),
          std::ldexp(problem_.beta(), -x_ - y_),
          loss,
          problem_.output_bias(),
          problem_.skip()};
}

TwoLayerNetwork UnitScaling::convert(TwoLayerNetwork network, int way) const {
  const double half = std::ldexp(1.0, way * (y_ - x_) / 2);
  network.W *= half;
  network.alpha *= half;
  network.output_bias *= std::ldexp(1.0, way * y_);
  network.skip *= std::ldexp(1.0, way * (y_ - x_));
  return network;
}

TwoLayerNetwork UnitScaling::scaled(const TwoLayerNetwork& network) const {
  return convert(network, -1);
}

TrainingResult UnitScaling::restore(TrainingResult result) const {
  result.network = convert(std::move(result.network), 1);
  result.objective = problem_.objective(result.network);
  result.lower_bound = std::ldexp(result.lower_bound, 2 * y_);
  result.dual *= std::ldexp(1.0, y_);
  result.dual_norm = std::ldexp(result.dual_norm, x_ + y_);
  return result;
}

}  // namespace thalweg::detail
