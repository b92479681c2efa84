#include "landscape/stationary_exact.hpp"

#include <algorithm>
#include <utility>

#include "landscape/dyadic.hpp"
#include "landscape/stationary_ball.hpp"
#include "landscape/stationary_point.hpp"

namespace thalweg::landscape {
namespace {

using Rationals = std::vector<mpq_class>;

mpq_class inner(const Rationals& a, const Rationals& b) {
  mpq_class sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

Rationals rationals(const Vector& values) { return {values.begin(), values.end()}; }

/// |w_j|^2 - alpha_j^2 = 0 for every neuron.
bool balanced_exactly(const TwoLayerNetwork& network) {
  for (Index j = 0; j < network.width(); ++j) {
    mpq_class defect = -mpq_class(network.alpha(j, 0)) * mpq_class(network.alpha(j, 0));
    for (const double w : network.W.row(j)) defect += mpq_class(w) * mpq_class(w);
    if (defect != 0) return false;
  }
  return true;
}

/// x with sum x_k columns_k = goal, equal to `start` but for an independent set of columns, of
/// which the first in `order` are preferred; none when there is none.
std::optional<Rationals> combination(const std::vector<Rationals>& columns, const Rationals& goal,
                                     const Rationals& start,
                                     const std::vector<std::size_t>& order) {
  Rationals rest = goal;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    for (std::size_t e = 0; e < rest.size(); ++e) rest[e] -= start[k] * columns[k][e];
  }
  std::vector<Rationals> gram(order.size(), Rationals(order.size()));
  Rationals pull;
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      gram[a][b] = gram[b][a] = inner(columns[order[a]], columns[order[b]]);
    }
    pull.push_back(inner(columns[order[a]], rest));
  }
  const auto change = solve_semidefinite(std::move(gram), std::move(pull));
  if (!change) return std::nullopt;
  Rationals x = start;
  for (std::size_t a = 0; a < order.size(); ++a) {
    x[order[a]] += (*change)[a];
    for (std::size_t e = 0; e < rest.size(); ++e) rest[e] -= (*change)[a] * columns[order[a]][e];
  }
  if (std::any_of(rest.begin(), rest.end(), [](const mpq_class& v) { return v != 0; })) return {};
  return x;
}

/// Indices by how far x is inside [0, most], farthest first.
std::vector<std::size_t> by_interior(const Vector& x, double most) {
  std::vector<std::size_t> order(static_cast<std::size_t>(x.size()));
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  const auto inside = [&](std::size_t k) {
    const double value = x[static_cast<Index>(k)];
    return std::min(value, most - value);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return inside(a) > inside(b); });
  return order;
}

/// The question for one neuron: is `goal` a combination of the ties' pulls with gates in the hull?
class Membership {
 public:
  Membership(const BalancedPoint& point, std::size_t slot, double beta, double alpha)
      : local_(point.local(slot)) {
    const BalancedPoint::Gradient exact = point.gradient(slot);
    const mpq_class unit = point.gradient_unit() * point.slots()[slot].sign;
    goal_ = point.product(slot);
    const mpq_class scale = mpq_class(beta) / (mpq_class(alpha) * mpq_class(alpha));
    for (std::size_t e = 0; e < goal_.size(); ++e) {
      goal_[e] = scale * goal_[e] - unit * exact.base[e];
    }
    for (const auto& pull : exact.pulls) {
      Rationals& column = pulls_.emplace_back();
      for (const mpz_class& value : pull) column.emplace_back(unit * value);
    }
  }

  Finding find(Index max_cells) const {
    const LocalElement shortest = shortest_in_zonotope(local_);
    const Finding zonotope = in_zonotope(shortest);
    if (zonotope == Finding::kNo) return zonotope;
    if (passes_exact_span_test()) return zonotope;
    const auto cells = tie_cells(local_.normals, max_cells);
    return cells ? in_hull(*cells) : Finding::kUndecided;
  }

 private:
  /// p^T goal > max over gates of p^T (sum gates pulls): a proof of no.
  [[nodiscard]] bool separates(const Vector& p, const Matrix* cells) const {
    const Rationals along = rationals(p);
    Rationals products;
    for (const Rationals& pull : pulls_) products.push_back(inner(along, pull));
    mpq_class most = 0;
    if (cells == nullptr) {
      for (const mpq_class& value : products) most += std::max<mpq_class>(value, 0);
    }
    for (Index cell = 0; cells != nullptr && cell < cells->rows(); ++cell) {
      mpq_class sum = 0;
      for (std::size_t t = 0; t < products.size(); ++t) {
        if ((*cells)(cell, static_cast<Index>(t)) > 0) sum += products[t];
      }
      if (cell == 0 || sum > most) most = sum;
    }
    return inner(along, goal_) > most;
  }

  [[nodiscard]] Finding in_zonotope(const LocalElement& shortest) const {
    if (separates(shortest.residual, nullptr)) return Finding::kNo;
    const auto gates =
        combination(pulls_, goal_, rationals(shortest.gates), by_interior(shortest.gates, 1));
    if (!gates) return Finding::kNo;  // outside of the pulls' span
    const bool inside = std::all_of(gates->begin(), gates->end(),
                                    [](const mpq_class& gate) { return gate >= 0 && gate <= 1; });
    return inside ? Finding::kYes : Finding::kUndecided;
  }

  [[nodiscard]] bool passes_exact_span_test() const {
    std::vector<Index> up;
    std::vector<Index> down;
    for (std::size_t t = 0; t < pulls_.size(); ++t) {
      const auto row = static_cast<Index>(t);
      const int side = sgn(inner(pulls_[t], rationals(local_.normals.row(row))));
      if (side > 0) up.push_back(row);
      if (side < 0) down.push_back(row);
    }
    return independent_spans(local_.normals, up, down);
  }

  [[nodiscard]] Finding in_hull(const Matrix& cells) const {
    const LocalElement shortest = shortest_in_hull(local_, cells);
    if (shortest.residual.size() == 0) return Finding::kUndecided;
    if (separates(shortest.residual, &cells)) return Finding::kNo;
    std::vector<Rationals> corners;
    Vector start(0);
    for (Index cell = 0; cell < cells.rows(); ++cell) {
      if (!(shortest.masses[cell] > 0)) continue;
      Rationals& corner = corners.emplace_back(goal_.size());
      for (std::size_t t = 0; t < pulls_.size(); ++t) {
        if (!(cells(cell, static_cast<Index>(t)) > 0)) continue;
        for (std::size_t e = 0; e < corner.size(); ++e) corner[e] += pulls_[t][e];
      }
      corner.emplace_back(1);
      start.conservativeResize(start.size() + 1);
      start[start.size() - 1] = shortest.masses[cell];
    }
    Rationals goal = goal_;
    goal.emplace_back(1);
    const auto masses = combination(corners, goal, rationals(start), by_interior(start, 2));
    if (!masses) return Finding::kUndecided;
    const bool inside = std::all_of(masses->begin(), masses->end(),
                                    [](const mpq_class& mass) { return mass >= 0; });
    return inside ? Finding::kYes : Finding::kUndecided;
  }

  LocalNeuron local_;
  Rationals goal_;
  std::vector<Rationals> pulls_;
};

}  // namespace

Finding clarke_as_stored(const TrainingProblem& problem, const Hyperplanes& planes,
                         const TwoLayerNetwork& network, Index max_cells) {
  if (!balanced_exactly(network)) return Finding::kNo;
  const BalancedPoint point = point_as_stored(problem, planes, network);
  if (!point.is_exact()) {
    const NetworkBall here(problem, planes, network, 0, {});
    if (!here.is_bounded()) return Finding::kUndecided;
    if (here.affine_gradient() > 0) return Finding::kNo;
    for (std::size_t k = 0; k < point.slots().size(); ++k) {
      const Vector p = shortest_in_zonotope(point.local(k)).residual;
      const Index neuron = point.slots()[k].neuron;
      if (here.weight_gradient(neuron, p) > 0) return Finding::kNo;
    }
    const bool empty = point.slots().empty() && problem.affine_size() == 0;
    return empty ? Finding::kYes : Finding::kUndecided;
  }
  for (const mpq_class& value : point.affine_gradient()) {
    if (value != 0) return Finding::kNo;
  }
  Finding worst = Finding::kYes;
  for (std::size_t k = 0; k < point.slots().size(); ++k) {
    const double alpha = network.alpha(point.slots()[k].neuron, 0);
    const Finding found = Membership(point, k, problem.beta(), alpha).find(max_cells);
    if (found == Finding::kNo) return found;
    if (found == Finding::kUndecided) worst = found;
  }
  return worst;
}

}  // namespace thalweg::landscape
