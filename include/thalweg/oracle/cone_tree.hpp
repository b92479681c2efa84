#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg {

/// The largest number of coordinates that the cone tree takes (it starts from 2^R orthants).
inline constexpr Index kMaxTreeCoordinates = 12;

/// One simplicial cone of the branch and bound as the writer of a proof sees it. All sums and
/// products were formed in floating point; `margin` bounds, for each ray, the error of `fixed` plus
/// any selection of `crossing` columns with factors in [0, 1], the rounding of the rows and of the
/// group weights included.
///
/// Rays are integer vectors in the coordinates z of RowGeometry (z = u, or u = B^T z when the rank
/// is reduced). `crossing` holds every group of negative weight that crosses the cone, and may hold
/// a few whose sign on some ray is within rounding of zero and which, exactly, do not cross: test a
/// group exactly before naming it in a proof.
struct ConeView {
  Index rank = 0;               ///< R
  Matrix rays;                  ///< (R x R), column k is the integer ray r_k, entries below 2^53
  Vector fixed;                 ///< (R): c_k without the crossing groups of negative weight
  std::vector<Index> crossing;  ///< group index (first row of the group) of each crossing group of
                                ///< negative weight, ascending
  Matrix crossing_values;       ///< (crossing x R): |w_j| v_j.r_k; c_k = fixed_k - sum_j s_j
                                ///< crossing_values(j, k)
  Vector margin;                ///< (R)
  Vector primal;       ///< (R) hint: cone coordinates lambda >= 0 of the relaxation's maximiser
  Vector multipliers;  ///< (crossing) hint: s_j in [0, 1] with which the cone closes
  double bound = 0;    ///< max over the cone of g^T (X u)_+ / |u| is at most this (margin included)
};

/// Receives a piece of the proof of one sign in preorder. `leaf` may refuse (return false): the
/// cone is then split.
class ProofSink {
 public:
  virtual ~ProofSink() = default;
  /// The cone is split at r = 2^max(shift, 0) r_k + 2^max(-shift, 0) r_l; the first child has r in
  /// place of r_k, the second r in place of r_l. shift is nearly always 0.
  virtual void split(Index k, Index l, int shift) = 0;
  [[nodiscard]] virtual bool leaf(const ConeView& cone) = 0;
};

/// Hands out sinks for the pieces of one sign's proof and puts the finished pieces together.
class ProofWriter {
 public:
  virtual ~ProofWriter() = default;
  /// A sink for one piece; called from several threads at once. Each sink is used by one thread.
  [[nodiscard]] virtual std::unique_ptr<ProofSink> open() = 0;
  /// The next piece in preorder (orthants in mask order) is complete; called in that order, by one
  /// thread at a time, on whichever thread. Not called after a failure.
  virtual void append(std::unique_ptr<ProofSink> piece) = 0;
};

/// How proving one sign ended.
enum class SignProofStatus {
  kUnsolved,
  kProved,    ///< every piece was appended: g^T (X u)_+ <= threshold |u| for all u
  kExceeded,  ///< `direction` has a value above the threshold
  kStalled,   ///< a cone could neither be closed nor split in double precision; `bound` is what it
              ///< closes with
  kLimit,     ///< stopped by deadline or cancellation
};

struct SignProof {
  SignProofStatus status = SignProofStatus::kUnsolved;
  Vector direction;  ///< kExceeded: u (d); else empty
  double bound;      ///< kStalled: bound of the cone that did not close; else NaN
  std::int64_t nodes = 0;
  std::int64_t leaves = 0;
};

/// Proves g^T (X u)_+ <= threshold |u| for all u by the cone tree and streams the proof to
/// `writer`. geometry of X, g (n). Every cone is offered to the sink as soon as its bound is at
/// most the threshold. Memory: the rows that cross the cones of one path per thread, plus what the
/// writer keeps. The stream does not depend on `threads`. Throws InvalidArgument when g has the
/// wrong length or is not finite, when threshold is not positive and finite, or when the geometry
/// has more than kMaxTreeCoordinates coordinates.
[[nodiscard]] SignProof prove_sign(const RowGeometry& geometry, const Vector& g, double threshold,
                                   ProofWriter& writer, int threads, const RunControl& control);

}  // namespace thalweg
