#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/landscape/strict_minimum.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// What is known about spurious valleys among networks of one width.
enum class ValleyEvidence {
  kOpen,      ///< neither of the others is proved
  kNone,      ///< there is none: from every network a path of non-increasing objective leads to a
              ///< global minimiser of the width
  kSpurious,  ///< there is one: a certified strict local minimum above another network
};

/// The contract's words: "open", "none (proved)", "spurious".
[[nodiscard]] std::string_view to_string(ValleyEvidence evidence);

struct SpuriousValleySettings {
  int starts = 100;  ///< networks that are descended from, at most
  int threads = 1;   ///< of train_width_limited
  std::uint64_t seed = 0;
  RunControl control;
};

/// The evidence for one width, with the witness of a spurious valley. Reals that were not computed
/// are NaN.
struct SpuriousValley {
  Index width = 0;
  ValleyEvidence evidence = ValleyEvidence::kOpen;
  StrictMinimum minimum;   ///< kSpurious: certified, all `width` neurons nonzero
  TwoLayerNetwork better;  ///< kSpurious: of the same width (empty slots are zero), lower
  /// At least L(better).
  double better_upper = std::numeric_limits<double>::quiet_NaN();
  /// Positive, at most L(minimum) - L(better).
  double separation = std::numeric_limits<double>::quiet_NaN();
  int starts = 0;        ///< networks that were descended from
  bool stopped = false;  ///< deadline or cancellation cut the search
};

/// The width from which on Theorem P excludes spurious valleys, r_a + 1 for the activation rank r_a
/// of X (at most n + 1). None where minimisers may be missing, as with logistic loss on free
/// coefficients. Lemma (none) of find_spurious_valley. Cost: activation_rank.
[[nodiscard]] std::optional<Index> no_spurious_valleys_from(const TrainingProblem& problem);

/// Searches for a certified spurious valley among networks of a width: a connected component of a
/// sublevel set {L <= c} without a global minimiser of the width.
///
/// *Lemma* (spurious). If theta is a strict local minimum with L(theta) > L(theta') for another
/// network theta' of the width, then there are spurious valleys. *Proof.* On a small sphere around
/// theta L is above L(theta), and by compactness above some c > L(theta). The component of {L <= c}
/// that holds theta does not meet the sphere, so it stays inside, where L >= L(theta) > L(theta')
/// >= min L. QED The strict minimum is `strict_minimum`'s; objectives are compared as enclosures.
///
/// *Lemma* (none). There is none for width >= r_a + 1, r_a the activation rank of X, if minimisers
/// exist. *Proof.* Theorem P of docs/theory/optimal_set.md (section 5): a network is balanced,
/// pruned to independent activations (at most r_a neurons, so a slot is empty), and its fit moved
/// linearly to that of a minimiser, at every time with the least penalty: along that path, which a
/// parametric simplex method realises with r_a + 1 slots, L is convex with its minimum at the end,
/// so it does not increase. A component of a sublevel set contains these paths. The affine part
/// moves linearly along. QED Minimisers exist as the penalty bounds all weights but free affine
/// coefficients, in which l is quadratic or linear from pieces; only logistic loss on free columns
/// can fall for ever (a free bias alone does not where both labels occur), and is left open. Width
/// 0 is convex.
///
/// Starts: neurons along rows of X with pairwise negative inner products, each alone on its row
/// (the data sets X = I - delta 1 1^T have a spurious minimum of this kind at every width up to n),
/// subsets of the neurons of `known` (networks of any width, as the certified optimum over all
/// widths), and random ones; each is descended from by kink-aware Newton, and filled up in violated
/// dual directions while neurons vanish. Networks of `known` of at most the width, and at the end
/// train_width_limited, compete as `better`. Deterministic in `seed` unless `control` stops it.
/// Throws InvalidArgument when width < 0 or a network does not fit the problem. Cost: that of the
/// descents, O(n K^2 + K^3) a Newton step with K = width d. Below m* two descents usually suffice;
/// from m* on spurious minima are rarer with every further neuron, and `starts` decides. Source:
/// derived, theory 5 and 6.2.
[[nodiscard]] SpuriousValley find_spurious_valley(const TrainingProblem& problem, Index width,
                                                  const std::vector<TwoLayerNetwork>& known,
                                                  const SpuriousValleySettings& settings = {});

}  // namespace thalweg
