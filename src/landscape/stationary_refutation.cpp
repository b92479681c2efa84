#include "landscape/stationary_refutation.hpp"

#include <algorithm>
#include <cmath>

#include "landscape/enclosure_arithmetic.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg::landscape {
namespace {

constexpr Index kMostChoices = 1024;  ///< of sides of a neuron's downward kinks

/// A candidate's neuron.
struct Place {
  const LocalNeuron* local;
  const LocalElement* element;
  const std::vector<Index>* ties;
  const std::optional<Matrix>* cells;
};

std::vector<Place> places_of(const std::vector<Candidate>& candidates, Index neuron) {
  std::vector<Place> result;
  for (const Candidate& candidate : candidates) {
    for (std::size_t k = 0; k < candidate.locals.size(); ++k) {
      const PointSlot& slot = candidate.point.slots()[k];
      if (slot.neuron != neuron) continue;
      result.push_back(
          {&candidate.locals[k], &candidate.elements[k], &slot.ties, &candidate.cells[k]});
    }
  }
  return result;
}

/// Any direction gives a bound: the shortest elements', and without a point nearby the weights'.
double weight_bound(const NetworkBall& ball, const TwoLayerNetwork& network, Index neuron,
                    const std::vector<Place>& places) {
  double most = ball.weight_gradient(neuron, network.W.row(neuron));
  for (const Place& place : places) {
    most = std::max(most, ball.weight_gradient(neuron, place.element->residual));
    if (!*place.cells || passes_span_test(*place.local)) continue;
    const LocalElement hull = shortest_in_hull(*place.local, **place.cells);
    if (hull.residual.size() == 0) continue;
    // Cells list all patterns only when no other hyperplane may vanish.
    BallGates gates;
    gates.planes = *place.ties;
    gates.cells = &**place.cells;
    most = std::max(most, ball.weight_gradient(neuron, hull.residual, gates));
  }
  return most;
}

/// Whether every choice of sides for the downward kinks leaves a gradient above the tolerance.
bool all_sides_fail(const NetworkBall& ball, Index neuron, const Place& place,
                    const std::vector<Index>& kinks, double tolerance) {
  const LocalNeuron& local = *place.local;
  std::vector<Index> free;
  for (Index t = 0; t < local.ties(); ++t) {
    if (std::find(kinks.begin(), kinks.end(), t) == kinks.end()) free.push_back(t);
  }
  const auto choices = tie_cells(local.normals(kinks, Eigen::all), kMostChoices);
  if (!choices) return false;
  for (const auto& choice : choices->rowwise()) {
    BallGates gates;
    Vector target = local.target;
    for (std::size_t k = 0; k < kinks.size(); ++k) {
      const int side = choice[static_cast<Index>(k)] > 0 ? 1 : 0;
      gates.fixed.emplace_back((*place.ties)[static_cast<std::size_t>(kinks[k])], side);
      if (side == 1) target -= local.pulls.col(kinks[k]);
    }
    Vector residual = target;
    if (!free.empty()) {
      const Matrix pulls = local.pulls(Eigen::all, free);
      residual = bounded_least_squares(pulls, target, Vector::Ones(pulls.cols())).residual;
    }
    const double part = ball.weight_gradient(neuron, residual, gates);
    if (!(ball.gradient(neuron, part) > tolerance)) return false;
  }
  return true;
}

/// Whether no point of the ball is d-stationary because of this neuron: for every choice of sides
/// of its downward kinks the gradient is too long.
bool never_d_stationary(const NetworkBall& ball, Index neuron, const Place& place,
                        double tolerance) {
  std::vector<Index> kinks;
  for (Index t = 0; t < place.local->ties(); ++t) {
    const Index plane = (*place.ties)[static_cast<std::size_t>(t)];
    if (is_positive(ball.jump(neuron, plane))) kinks.push_back(t);
  }
  return !kinks.empty() && all_sides_fail(ball, neuron, place, kinks, tolerance);
}

}  // namespace

Refutation refute(const NetworkBall& ball, const TwoLayerNetwork& network,
                  const std::vector<Candidate>& candidates, double tolerance) {
  Refutation result;
  if (!ball.is_bounded()) return result;
  double square = std::pow(ball.affine_gradient(), 2);
  for (Index j = 0; j < network.width(); ++j) {
    const std::vector<Place> places = places_of(candidates, j);
    square += std::pow(ball.gradient(j, weight_bound(ball, network, j, places)), 2);
    for (const Place& place : places) {
      if (result.d_stationary) break;
      result.d_stationary = never_d_stationary(ball, j, place, tolerance);
    }
  }
  result.clarke = std::sqrt(square) * (1 - 1e-12);
  result.d_stationary = result.d_stationary || result.clarke > tolerance;
  return result;
}

}  // namespace thalweg::landscape
