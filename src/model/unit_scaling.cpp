#include "thalweg/model/unit_scaling.hpp"

#include <cmath>
#include <cstdlib>

namespace thalweg {
namespace {

constexpr int kOrdinary = 40;  ///< exponents up to this are left alone

int exponent_of(double value) { return value > 0 ? std::ilogb(value) : 0; }

template <class Values>
Values shifted(const Values& values, int exponent) {
  return values.unaryExpr([exponent](double value) { return std::ldexp(value, exponent); });
}

TwoLayerNetwork converted(TwoLayerNetwork network, int masses, int outputs) {
  const double half = std::ldexp(1.0, masses / 2);
  network.W *= half;
  network.alpha *= half;
  network.output_bias *= std::ldexp(1.0, outputs);
  network.skip *= std::ldexp(1.0, masses);
  return network;
}

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
  return {shifted(problem_.X(), -x_),
          shifted(problem_.y(), -y_),
          std::ldexp(problem_.beta(), -x_ - y_),
          loss,
          problem_.output_bias(),
          problem_.skip()};
}

bool UnitScaling::exact() const {
  const auto survives = [](double value, int exponent) {
    return std::ldexp(std::ldexp(value, -exponent), exponent) == value;
  };
  const auto all_survive = [&](const auto& values, int exponent) {
    return values.unaryExpr([&](double value) { return survives(value, exponent) ? 1.0 : 0.0; })
               .minCoeff() == 1;
  };
  const Loss& loss = problem_.loss();
  return all_survive(problem_.X(), x_) && all_survive(problem_.y(), y_) &&
         survives(problem_.beta(), x_ + y_) &&
         (loss.kind() != LossKind::kHuber || survives(loss.delta(), y_));
}

TwoLayerNetwork UnitScaling::scaled(const TwoLayerNetwork& network) const {
  return converted(network, -masses(), -outputs());
}

TwoLayerNetwork UnitScaling::restored(const TwoLayerNetwork& network) const {
  return converted(network, masses(), outputs());
}

}  // namespace thalweg
