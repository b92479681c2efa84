#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/model/branch_network.hpp"
#include "thalweg/model/convolution_problem.hpp"
#include "thalweg/model/network_path.hpp"
#include "thalweg/model/parallel_problem.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// How building the proof ended.
enum class ProofStatus {
  kUnsolved,
  kComplete,    ///< both signs are proved; the file claims value, bound and gap
  kValueOnly,   ///< no bound could be proved in time; the file claims the network's value (and the
                ///< decrease) only
  kUnsupported  ///< the grammar cannot state the problem (logistic loss, sample weights, skip
                ///< connection); nothing was written
};

/// What proves the dual bound: kUnitTree for maxima over patches and parallel networks.
enum class BoundProof { kNone, kConeTree, kWholeSphere, kUnitTree };

struct CertificateRequest {
  const TrainingProblem* problem = nullptr;         ///< of fully connected networks, or
  const ConvolutionProblem* convolution = nullptr;  ///< of convolutional ones, or
  const ParallelProblem* parallel = nullptr;        ///< of parallel ones
  const TwoLayerNetwork* network = nullptr;         ///< the network whose gap is claimed
  const TwoLayerNetwork* improved = nullptr;        ///< optional: a network claimed to be better
  /// In place of `network` where the problem is parallel, with its output bias; no `improved` then.
  const BranchNetwork* branches = nullptr;
  double branches_bias = 0;
  const NetworkPath* path = nullptr;  ///< optional, of `problem`: begins at `network`
  const Vector* dual = nullptr;       ///< nu, an entry a target; null: value claims only
  double slack = 1e-10;               ///< eta: relative shrinking of nu that rounding may use up
  std::string dataset_sha256 = "-";   ///< informative
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
  bool stopped_at_limit = false;  ///< more time might have proved a better bound
  std::int64_t leaves = 0;
  std::int64_t bytes = 0;
};

/// Writes the exact certificate (docs/certificate.md) of a network's gap to `path`: to a file of
/// its own beside it, renamed once complete and removed otherwise; a device or pipe is written in
/// place.
///
/// Float proposes: the dual is scaled and rounded to a grid, every leaf vector rounded to short
/// integers with an error margin; a leaf that cannot be rounded is split. When the tree does not
/// close, the slack is enlarged tenfold, up to 1/2, and where double precision cannot split a cone
/// any further, the dual is scaled down to what the cone closes with. The whole-sphere majorant is
/// written, with the dual scaled by its bound, when no tree closes, a tree is not feasible (more
/// than kMaxTreeCoordinates coordinates, out of time, over 2^24 leaves), or its precision cost so
/// much that the majorant gives the better bound; and skipped when time does not suffice for it.
/// The claims are computed in exact arithmetic. Memory: data plus open nodes; pieces of the proof
/// that wait for their turn lie on disk.
///
/// With a path its section is written and what it increases by at most, its maximum and its end are
/// claimed; a path with an end is one to `improved`, which it then sets.
///
/// Of a convolution the trees and spheres are about its patches. With the maximum over patches, and
/// for parallel networks, the proof is a tree over the choices of units for each form and sign
/// (BranchOracle); there is no fallback where it does not close in time (docs/certificate.md).
///
/// Throws InvalidArgument when not exactly one problem is given, its network is missing or does not
/// fit, dual is not a finite number for each target, a path is not one of fully connected networks,
/// slack is not in (0, 0.5], find_fault (path_value.hpp) finds the path to be none, or
/// it begins or ends at another network. Errors: kUnwritable; what had the name `path` is then
/// untouched.
[[nodiscard]] Expected<CertificateResult> write_certificate(const CertificateRequest& request,
                                                            const std::filesystem::path& path);

}  // namespace thalweg
