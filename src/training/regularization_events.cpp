#include "training/regularization_events.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kFeasible = 1e-11;  ///< multipliers exist when they miss by no more, per beta
constexpr double kWidth = 1e-13;     ///< relative width at which a bracket is narrow enough
constexpr double kRounding = 1e-15;
constexpr int kMostEvaluations = 80;

void add_wall_conditions(std::vector<PathCondition>& conditions, std::size_t j,
                         const PathWalls& walls, const PathPiece& piece, const Matrix& X,
                         const PathState& state) {
  const Vector heights = walls.normals * state.u[j];
  auto on = piece.walls.begin();
  for (Index g = 0; g < heights.size(); ++g) {
    if (on != piece.walls.end() && *on == g) {
      ++on;
      continue;
    }
    const double side = piece.side[static_cast<std::size_t>(g)];
    conditions.push_back({PathEventKind::kReachWall, j, g, 0, side * heights[g]});
  }
  if (piece.walls.empty()) return;
  const WallMultipliers multipliers =
      wall_multipliers(walls, piece, X, state.nu, state.u[j], state.beta);
  if (!piece.independent) {
    conditions.push_back({PathEventKind::kRearranged, j, -1, 0, kFeasible - multipliers.missing});
    return;
  }
  const Vector weights = wall_weights(walls, piece, state.nu);
  for (Index k = 0; k < weights.size(); ++k) {
    const Index g = piece.walls[static_cast<std::size_t>(k)];
    const double mu = multipliers.values[k] / state.beta;
    const double weight = weights[k] / state.beta;
    conditions.push_back({PathEventKind::kLeaveWall, j, g, -1, -mu});
    conditions.push_back({PathEventKind::kLeaveWall, j, g, 1, mu - weight});
  }
}

}  // namespace

std::vector<PathCondition> path_conditions(const PathWalls& walls,
                                           const std::vector<PathPiece>& pieces, const Matrix& X,
                                           const PathState& state, double mass_scale) {
  std::vector<PathCondition> conditions;
  for (std::size_t j = 0; j < pieces.size(); ++j) {
    conditions.push_back({PathEventKind::kExit, j, -1, 0, state.mass[j] / mass_scale});
    add_wall_conditions(conditions, j, walls, pieces[j], X, state);
  }
  return conditions;
}

PathState between(const PathState& a, const PathState& b, double beta) {
  PathState state = a;
  const double t = (beta - a.beta) / (b.beta - a.beta);
  for (std::size_t j = 0; j < a.mass.size(); ++j) {
    state.mass[j] += t * (b.mass[j] - a.mass[j]);
    state.u[j] = (a.u[j] + t * (b.u[j] - a.u[j])).normalized();
  }
  state.affine += t * (b.affine - a.affine);
  state.beta = beta;
  return state;
}

std::optional<PathState> locate_event(PathEquations& equations, const PathState& high,
                                      const PathState& low,
                                      const std::function<double(const PathState&)>& g) {
  PathState top = high;
  PathState bottom = low;
  double g_top = g(top);
  double g_bottom = g(bottom);
  int same_side = 0;  // evaluations in a row on the top (+) or bottom (-) side
  for (int evaluation = 0; evaluation < kMostEvaluations; ++evaluation) {
    if (std::abs(g_top) <= kRounding || top.beta - bottom.beta <= kWidth * top.beta) return top;
    // Illinois' false position, with bisection after three steps on one side.
    double t = g_top / (g_top - g_bottom);
    if (std::abs(same_side) >= 3 || !(t > 0 && t < 1)) t = 0.5;
    const double beta = top.beta + t * (bottom.beta - top.beta);
    if (!(beta < top.beta && beta > bottom.beta)) return top;
    const std::optional<PathState> middle = equations.solve(between(top, bottom, beta), beta);
    if (!middle) return std::nullopt;
    const double value = g(*middle);
    if (value >= 0) {
      top = *middle;
      g_top = value;
      if (same_side > 0) g_bottom *= 0.5;
      same_side = same_side > 0 ? same_side + 1 : 1;
    } else {
      bottom = *middle;
      g_bottom = value;
      if (same_side < 0) g_top *= 0.5;
      same_side = same_side < 0 ? same_side - 1 : -1;
    }
    if (std::abs(same_side) > 3) same_side = 0;
  }
  return top;
}

}  // namespace thalweg::detail
