#pragma once

#include <optional>
#include <string>

#include "thalweg/core/random.hpp"
#include "thalweg/model/parallel_problem.hpp"
#include "thalweg/model/pooling.hpp"
#include "thalweg/reformulation/branch_problem.hpp"

namespace thalweg::bench {

/// beta_max of a squared loss as the best of many climbs finds it: a lower bound, which sets the
/// scale of an instance.
[[nodiscard]] double climbed_beta_max(const Architecture& architecture, const Matrix& X,
                                      const Vector& y);

/// The 512-block fixture D3-E of the theory: X = (-2 .. 2, 1), beta 0.1, fan-in 2.
[[nodiscard]] BranchProblem line_problem(BranchCost cost, const Vector& y);
/// The fixture CNN-S: four signals of four, filters of two, sum pooling, beta 0.1.
[[nodiscard]] BranchProblem small_signals();

/// Trees of given fan-ins on X ~ N(0, 1) with three planted neurons and 0.1 noise; beta is `share`
/// of beta_max.
[[nodiscard]] BranchProblem planted_trees(Index samples, Index dimension,
                                          const std::vector<Index>& fan_ins, BranchCost cost,
                                          double share, std::uint64_t seed);
/// Signals N(0, 1) of patches + h - 1, so many patches of length h, three planted filters and 0.1
/// noise.
[[nodiscard]] BranchProblem planted_signals(Index samples, Index patches, Index h, Pooling pooling,
                                            double share, std::uint64_t seed);

/// What is asked of images of digits.
enum class DigitTask {
  kZero,       ///< is it a 0: 1 or 0
  kValue,      ///< the digit, 0 .. 9
  kZeroOrOne,  ///< zeros and ones only: -1 or 1
};
[[nodiscard]] std::string name(DigitTask task);

/// The 8 x 8 digits that scikit-learn ships, by a script of tools/bench/peers.
struct Digits {
  Matrix pixels;  ///< (1797 x 64), 0 .. 1
  Vector labels;  ///< (1797)
};
/// None where scikit-learn is not installed.
[[nodiscard]] std::optional<Digits> load_digits();

/// Square filters.
struct Filters {
  Index size;
  Index stride;
};

/// Sum pooling of filters over the first `samples` digits that a task uses.
[[nodiscard]] BranchProblem digit_problem(const Digits& digits, DigitTask task, Index samples,
                                          const Filters& filters, double share);

}  // namespace thalweg::bench
