#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "thalweg/core/error.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// The answer to "is this network a global minimum?", over networks of all widths.
enum class Verdict {
  kUndecided,      ///< neither of the others is proved
  kGlobalMinimum,  ///< relative_gap <= tolerance
  kSuboptimal,     ///< an explicit network is lower by more than tolerance times the objective
};

/// How far a claim is proved (design: levels of a claim).
enum class Level { kEstimate, kValue, kBound, kVerified, kRestricted };

/// Where the lower bound comes from.
enum class BoundSource {
  kOwnResidual,       ///< the network's residual, bounded over all directions by branching
  kColumnGeneration,  ///< a dual from training, bounded the same way
  kWholeSphere        ///< one majorant over the whole sphere, without branching
};

/// What lowers the objective of a suboptimal network.
enum class ImprovementKind {
  kBalance,  ///< rescale neurons to |w| = |alpha|
  kMerge,    ///< balance, then join neurons of equal direction
  kPrune,    ///< balance, merge, then prune to independent activations
  kNeuron,   ///< append one neuron
  kReplace,  ///< another network altogether (the certified optimum)
};

/// The contract's words: "global_minimum", "suboptimal", "undecided"; "verified", ...;
/// "own_residual", ...; "balance", ...
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::string_view to_string(Level level);           ///< likewise
[[nodiscard]] std::string_view to_string(BoundSource source);    ///< likewise
[[nodiscard]] std::string_view to_string(ImprovementKind kind);  ///< likewise

/// A network that is lower than the given one.
struct Improvement {
  ImprovementKind kind = ImprovementKind::kBalance;
  double decrease;          ///< lower bound of L(network) - L(improved); exact when `verified`
  double objective_after;   ///< upper bound of L(improved); exact when `verified`
  bool verified = false;    ///< both numbers come from the independent checker
  Vector w;                 ///< (d) of the appended neuron, kind kNeuron only
  double alpha = 0;         ///< of the appended neuron, kind kNeuron only
  TwoLayerNetwork network;  ///< the improved network, appended neuron included
};

struct CertifySettings {
  double tolerance = 1e-8;  ///< relative gap that counts as a global minimum
  int threads = 1;
  std::uint64_t seed = 0;
  bool verify = true;  ///< false: no proof is built and the level is at most kEstimate
  std::optional<std::filesystem::path> certificate;  ///< where to keep the proof
  std::string dataset_sha256 = "-";                  ///< informative, written to the certificate
  std::string network_sha256 = "-";
  RunControl control;
};

struct CertifyResult {
  Verdict verdict = Verdict::kUndecided;
  Level level = Level::kEstimate;
  double objective;     ///< L(network), rounded up when the level is above kEstimate
  double lower_bound;   ///< no network of any width is below; at least 0
  double gap;           ///< objective - lower_bound, rounded up
  double relative_gap;  ///< gap / objective in [0, 1], 0 if both are 0
  BoundSource bound_source = BoundSource::kOwnResidual;
  double dual_norm;      ///< upper bound of max |nu^T (Xu)_+| of the final dual before scaling
  double own_dual_norm;  ///< the same for the network's own residual
  double optimum_upper_bound;                   ///< objective of the best network seen
  Index optimum_width = 0;                      ///< width of that network
  TwoLayerNetwork best_network;                 ///< that network
  std::optional<Improvement> improvement;       ///< the recommended one, when suboptimal
  std::optional<Improvement> improving_neuron;  ///< kind kNeuron, when one exists
  bool balanced = false;  ///< | |alpha_j| - |w_j| | <= 1e-9 (|alpha_j| + |w_j|) for every neuron
  double balance_defect = 0;  ///< max_j | |alpha_j| - |w_j| |
  double stationarity_residual =
      0;  ///< norm of the one-sided gradient (kinks make it large at true minima)
  bool stopped_at_limit =
      false;  ///< the deadline or a cancellation cut the work; the answer is valid
  std::int64_t certificate_bytes = 0;
  std::int64_t certificate_leaves = 0;
  double seconds = 0;
};

/// Certifies a trained network: objective, a lower bound over networks of every width, their gap
/// and a verdict with proof.
///
/// First the network's own residual nu = -grad l serves as dual (scaled by beta over its dual
/// norm); when that does not close the gap, column generation finds a better dual and the optimum.
/// With settings.verify the exact certificate is written and every number reported at a level above
/// kEstimate is what the independent checker recomputed. Throws InvalidArgument when the network
/// does not fit the problem or its objective overflows; fails when the certificate cannot be
/// written.
[[nodiscard]] Expected<CertifyResult> certify(const TrainingProblem& problem,
                                              const TwoLayerNetwork& network,
                                              const CertifySettings& settings);

}  // namespace thalweg
