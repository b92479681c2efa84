#pragma once

#include <optional>
#include <vector>

#include "thalweg/landscape/certify.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// The balanced, merged and pruned versions of a network, each of which is at most as high, in this
/// order.
[[nodiscard]] std::vector<Improvement> simplifications(const TrainingProblem& problem,
                                                       const TwoLayerNetwork& network);

/// The network with one neuron appended in a direction u (d, unit) where |nu^T (Xu)_+| > beta, nu =
/// -grad l(fit): its mass t minimises l(fit + t s (Xu)_+) + beta t, a convex function of slope beta
/// - |nu^T (Xu)_+| at 0. For the squared loss the decrease is (h - beta)^2 / (2 |(Xu)_+|^2), h =
/// |nu^T (Xu)_+| (theory ALG-9). Of several directions the one with the largest decrease; empty
/// when none decreases. Numbers are floating-point estimates until compared exactly. O(n d) a
/// direction.
[[nodiscard]] std::optional<Improvement> best_neuron(const TrainingProblem& problem,
                                                     const TwoLayerNetwork& network,
                                                     const std::vector<DualDirection>& directions);

/// The improvement to recommend: the largest decrease, but a simpler kind when it gives at least 99
/// % of that; nothing when none exceeds `least`. Candidates must be listed from simple to involved.
[[nodiscard]] std::optional<Improvement> recommend(const std::vector<Improvement>& candidates,
                                                   double least);

}  // namespace thalweg
