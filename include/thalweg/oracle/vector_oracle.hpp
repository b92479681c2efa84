#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// A local maximiser of |N^T (X u)_+|.
struct VectorDirection {
  Vector u;                  ///< unit direction of inputs, (d)
  Vector a;                  ///< N^T (X u)_+ over its length: the direction of outputs, (c)
  double value = 0;          ///< |N^T (X u)_+|, rounded down rigorously
  std::vector<Index> kinks;  ///< rows i with x_i^T u = 0 up to rounding, nonzero rows only
};

struct VectorNormSettings {
  double relative_gap = 1e-4;  ///< close the bounds to this (at least 1e-11)
  /// When positive: decide whether sigma <= threshold instead of closing the gap; stop once either
  /// answer is proved.
  double threshold = 0;
  std::int64_t max_rays = 20000;  ///< scalar dual norms that may be spent
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

struct VectorNormResult {
  DualNormStatus status = DualNormStatus::kUnsolved;
  double lower = 0;  ///< rigorous: value at maximisers.front()
  double upper = 0;  ///< rigorous: holds in exact arithmetic for the stored doubles
  std::vector<VectorDirection> maximisers;  ///< best first
  Index output_rank = 0;                    ///< output directions that were branched on
  std::int64_t rays = 0;                    ///< scalar dual norms computed
  std::int64_t cones = 0;                   ///< cones of output directions bounded
  double seconds = 0;
};

/// The dual oracle of networks with c outputs and shared neurons: sigma(N) = max over |u| <= 1 of
/// |N^T (X u)_+|, for many N (n x c) and one X.
///
/// Write sigma(N) = max over unit a of g(a), g(a) = max over |u| <= 1 of |(N a)^T (X u)_+|: each
/// g(a) is a scalar dual norm, with rigorous bounds by DualOracle.
///
/// Lemma (cone of outputs). Let K be the cone of a_1 .. a_r with g(a_k) <= G_k, and p a vector with
/// p^T a_k >= G_k for all k. Then g(a) <= |p| |a| on K. Proof. g is a maximum of absolute values of
/// linear functions of a, hence convex and absolutely homogeneous. For a = sum lambda_k a_k with
/// lambda >= 0: g(a) <= sum lambda_k g(a_k) <= sum lambda_k p^T a_k = p^T a <= |p| |a|. QED
/// The shortest such p is the projection of A^{-T} G to K. Cones start from the orthants (one of
/// each pair, as g(-a) = g(a)) in the basis of N's right singular vectors and are halved at their
/// longest edge; rays are integer vectors, so that the halves cover the cone exactly.
///
/// Lemma (reduction). With N = M V^T + E and M = (M_1 M_2) split by columns,
///   sigma(N) <= |V|_2 sqrt(sigma(M_1)^2 + sum_k g_2k^2) + |E|_F |X|_F,
/// g_2k the scalar dual norms of the columns of M_2. Proof. |N^T h| <= |V| |M^T h| + |E| |h| for h
/// = (X u)_+, |M^T h|^2 = |M_1^T h|^2 + |M_2^T h|^2, and |h| <= |X u| <= |X|_F. QED So N of rank r
/// costs a search over r output directions only, and directions of little weight none.
///
/// One output is the scalar oracle; two and three close to a requested gap where the scalar oracle
/// does; from about five on the bound is what the time allows. Source: derived, theory section 1.
class VectorOracle {
 public:
  /// X (n x d), finite. O(n d^2).
  explicit VectorOracle(const Matrix& X);
  ~VectorOracle();
  VectorOracle(VectorOracle&&) noexcept;
  VectorOracle& operator=(VectorOracle&&) noexcept;

  /// The oracle of scalar outputs over the same rows.
  [[nodiscard]] const DualOracle& scalar() const;

  /// Certified bounds on sigma(N), N (n x c). Throws InvalidArgument when N has the wrong number of
  /// rows, no column, or an entry that is not finite.
  [[nodiscard]] VectorNormResult maximise(const Matrix& N,
                                          const VectorNormSettings& settings) const;

  /// Local maximisers by alternating ascent in u and a from random starts and from `starts` (each
  /// u, (d)); no proof. Up to `count`, pairwise apart by an angle > 1e-2 in u or in a, of value
  /// above `threshold`, best first. Deterministic in `seed` unless `control` stops it.
  [[nodiscard]] std::vector<VectorDirection> climb(const Matrix& N, double threshold, Index count,
                                                   std::uint64_t seed,
                                                   const std::vector<Vector>& starts = {},
                                                   const RunControl& control = {}) const;

  /// Rigorous upper bound on sigma(N) without branching, in O(n d (c + d)):
  ///   sigma <= 1/2 |N^T X|_2 + 1/2 |N^T S^{-1}|_2 |S X|_2
  /// over S = I and S = diag(|N_i|). Proof. (t)_+ = (t + |t|)/2, and |N^T |X u|| <= |N^T S^{-1}| |S
  /// |X u|| with |S |X u|| = |S X u|. QED
  [[nodiscard]] double spectral_bound(const Matrix& N) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg
