#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/training/branch_training.hpp"

namespace thalweg::detail {

/// A branch that an oracle found, of its form.
struct FoundBranch {
  Index form = 0;
  BranchMaximiser maximiser;
};

/// The dual norm max |nu^T f(w)| over all forms of a problem and N(w) <= 1.
class BranchPricing {
 public:
  /// References are kept.
  BranchPricing(const BranchProblem& problem, const TrainingSettings& settings);

  /// Local maximisers of value above `threshold`, best first, up to `count` of each form; `starts`
  /// adds blocks to climb from. Nothing is proved.
  [[nodiscard]] std::vector<FoundBranch> climb(const Vector& nu, double threshold, Index count,
                                               const std::vector<ActiveBlock>& starts,
                                               std::uint64_t seed) const;

  struct Bound {
    double upper = 0;                ///< of the dual norm, proved
    bool complete = true;            ///< every form closed; else time or rounding was in the way
    std::vector<FoundBranch> found;  ///< the best of every form, best first
    std::int64_t nodes = 0;
  };
  /// Bounds the dual norm: closed to `relative_gap` or, where `threshold` is positive, until it is
  /// decided whether the norm exceeds it.
  [[nodiscard]] Bound bound(const Vector& nu, double relative_gap, double threshold,
                            const RunControl& control) const;

 private:
  const TrainingSettings& settings_;
  std::vector<BranchOracle> oracles_;
};

}  // namespace thalweg::detail
