#include "landscape/polytope_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

#include "thalweg/core/error.hpp"

namespace thalweg::landscape {
namespace {

/// The smallest integer that is not below a sum of fractions.
Index round_up(const mpq_class& value) {
  mpz_class result;
  mpz_cdiv_q(result.get_mpz_t(), value.get_num_mpz_t(), value.get_den_mpz_t());
  return result.get_si();
}
Index round_up(double value) {
  constexpr double kNoise = 1e-6;
  return static_cast<Index>(std::ceil(value - kNoise));
}

/// What the vertices of P listed so far say.
SupportBounds from_supports(const std::vector<std::vector<Index>>& supports) {
  if (supports.empty()) throw InvalidArgument("the list has no vertex");
  const auto [smallest, largest] =
      std::minmax_element(supports.begin(), supports.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
  const auto least = static_cast<Index>(smallest->size());
  const auto most = static_cast<Index>(largest->size());
  return {least, least, most, most};
}

template <class Tableau>
class SupportBranching {
 public:
  using Number = typename Tableau::Number;
  using System = typename Tableau::System;

  SupportBranching(const System& system, SupportBounds& bounds) : system_(system), bounds_(bounds) {
    Polytope<Tableau> polytope(system);
    atoms_ = polytope.support();
    bounds_.M_star_upper = polytope.rank();
    highest_.assign(static_cast<std::size_t>(Tableau::column_count(system)), Number(0));
    for (Index atom : atoms_) {
      std::vector<Number> costs(highest_.size(), Number(0));
      costs[static_cast<std::size_t>(atom)] = 1;
      const PolytopeOptimum<Number> optimum = polytope.maximum(costs);
      highest_[static_cast<std::size_t>(atom)] = optimum.value;
      seen(std::count_if(optimum.point.begin(), optimum.point.end(),
                         [](const Number& mass) { return mass > 0; }));
    }
  }

  void run(const SupportSearch& search) {
    std::priority_queue<Node> open;
    open.push(solved({}));
    for (int nodes = 1; open.top().bound < bounds_.m_star_upper; nodes += 2) {
      if (nodes >= search.max_nodes || search.control.should_stop()) break;
      const Node node = open.top();
      open.pop();
      Node without = {.forbidden = node.forbidden, .counted = node.counted};
      without.forbidden.push_back(node.split);
      open.push(solved(std::move(without)));
      Node with = {.forbidden = node.forbidden, .counted = node.counted};
      with.counted.push_back(node.split);
      open.push(solved(std::move(with)));
    }
    bounds_.m_star_lower = std::min(open.top().bound, bounds_.m_star_upper);
  }

 private:
  struct Node {
    std::vector<Index> forbidden;
    std::vector<Index> counted;
    Index bound = 0;
    Index split = -1;  ///< an atom that the bound counts by a proper fraction

    friend bool operator<(const Node& a, const Node& b) { return a.bound > b.bound; }
  };

  static bool contains(const std::vector<Index>& atoms, Index atom) {
    return std::find(atoms.begin(), atoms.end(), atom) != atoms.end();
  }

  void seen(Index support) {
    bounds_.m_star_upper = std::min(bounds_.m_star_upper, support);
    bounds_.M_star_lower = std::max(bounds_.M_star_lower, support);
  }

  /// The node with its bound; a bound above all supports when nothing is left.
  Node solved(Node node) {
    node.bound = static_cast<Index>(atoms_.size()) + 1;
    std::vector<Index> columns;
    std::vector<Number> costs;
    for (Index atom : atoms_) {
      if (contains(node.forbidden, atom)) continue;
      columns.push_back(atom);
      costs.push_back(contains(node.counted, atom)
                          ? Number(0)
                          : Number(-1 / highest_[static_cast<std::size_t>(atom)]));
    }
    auto tableau = Tableau::make(system_, columns);
    if (!tableau) return node;
    LexicographicPivoting<Tableau> pivoting(std::move(*tableau));
    if (!pivoting.reach_feasible()) return node;
    pivoting.maximise(costs);
    const Tableau& optimal = pivoting.tableau();
    Number sum = static_cast<double>(node.counted.size());
    Number smallest = 1;
    Index support = 0;
    for (Index row = 0; row < optimal.rows(); ++row) {
      if (optimal.sign(row, optimal.columns()) <= 0) continue;
      ++support;
      const auto column = static_cast<std::size_t>(optimal.basic(row));
      const Number part = -costs[column] * optimal.value(row);
      sum += part;
      if (contains(node.counted, columns[column]) || part >= smallest) continue;
      smallest = part;
      node.split = columns[column];
    }
    seen(support);
    node.bound = round_up(sum);
    return node;
  }

  const System& system_;
  SupportBounds& bounds_;
  std::vector<Index> atoms_;
  std::vector<Number> highest_;  ///< u_q, (N)
};

template <class Tableau>
SupportBounds bounds_of(const typename Tableau::System& system,
                        const PolytopeVertices<typename Tableau::Number>& vertices,
                        const SupportSearch& search) {
  SupportBounds bounds = from_supports(vertices.graph.supports);
  if (vertices.status == PolytopeStatus::kComplete) return bounds;
  SupportBranching<Tableau> branching(system, bounds);
  branching.run(search);
  return bounds;
}

}  // namespace

SupportBounds support_bounds(const RationalSystem& system,
                             const PolytopeVertices<mpq_class>& vertices,
                             const SupportSearch& search) {
  return bounds_of<IntegerTableau>(system, vertices, search);
}

SupportBounds support_bounds(const RoundedSystem& system, const PolytopeVertices<double>& vertices,
                             const SupportSearch& search) {
  return bounds_of<RoundedTableau>(system, vertices, search);
}

SupportBounds support_bounds(Index rank, const PolytopeVertices<Enclosure>& vertices) {
  SupportBounds bounds = from_supports(vertices.graph.supports);
  if (vertices.status != PolytopeStatus::kComplete) bounds.m_star_lower = std::min<Index>(1, rank);
  return bounds;
}

}  // namespace thalweg::landscape
