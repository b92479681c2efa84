#include "landscape/spurious_starts.hpp"

#include <algorithm>
#include <utility>

namespace thalweg::landscape {
namespace {

/// Random directions that are tried for each missing neuron.
constexpr int kTries = 40;
/// A direction counts as violated beyond this relative excess over beta.
constexpr double kExcess = 1e-6;

}  // namespace

ValleyStarts::ValleyStarts(const TrainingProblem& problem, Index width, std::uint64_t seed)
    : problem_(problem),
      width_(static_cast<std::size_t>(width)),
      random_(seed),
      oracle_(problem.X()) {}

Neuron ValleyStarts::neuron_along(const Vector& u, const Vector& nu, const Vector& curvature,
                                  double share) const {
  const double length = u.norm();
  Neuron neuron;
  neuron.w = Vector::Zero(u.size());
  if (!(length > 0)) return neuron;
  const Vector activation = (problem_.X() * u / length).cwiseMax(0.0);
  const double pull = nu.dot(activation);
  const double bend = activation.dot(curvature.cwiseProduct(activation));
  neuron.sign = sign_of(pull);
  const double excess = std::abs(pull) - problem_.beta();
  // Where the loss is straight, as Huber's far from the target, a unit step does.
  const double mass = bend > 0 ? excess / bend : 1.0;
  if (excess > kExcess * problem_.beta()) neuron.w = share * mass / length * u;
  return neuron;
}

ValleyPoint ValleyStarts::singletons(Index first) {
  ValleyPoint point{{}, problem_.best_affine_part()};
  const Vector fit = problem_.affine_fit(point.affine);
  const Vector nu = problem_.dual_point(fit);
  const Vector curvature = problem_.loss().curvature(fit, problem_.y());
  const Matrix& X = problem_.X();
  std::vector<Index> rows;
  for (Index k = 0; k < X.rows() && rows.size() < width_; ++k) {
    const Index i = (first + k) % X.rows();
    const bool apart = std::all_of(rows.begin(), rows.end(),
                                   [&](Index other) { return X.row(i).dot(X.row(other)) < 0; });
    if (!apart) continue;
    Neuron neuron = neuron_along(X.row(i), nu, curvature, 1);
    if (neuron.w.isZero(0)) continue;
    rows.push_back(i);
    point.neurons.push_back(std::move(neuron));
  }
  return point;
}

ValleyPoint ValleyStarts::subset(const TwoLayerNetwork& network) {
  ValleyPoint point{to_neurons(network), problem_.affine_part(network)};
  while (point.neurons.size() > width_) {
    const auto gone = static_cast<std::ptrdiff_t>(random_.below(point.neurons.size()));
    point.neurons.erase(point.neurons.begin() + gone);
  }
  return point;
}

ValleyPoint ValleyStarts::random() {
  ValleyPoint point{{}, problem_.best_affine_part()};
  add_random(point, problem_.affine_fit(point.affine));
  return point;
}

bool ValleyStarts::fill(ValleyPoint& point, const RunControl& control) {
  const std::size_t before = point.neurons.size();
  const Vector fit = problem_.fit(to_network(point.neurons, problem_.dimension(), point.affine));
  add_random(point, fit);
  if (point.neurons.size() == before) add_climbed(point, fit, control);
  return point.neurons.size() > before;
}

void ValleyStarts::add_climbed(ValleyPoint& point, const Vector& fit, const RunControl& control) {
  const Vector nu = problem_.dual_point(fit);
  const Vector curvature = problem_.loss().curvature(fit, problem_.y());
  const std::size_t missing = width_ - point.neurons.size();
  const std::vector<DualDirection> directions =
      oracle_.climb(nu, problem_.beta() * (1 + kExcess), static_cast<Index>(missing),
                    random_.below(std::uint64_t{1} << 32), 1, {}, control);
  const double share = 1.0 / static_cast<double>(std::max<std::size_t>(directions.size(), 1));
  for (const DualDirection& direction : directions) {
    Neuron neuron = neuron_along(direction.u, nu, curvature, share);
    if (!neuron.w.isZero(0)) point.neurons.push_back(std::move(neuron));
  }
}

void ValleyStarts::add_random(ValleyPoint& point, const Vector& fit) {
  const Vector nu = problem_.dual_point(fit);
  const Vector curvature = problem_.loss().curvature(fit, problem_.y());
  const std::size_t missing = width_ - std::min(width_, point.neurons.size());
  const double share = 1.0 / static_cast<double>(std::max<std::size_t>(missing, 1));
  for (std::size_t k = 0; k < kTries * missing && point.neurons.size() < width_; ++k) {
    Neuron neuron = neuron_along(random_direction(), nu, curvature, share);
    if (!neuron.w.isZero(0)) point.neurons.push_back(std::move(neuron));
  }
}

/// Combinations of few rows, or of all: the former are active on few samples.
Vector ValleyStarts::random_direction() {
  const Matrix& X = problem_.X();
  const auto rows = static_cast<std::uint64_t>(X.rows());
  const std::uint64_t kind = random_.below(4);
  if (kind == 3) {
    const Vector mix = Vector::NullaryExpr(X.rows(), [&] { return random_.normal(); });
    return X.transpose() * mix;
  }
  Vector u = Vector::Zero(X.cols());
  for (std::uint64_t k = 0; k <= kind; ++k) {
    u += random_.normal() * X.row(static_cast<Index>(random_.below(rows))).transpose();
  }
  return u;
}

}  // namespace thalweg::landscape
