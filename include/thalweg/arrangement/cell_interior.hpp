#pragma once

#include <limits>
#include <span>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// What the signs of a pattern belong to.
enum class PatternOver {
  kSamples,      ///< rows of X; zero rows are plus
  kHyperplanes,  ///< distinct hyperplanes in the order of HyperplaneArrangement::first_rows()
};

/// Whether a pattern is a cell.
enum class CellStatus {
  kUnsolved,       ///< not run
  kPoint,          ///< a cell, and `point` is inside
  kNoDoublePoint,  ///< a cell, but no point of doubles was found in it
  kNotACell,       ///< no direction has these signs; `excluding` proves it
};

struct CellInterior {
  CellStatus status = CellStatus::kUnsolved;
  /// (d), strictly inside for the stored doubles, of length about 1 in the arrangement's
  /// coordinates; empty unless kPoint.
  Vector point;
  /// Smallest sigma_i x_i^T z / |x_i| |z| in the arrangement's coordinates; estimate, NaN unless
  /// kPoint.
  double margin_estimate = std::numeric_limits<double>::quiet_NaN();
  /// When kNotACell: samples or hyperplanes, as the pattern has them, whose signs alone exclude
  /// every direction.
  std::vector<Index> excluding;

  [[nodiscard]] bool is_cell() const {
    return status == CellStatus::kPoint || status == CellStatus::kNoDoublePoint;
  }
};

/// A point well inside the cell with the given signs, or a proof that there is no such cell.
///
/// Proposed in floating point: the point of least length p in the convex hull of the signed rows of
/// length 1, g_i. *Lemma.* When p != 0, p is the direction of largest margin min_i g_i^T z / |z|.
/// *Proof.* p minimises, so g_i^T p >= |p|^2 for all i: margin at least |p|; and for any unit z,
/// min_i g_i^T z <= p^T z <= |p|, since p is a mean of the g_i. QED
///
/// Decided exactly. kPoint: a static filter proves each sign, |fl(x^T z)| > 2 (r + 2) 2^-53 |x|_1
/// |z|_inf, which exceeds the rounding error of a dot product of r terms; or rational arithmetic
/// does. kNotACell: some l_i > 0 on `excluding` have sum l_i sigma_i x_i = 0, proved, so no z has
/// all sigma_i x_i^T z > 0 (a zero row that is minus, and parallel samples with contrary signs, are
/// the simplest cases). What neither settles, the exact linear program does (strict_feasibility).
///
/// `pattern` has pattern_words(n or N) words. Errors: InvalidArgument (its size). O(N r) a step,
/// usually a few times r steps.
[[nodiscard]] CellInterior interior_point(const HyperplaneArrangement& arrangement,
                                          std::span<const PatternWord> pattern,
                                          PatternOver over = PatternOver::kSamples);

}  // namespace thalweg
