#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/types.hpp"

namespace thalweg::bench {

/// The linear program of a node: a point u with sigma_i x_i^T u > 0 for the first rows i of X.
class ConeProgram {
 public:
  virtual ~ConeProgram() = default;
  virtual void set_sign(Index row, double sign) = 0;
  /// The row binds no longer.
  virtual void drop(Index row) = 0;
  /// Whether rows 0, ..., rows - 1 leave a point, and which. `nearby` (d) satisfies all but the
  /// last strictly.
  virtual bool find(Index rows, const Vector& nearby, Vector& point) = 0;
};

/// Two-phase-free revised simplex in R^d on the Farkas dual, written for this benchmark: the
/// strongest of its kind known here for such tiny programs.
[[nodiscard]] std::unique_ptr<ConeProgram> small_simplex(const Matrix& X);

/// GLPK's dual simplex, warm-started from the last node; null when GLPK is not installed.
[[nodiscard]] std::unique_ptr<ConeProgram> glpk_simplex(const Matrix& X);

struct LpTreeCount {
  std::uint64_t cells = 0;     ///< both signs
  std::uint64_t programs = 0;  ///< linear programs solved
  double seconds = 0;          ///< of processor time
  bool finished = false;       ///< all cells within the time

  [[nodiscard]] double rate() const { return static_cast<double>(cells) / seconds; }
};

/// Counts the cells of {u : x_i^T u = 0} in the way of the literature (IncEnu: Rada, Cerny 2018):
/// one hyperplane after the other, depth first; the side of a node's witness is free, the other
/// costs a linear program whose solution is the next witness. In floating point, general position.
/// Stops after `seconds`.
[[nodiscard]] LpTreeCount lp_tree_cells(const Matrix& X, ConeProgram& program, double seconds);

}  // namespace thalweg::bench
