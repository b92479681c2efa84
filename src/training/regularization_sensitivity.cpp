#include <cmath>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/oracle/row_geometry.hpp"
#include "thalweg/training/regularization_path.hpp"
#include "training/regularization_newton.hpp"

namespace thalweg {
namespace {

using detail::PathEquations;
using detail::PathPiece;
using detail::PathState;
using detail::PathTangent;
using detail::PathWalls;

/// d(mass u) of each neuron, stacked, and the change of the fit.
Vector moved_weights(const PathState& state, const PathTangent& tangent, Index dimension) {
  Vector moved(static_cast<Index>(state.mass.size()) * dimension);
  for (std::size_t j = 0; j < state.mass.size(); ++j) {
    moved.segment(static_cast<Index>(j) * dimension, dimension) =
        tangent.mass[j] * state.u[j] + state.mass[j] * tangent.u[j];
  }
  return moved;
}

Vector moved_fit(const TrainingProblem& problem, const std::vector<PathPiece>& pieces,
                 const Vector& weights, const PathTangent& tangent) {
  Vector fit = problem.affine_fit(problem.unstack(tangent.affine));
  for (std::size_t j = 0; j < pieces.size(); ++j) {
    const auto part =
        weights.segment(static_cast<Index>(j) * problem.dimension(), problem.dimension());
    fit += pieces[j].s * pieces[j].gate.cwiseProduct(problem.X() * part);
  }
  return fit;
}

/// d(nu_i)/d(y_i) at a fixed fit, (n); empty for losses of labels.
Vector target_pull(const TrainingProblem& problem, const Vector& fit) {
  if (problem.loss().needs_labels()) return {};
  // phi depends on f - y alone, so nu = -phi'(f - y) moves with y as it moves back with f.
  return problem.loss().curvature(fit, problem.y());
}

}  // namespace

PathSensitivity path_sensitivity(const TrainingProblem& problem, const TwoLayerNetwork& network,
                                 double tie) {
  problem.check(network);
  const Index d = problem.dimension();
  const PathWalls walls(RowGeometry(problem.X()), problem.X());
  PathSensitivity result;
  std::vector<PathPiece> pieces;
  PathState state;
  state.beta = problem.beta();
  state.affine = problem.stack(problem.affine_part(network));
  for (Index j = 0; j < network.width(); ++j) {
    const double alpha = network.alpha(j, 0);
    const Vector w = std::abs(alpha) * network.W.row(j).transpose();
    if (!(w.norm() > 0)) return result;  // a neuron of mass 0 has no direction
    Vector u = w.normalized();
    const Vector heights = walls.normals * u;
    std::vector<Index> on_walls;
    for (Index g = 0; g < heights.size(); ++g) {
      if (std::abs(heights[g]) <= tie) on_walls.push_back(g);
    }
    pieces.push_back(detail::make_piece(walls, alpha < 0 ? -1 : 1, u, std::move(on_walls)));
    state.mass.push_back(w.norm());
    state.u.push_back(std::move(u));
  }
  PathEquations equations(problem, pieces);
  equations.refresh(state);
  result.residual = equations.residual(state);
  const std::optional<PathTangent> tangent = equations.tangent(state);
  if (!tangent) return result;
  result.regular = true;
  const Vector moved = moved_weights(state, *tangent, d);
  result.weights = moved.reshaped(d, network.width()).transpose();
  result.masses = Eigen::Map<const Vector>(tangent->mass.data(), network.width());
  result.affine = problem.unstack(tangent->affine);
  result.fit = moved_fit(problem, pieces, moved, *tangent);
  const Vector pull = target_pull(problem, state.fit);
  if (pull.size() == 0) return result;
  const std::vector<PathTangent> moves = equations.tangents(state, Matrix(pull.asDiagonal()));
  result.fit_by_target.resize(problem.samples(), problem.samples());
  result.weights_by_target.resize(moved.size(), problem.samples());
  for (Index i = 0; i < problem.samples(); ++i) {
    const PathTangent& move = moves[static_cast<std::size_t>(i)];
    result.weights_by_target.col(i) = moved_weights(state, move, d);
    result.fit_by_target.col(i) = moved_fit(problem, pieces, result.weights_by_target.col(i), move);
  }
  return result;
}

}  // namespace thalweg
