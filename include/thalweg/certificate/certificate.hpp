#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// How building the proof ended.
enum class ProofStatus {
  kUnsolved,
  kComplete,    ///< both signs are proved; the file claims value, bound and gap
  kValueOnly,   ///< no bound could be proved in time; the file claims the network's value (and the
                ///< decrease) only
  kUnsupported  ///< the loss has no rational conjugate (logistic); nothing was written
};

/// What proves the dual bound.
enum class BoundProof { kNone, kConeTree, kWholeSphere };

/// Which proofs may be tried.
enum class ProofChoice {
  kTreeThenSphere,  ///< the cone tree where it is feasible, then the whole-sphere majorant
  kSphereOnly
};

struct CertificateRequest {
  const TrainingProblem* problem = nullptr;
  const TwoLayerNetwork* network = nullptr;   ///< the network whose gap is claimed
  const TwoLayerNetwork* improved = nullptr;  ///< optional: a network claimed to be better
  const Vector* dual = nullptr;               ///< nu (n); null: value claims only
  /// Directions (d) of large |nu^T (Xu)_+|, such as the oracle's maximisers or the neurons of the
  /// network whose residual nu is; they save a search for them.
  std::vector<Vector> directions;
  double slack = 1e-10;  ///< eta: relative shrinking of nu that rounding may use up
  ProofChoice choice = ProofChoice::kTreeThenSphere;
  std::string dataset_sha256 = "-";  ///< informative
  std::string network_sha256 = "-";
  int threads = 1;
  RunControl control;  ///< the tree takes at most 0.85 of the time left
};

struct CertificateResult {
  ProofStatus status = ProofStatus::kUnsolved;
  BoundProof proof = BoundProof::kNone;
  /// Estimate of max |nu^T (Xu)_+| before scaling (an upper bound with the whole-sphere proof).
  double dual_norm = std::numeric_limits<double>::quiet_NaN();
  double slack = std::numeric_limits<double>::quiet_NaN();  ///< the eta that worked
  std::int64_t leaves = 0;
  std::int64_t bytes = 0;
};

/// Writes the exact certificate (docs/certificate.md) of a network's gap to `path` (written beside
/// it, then renamed).
///
/// Float proposes: the dual is scaled and rounded to a grid, every leaf vector rounded to short
/// integers with an error margin; a leaf that cannot be rounded is split; when the tree does not
/// close the slack is enlarged tenfold, up to 1e-2; when that fails, or the tree is not feasible
/// (more than kMaxTreeCoordinates coordinates, or out of time), the whole-sphere majorant is
/// written with the dual scaled by its bound. The claims are computed in exact arithmetic. Memory:
/// data plus open nodes; the proof streams to a temporary file.
///
/// Throws InvalidArgument when problem or network is null, a network does not fit the problem, dual
/// is not n finite numbers, or slack is not in (0, 0.5]. Errors: kUnwritable.
[[nodiscard]] Expected<CertificateResult> write_certificate(const CertificateRequest& request,
                                                            const std::filesystem::path& path);

}  // namespace thalweg
