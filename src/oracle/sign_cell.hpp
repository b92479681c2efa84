#pragma once

#include <array>
#include <vector>

#include "oracle/scaled_rows.hpp"

namespace thalweg::oracle {

/// The unit vectors u with -below_j <= y_j.u <= above_j for every row of ScaledRows, both entries
/// at least 0; below_j may be negative in branch_cap_cell.hpp. A row with below_j = 0 or above_j =
/// 0 is *decided*: (y_j.u)_+ is linear there.
struct SignCell {
  Vector below;              ///< (k)
  Vector above;              ///< (k)
  std::vector<Index> split;  ///< decided rows whose products count as constraints too, distinct

  /// Rows whose interval is within this share of all [-|y|, |y|] count as unbounded.
  static constexpr double kFree = 0.999;

  [[nodiscard]] bool decided(Index j) const { return below[j] <= 0 || above[j] <= 0; }
  [[nodiscard]] bool active(Index j) const { return below[j] <= 0; }
  [[nodiscard]] bool bounded(const ScaledRows& rows, Index j) const {
    return below[j] + above[j] < 2 * kFree * rows.norm[j];
  }

  /// All pairs of `split`.
  [[nodiscard]] std::vector<std::array<Index, 2>> pairs() const {
    std::vector<std::array<Index, 2>> result;
    for (std::size_t k = 1; k < split.size(); ++k) {
      for (std::size_t i = 0; i < k; ++i) result.push_back({split[i], split[k]});
    }
    return result;
  }
  /// Sign of (y_i.u) (y_j.u) on the cell, both decided.
  [[nodiscard]] double product_sign(Index i, Index j) const {
    return active(i) == active(j) ? 1 : -1;
  }
};

/// Multipliers of a quadratic majorant of f(u) = sum over g_j > 0 of (y_j.u)_+ - sum over g_j < 0
/// of (y_j.u)_+ on a cell. With t = y_j.u each row contributes (t)_+ = (t + |t|) / 2 with
///   decided: t or 0,
///   g_j > 0: |t| <= omega_j t^2 + 1 / (4 omega_j),
///   g_j < 0: |t| >= psi_j (2 t^2 + (below_j - above_j) t) / (below_j + above_j) + sigma_j t,
/// and every row pi_j (t + below_j) (above_j - t) >= 0 besides, every pair of decided rows in
/// `split` rho_ij |(y_i.u) (y_j.u)| with the sign that it has on the cell.
///
/// Lemma. For psi, pi, rho >= 0, psi + |sigma| <= 1 and omega > 0 the sum is at least f on the
/// cell. Proof. The quadratic in the third line equals |t| at t = -below, 0, above and is convex,
/// so it is at most |t| between; so is sigma t / |sigma|; |t| is at least their combination of
/// weight at most 1. The others are the inequality of the means, and products of two factors of
/// known sign. QED
struct CellMultipliers {
  Vector omega;  ///< (k), positive at undecided rows with g_j > 0, else 0
  Vector psi;    ///< (k), 0 but at undecided rows with g_j < 0
  Vector sigma;  ///< (k), likewise
  Vector pi;     ///< (k)
  Vector rho;    ///< (pairs of the cell), in their order
};

}  // namespace thalweg::oracle
