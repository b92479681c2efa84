#pragma once

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <vector>

#include "landscape/polytope_exact.hpp"
#include "thalweg/landscape/connectivity.hpp"

/// Answers about tiny polytopes from their definitions, sharing nothing with the engine but types.
namespace thalweg::testing {

using landscape::RationalMatrix;
using landscape::RationalSystem;
using Support = std::vector<Index>;

/// Row echelon form of the chosen columns of [A b] (b last, when asked for); returns the rank of
/// the chosen columns.
inline Index reduce(std::vector<std::vector<mpq_class>>& rows, std::size_t columns) {
  std::size_t rank = 0;
  for (std::size_t j = 0; j < columns && rank < rows.size(); ++j) {
    std::size_t pivot = rank;
    while (pivot < rows.size() && rows[pivot][j] == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[rank], rows[pivot]);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i == rank || rows[i][j] == 0) continue;
      const mpq_class factor = rows[i][j] / rows[rank][j];
      for (std::size_t k = 0; k < rows[i].size(); ++k) rows[i][k] -= factor * rows[rank][k];
    }
    ++rank;
  }
  return static_cast<Index>(rank);
}

inline std::vector<std::vector<mpq_class>> chosen_columns(const RationalSystem& system,
                                                          const Support& support) {
  std::vector<std::vector<mpq_class>> rows(static_cast<std::size_t>(system.A.rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (Index q : support) rows[i].push_back(system.A(static_cast<Index>(i), q));
    rows[i].push_back(system.b[i]);
  }
  return rows;
}

inline Index rank_of(const RationalSystem& system, const Support& support) {
  auto rows = chosen_columns(system, support);
  return reduce(rows, support.size());
}

inline Support union_of(const Support& a, const Support& b) {
  Support both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

inline Support members(unsigned mask) {
  Support support;
  for (Index q = 0; mask >> q != 0; ++q) {
    if ((mask >> q & 1U) != 0) support.push_back(q);
  }
  return support;
}

/// Every subset of the atoms: a vertex when its columns are independent and the solution positive.
inline std::map<Support, std::vector<mpq_class>> brute_force_vertices(
    const RationalSystem& system) {
  std::map<Support, std::vector<mpq_class>> vertices;
  for (unsigned mask = 0; mask < 1U << system.A.columns(); ++mask) {
    const Support support = members(mask);
    auto rows = chosen_columns(system, support);
    const auto size = support.size();
    if (static_cast<std::size_t>(reduce(rows, size)) < size) continue;
    std::vector<mpq_class> masses;
    for (std::size_t i = 0; i < size; ++i) masses.emplace_back(rows[i].back() / rows[i][i]);
    const bool solved = std::all_of(rows.begin() + static_cast<std::ptrdiff_t>(size), rows.end(),
                                    [](const auto& row) { return row.back() == 0; });
    const bool positive =
        std::all_of(masses.begin(), masses.end(), [](const mpq_class& z) { return z > 0; });
    if (solved && positive) vertices.emplace(support, std::move(masses));
  }
  return vertices;
}

/// What the cell complex of the networks of one width says.
struct CellCount {
  Index components = 0;
  Index isolated = 0;
  Index components_modulo_order = 0;
  Index isolated_modulo_order = 0;
};

/// Counts the components of the optimal networks of one width cell by cell: a cell is an assignment
/// sigma of atoms or "blank" (number N) to the slots for which positive masses exist, and sigma
/// meets the closure of sigma' iff it is sigma' with some slots emptied.
class CellComplex {
 public:
  CellComplex(const RationalSystem& system, Index width)
      : system_(system), width_(static_cast<std::size_t>(width)) {
    atoms_ = static_cast<std::size_t>(system.A.columns());
    cells_ = 1;
    for (std::size_t j = 0; j < width_; ++j) cells_ *= atoms_ + 1;
    find_feasible_supports();
  }

  [[nodiscard]] CellCount count() {
    CellCount result;
    count_components(false, result.components, result.isolated);
    count_components(true, result.components_modulo_order, result.isolated_modulo_order);
    return result;
  }

 private:
  /// A support carries a point of P with all its masses positive iff it is a union of vertices.
  void find_feasible_supports() {
    std::vector<unsigned> masks;
    for (const auto& [support, masses] : brute_force_vertices(system_)) {
      masks.push_back(std::accumulate(support.begin(), support.end(), 0U,
                                      [](unsigned m, Index q) { return m | 1U << q; }));
    }
    feasible_.assign(std::size_t{1} << atoms_, false);
    rank_.assign(feasible_.size(), 0);
    for (unsigned set = 0; set < feasible_.size(); ++set) {
      unsigned covered = 0;
      bool any = false;
      for (unsigned mask : masks) {
        if ((mask & ~set) != 0) continue;
        covered |= mask;
        any = true;
      }
      feasible_[set] = any && covered == set;
      rank_[set] = rank_of(system_, members(set));
    }
  }

  [[nodiscard]] std::vector<std::size_t> slots(std::size_t cell) const {
    std::vector<std::size_t> sigma(width_);
    for (std::size_t& atom : sigma) {
      atom = cell % (atoms_ + 1);
      cell /= atoms_ + 1;
    }
    return sigma;
  }
  [[nodiscard]] std::size_t number(const std::vector<std::size_t>& sigma) const {
    std::size_t cell = 0;
    for (std::size_t j = width_; j-- > 0;) cell = cell * (atoms_ + 1) + sigma[j];
    return cell;
  }
  [[nodiscard]] unsigned mask(const std::vector<std::size_t>& sigma) const {
    unsigned set = 0;
    for (std::size_t atom : sigma) {
      if (atom < atoms_) set |= 1U << atom;
    }
    return set;
  }

  std::size_t root(std::size_t cell) {
    while (parent_[cell] != cell) cell = parent_[cell] = parent_[parent_[cell]];
    return cell;
  }

  void join_neighbours(std::size_t cell, const std::vector<std::size_t>& sigma) {
    for (unsigned emptied = 1; emptied < 1U << width_; ++emptied) {
      std::vector<std::size_t> fewer = sigma;
      for (std::size_t j = 0; j < width_; ++j) {
        if ((emptied >> j & 1U) != 0) fewer[j] = atoms_;
      }
      if (feasible_[mask(fewer)]) parent_[root(number(fewer))] = root(cell);
    }
  }

  void count_components(bool modulo_order, Index& components, Index& isolated) {
    parent_.resize(cells_);
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::set<std::size_t> spacious;  // cells of positive dimension
    std::vector<std::size_t> present;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      std::vector<std::size_t> sigma = slots(cell);
      const unsigned set = mask(sigma);
      if (!feasible_[set]) continue;
      present.push_back(cell);
      join_neighbours(cell, sigma);
      const auto full = std::count_if(sigma.begin(), sigma.end(),
                                      [&](std::size_t atom) { return atom < atoms_; });
      if (full > rank_[set]) spacious.insert(cell);
      if (!modulo_order) continue;
      std::sort(sigma.begin(), sigma.end());
      parent_[root(number(sigma))] = root(cell);
    }
    std::set<std::size_t> roots;
    std::set<std::size_t> large;
    for (std::size_t cell : present) {
      roots.insert(root(cell));
      if (spacious.count(cell) != 0) large.insert(root(cell));
    }
    components = static_cast<Index>(roots.size());
    isolated = static_cast<Index>(roots.size() - large.size());
  }

  const RationalSystem& system_;
  std::size_t width_;
  std::size_t atoms_ = 0;
  std::size_t cells_ = 0;
  std::vector<bool> feasible_;  ///< by set of atoms
  std::vector<Index> rank_;     ///< by set of atoms
  std::vector<std::size_t> parent_;
};

}  // namespace thalweg::testing
