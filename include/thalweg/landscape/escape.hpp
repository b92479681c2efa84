#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "thalweg/landscape/certify.hpp"
#include "thalweg/landscape/stationarity.hpp"

namespace thalweg {

struct EscapeSettings {
  double tolerance = 1e-8;  ///< relative gap that counts as a global minimum
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

/// How to leave a network that is not a global minimum.
struct Escape {
  Verdict verdict = Verdict::kUndecided;  ///< of certify()
  double relative_gap = std::numeric_limits<double>::quiet_NaN();
  /// The neuron to append with the largest decrease that was found, above tolerance times the
  /// objective; exact when `verified`.
  std::optional<Improvement> neuron;
  /// Slots that are zero, and those that merging and pruning would free without raising the
  /// objective.
  Index zero_slots = 0;
  Index freed_slots = 0;
  /// At fixed width: the network simplified, and the neuron put into a free slot; exactly lower by
  /// `decrease`, a lower bound when `verified`. None without a free slot, or without a decrease.
  std::optional<Improvement> same_width;
  std::string advice;  ///< one or two sentences
};

/// Whether a network can be improved, and by what, at its own width and with one neuron more.
///
/// A unit u with s nu^T (X u)_+ > beta, nu = -grad l at the fit, lowers the objective as a new
/// neuron however stationary the network is (theory section 4, ALG-9). At fixed width it needs a
/// free slot: a zero neuron, or one that merging and pruning to independent activations frees
/// (theory section 2.5). `found` is stationarity() of the network. Costs of certify() and
/// simplify(); errors as theirs.
[[nodiscard]] Expected<Escape> find_escape(const TrainingProblem& problem,
                                           const TwoLayerNetwork& network,
                                           const Stationarity& found,
                                           const EscapeSettings& settings = {});

}  // namespace thalweg
