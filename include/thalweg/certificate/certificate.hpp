#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// How building the proof ended.
enum class ProofStatus {
  kUnsolved,
  kComplete,    ///< both signs are proved; the file claims value, bound and gap
  kValueOnly,   ///< no bound could be proved in time; the file claims the network's value (and the decrease) only
  kUnsupported, ///< the loss has no rational conjugate (logistic); nothing was written
};

struct CertificateRequest {
  const TrainingProblem* problem = nullptr;
  const TwoLayerNetwork* network = nullptr;             ///< the network whose gap is claimed
  const TwoLayerNetwork* improved = nullptr;            ///< optional: a network claimed to be better
  const Vector* dual = nullptr;                         ///< nu (n); null: value claims only
  double slack = 1e-10;                                 ///< eta: relative shrinking of nu that rounding may use up
  std::string dataset_sha256 = "-";                     ///< informative
  std::string network_sha256 = "-";
  int threads = 1;
  RunControl control;
};

struct CertificateResult {
  ProofStatus status = ProofStatus::kUnsolved;
  double dual_norm;       ///< estimate of max |nu^T (Xu)_+| before scaling
  double slack;           ///< the eta that worked
  std::int64_t leaves = 0;
  std::int64_t bytes = 0;
};

/// Writes the exact certificate (docs/certificate.md) of a network's gap to `path` (written beside, then renamed).
/// Float proposes: the dual is scaled and rounded to a grid, every leaf vector rounded to short integers with an error margin;
/// a leaf that cannot be rounded is split; when the tree does not close the slack is enlarged tenfold, up to 1e-2.
/// Memory: data plus open nodes; the proof streams to a temporary file.
[[nodiscard]] Expected<CertificateResult> write_certificate(const CertificateRequest& request,
                                                            const std::filesystem::path& path);

}  // namespace thalweg
