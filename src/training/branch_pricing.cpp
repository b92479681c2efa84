#include "training/branch_pricing.hpp"

#include <algorithm>
#include <utility>

namespace thalweg::detail {
namespace {

/// Of the time left that one search by ascent may take.
constexpr double kShare = 0.5;

void sort_best_first(std::vector<FoundBranch>& found) {
  std::stable_sort(found.begin(), found.end(), [](const FoundBranch& a, const FoundBranch& b) {
    return a.maximiser.value > b.maximiser.value;
  });
}

}  // namespace

BranchPricing::BranchPricing(const BranchProblem& problem, const TrainingSettings& settings)
    : settings_(settings) {
  for (const BranchForm& form : problem.forms()) oracles_.emplace_back(form);
}

std::vector<FoundBranch> BranchPricing::climb(const Vector& nu, double threshold, Index count,
                                              const std::vector<ActiveBlock>& starts,
                                              std::uint64_t seed) const {
  // What is found is worth nothing without the time to solve for it.
  RunControl control = settings_.control;
  control.deadline =
      Deadline::earlier(control.deadline, Deadline::after(kShare * control.deadline.remaining()));
  std::vector<FoundBranch> found;
  for (std::size_t f = 0; f < oracles_.size(); ++f) {
    std::vector<Vector> blocks;
    for (const ActiveBlock& block : starts) {
      if (static_cast<std::size_t>(block.form) == f) blocks.push_back(block.w);
    }
    for (BranchMaximiser& maximiser :
         oracles_[f].climb(nu, threshold, count, seed, blocks, control)) {
      found.push_back({static_cast<Index>(f), std::move(maximiser)});
    }
  }
  sort_best_first(found);
  return found;
}

BranchPricing::Bound BranchPricing::bound(const Vector& nu, double relative_gap, double threshold,
                                          const RunControl& control) const {
  BranchNormSettings request;
  request.relative_gap = relative_gap;
  request.threshold = threshold;
  request.seed = settings_.seed;
  request.threads = settings_.threads;
  request.control = control;
  Bound bound;
  for (std::size_t f = 0; f < oracles_.size(); ++f) {
    BranchNormResult result = oracles_[f].maximise(nu, request);
    bound.upper = std::max(bound.upper, result.upper);
    bound.nodes += result.nodes;
    bound.complete = bound.complete && (result.status == DualNormStatus::kClosed ||
                                        result.status == DualNormStatus::kThresholdHolds ||
                                        result.status == DualNormStatus::kThresholdExceeded);
    for (BranchMaximiser& maximiser : result.maximisers) {
      bound.found.push_back({static_cast<Index>(f), std::move(maximiser)});
    }
  }
  sort_best_first(bound.found);
  return bound;
}

}  // namespace thalweg::detail
