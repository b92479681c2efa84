#pragma once

#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "landscape/polytope.hpp"
#include "landscape/polytope_pivoting.hpp"
#include "landscape/polytope_walk.hpp"

namespace thalweg::landscape {

/// Questions about P = {z >= 0 : A z = b}, bounded, for one system (A, b) in one arithmetic.
/// `Tableau` is as LexicographicPivoting wants it, with `System`, column_count(system) and
/// make(system, columns): a tableau of those columns at some basis, rows reduced to independent
/// ones; none when b is not in their span.
///
/// All answers are exact if the arithmetic is; with doubles they are estimates. Errors of all:
/// InvalidArgument when an unbounded direction turns up; of all but empty() when P is empty. Not
/// for several threads at once: the questions move a common basis.
template <class Tableau>
class Polytope {
 public:
  using Number = typename Tableau::Number;
  using System = typename Tableau::System;

  /// Finds a point, then drops the atoms that have no mass on all of P: at most 2 N linear
  /// programs.
  explicit Polytope(const System& system) : atom_count_(Tableau::column_count(system)) {
    std::vector<Index> all(static_cast<std::size_t>(atom_count_));
    std::iota(all.begin(), all.end(), Index{0});
    start(system, std::move(all));
    if (empty()) return;
    find_support();
    if (support_.size() < atoms_.size()) start(system, support_);
  }

  [[nodiscard]] bool empty() const { return !pivoting_; }
  /// Atoms with mass somewhere on P, ascending: the support of its relative interior.
  [[nodiscard]] const std::vector<Index>& support() const { return support_; }
  /// Of the columns in support(); M* is at most this.
  [[nodiscard]] Index rank() const { return tableau().rows(); }
  [[nodiscard]] Index dimension() const { return tableau().columns() - rank(); }
  /// A point with mass on all of support(), the mean of some vertices, (N).
  [[nodiscard]] const std::vector<Number>& centre() const { return centre_; }

  /// The largest value of sum costs_q z_q, costs (N).
  [[nodiscard]] PolytopeOptimum<Number> maximum(const std::vector<Number>& costs) {
    require_point();
    std::vector<Number> restricted;
    for (Index atom : atoms_) restricted.push_back(costs[static_cast<std::size_t>(atom)]);
    pivoting_->maximise(restricted);
    PolytopeOptimum<Number> optimum{0, point_here()};
    for (std::size_t q = 0; q < costs.size(); ++q) optimum.value += costs[q] * optimum.point[q];
    return optimum;
  }

  /// All vertices and edges, see PolytopeWalk.
  [[nodiscard]] PolytopeVertices<Number> vertices(const PolytopeLimits& limits = {}) {
    require_point();
    return PolytopeWalk<Tableau>(*pivoting_, atoms_, atom_count_, limits).run();
  }

 private:
  void require_point() const {
    if (empty()) throw InvalidArgument("{z >= 0 : A z = b} is empty");
  }
  [[nodiscard]] const Tableau& tableau() const {
    require_point();
    return pivoting_->tableau();
  }

  void start(const System& system, std::vector<Index> atoms) {
    atoms_ = std::move(atoms);
    pivoting_.reset();
    auto made = Tableau::make(system, atoms_);
    if (!made) return;
    pivoting_.emplace(std::move(*made));
    if (!pivoting_->reach_feasible()) pivoting_.reset();
  }

  [[nodiscard]] std::vector<Number> point_here() const {
    const Tableau& here = tableau();
    std::vector<Number> point(static_cast<std::size_t>(atom_count_), Number(0));
    for (Index row = 0; row < here.rows(); ++row) {
      if (here.sign(row, here.columns()) <= 0) continue;
      const Index atom = atoms_[static_cast<std::size_t>(here.basic(row))];
      point[static_cast<std::size_t>(atom)] = here.value(row);
    }
    return point;
  }

  /// Drives every atom that has not had mass yet as high as it goes.
  void find_support() {
    const auto n = static_cast<std::size_t>(atom_count_);
    centre_ = point_here();
    int points = 1;
    for (std::size_t q = 0; q < n; ++q) {
      if (centre_[q] > 0) continue;
      std::vector<Number> costs(n, Number(0));
      costs[q] = 1;
      const PolytopeOptimum<Number> highest = maximum(costs);
      if (!(highest.value > 0)) continue;
      ++points;
      for (std::size_t p = 0; p < n; ++p) centre_[p] += highest.point[p];
    }
    for (std::size_t q = 0; q < n; ++q) {
      if (!(centre_[q] > 0)) continue;
      centre_[q] /= points;
      support_.push_back(static_cast<Index>(q));
    }
  }

  Index atom_count_;
  std::vector<Index> atoms_;  ///< of the tableau's columns
  std::optional<LexicographicPivoting<Tableau>> pivoting_;
  std::vector<Index> support_;
  std::vector<Number> centre_;
};

}  // namespace thalweg::landscape
