#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "thalweg/arrangement/big_count.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg {

/// Cells of a central arrangement of N = `hyperplanes` hyperplanes in general position in rank
/// r = `rank`, both signs counted: 2 sum_{k < r} C(N - 1, k); 1 when r or N is 0. An upper bound
/// for every arrangement of that size (Cover 1965; Zaslavsky 1975).
[[nodiscard]] BigCount cells_in_general_position(Index hyperplanes, Index rank);

/// How a number of cells is known.
enum class CountMethod {
  kUnsolved,                  ///< not run, stopped before anything was known, or too large
  kGeneralPosition,           ///< every r normals proved independent: the closed form
  kCharacteristicPolynomial,  ///< |chi(-1)| by exact deletion and restriction
  kEstimate,                  ///< random restrictions
};

struct CountSettings {
  /// For the exact count, as in PolynomialSettings; 0 asks for an estimate at once.
  std::uint64_t max_work = 100'000'000;
  int samples = 1000;  ///< walks down random restrictions behind an estimate, at most
  /// Fewer samples, or no estimate, when they take more than this, about N r^2 / 2 + r^3 each.
  std::uint64_t max_sampling_work = 100'000'000;
  std::uint64_t seed = 1;
  RunControl control;
};

struct CellCount {
  CountMethod method = CountMethod::kUnsolved;
  std::optional<BigCount> exact;  ///< with the first two methods
  double value = std::numeric_limits<double>::quiet_NaN();
  /// 95 % confidence interval of an estimate, from the central limit theorem, cut off at the count
  /// in general position; `value` twice when exact.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The number of cells without listing them: exact where the work allows, else an unbiased
/// estimate.
///
/// One sample walks down random restrictions: cells(A) = 1 + sum_j cells(A_j), where A_j are the
/// hyperplanes before number j restricted to it, becomes 1 + cells(A_j) / q_j with j drawn with
/// probability q_j. With q_j proportional to the cells in general position, arrangements in general
/// position have no variance, and nearly general ones little. O(N r^2) a sample. The same seed
/// gives the same estimate. Errors: InvalidArgument (samples < 2).
[[nodiscard]] CellCount count_cells(const HyperplaneArrangement& arrangement,
                                    const CountSettings& settings = {});

/// Whether every r of the hyperplanes' normals are proved independent, so that
/// cells_in_general_position is exact. False also when the proof takes more than `max_work` (about
/// C(N, r - 1) r steps; in the unit of PolynomialSettings).
///
/// *Proof.* Normals are mapped to a field of a prime number of elements (doubles are dyadic, and
/// scaling a row changes nothing); a determinant that is nonzero there is nonzero. Every r normals
/// are met once, and none of their determinants may vanish. QED
[[nodiscard]] bool proves_general_position(const HyperplaneArrangement& arrangement,
                                           std::uint64_t max_work = 100'000'000,
                                           const RunControl& control = {});

}  // namespace thalweg
