#pragma once

#include <array>

#include "thalweg/core/types.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::oracle {

/// A vector over the rays of a cone; entries beyond R are unused.
using RayVector = std::array<double, kMaxTreeCoordinates>;

/// A matrix over the rays of a cone.
struct RayMatrix {
  std::array<double, kMaxTreeCoordinates * kMaxTreeCoordinates> entries;

  double& operator()(Index i, Index k) {
    return entries[static_cast<std::size_t>(k * kMaxTreeCoordinates + i)];
  }
  double operator()(Index i, Index k) const {
    return entries[static_cast<std::size_t>(k * kMaxTreeCoordinates + i)];
  }
};

/// The geometry of one cone: Gram matrix of its rays scaled to (rounded) unit length.
struct ConeMetric {
  Index rank = 0;
  RayVector norm;        ///< |r_k|, rounded; the scaled ray is r_k / norm_k with this very double
  RayMatrix gram;        ///< of the scaled rays, rounded
  RayMatrix gram_error;  ///< entrywise bound on its error, used when `signed_gram`
  bool signed_gram =
      false;  ///< entries may cancel (reduced coordinates); else all products are >= 0
};

/// Bit mask of the rays with x_k > 0.
[[nodiscard]] unsigned support(Index rank, const RayVector& x);

/// Maximises c . x over x >= 0, x^T gram x <= 1 by block pivoting; x (R) gets unit norm, or a best
/// single ray where the maximum is not positive. `guess` (optional, not 0): the support to start
/// from, such as that of the maximiser for a nearby c. Floating point, not rigorous.
void maximise_linear(const ConeMetric& metric, const RayVector& c, RayVector& x,
                     unsigned guess = 0);

/// A rigorous upper bound on max c . x over x >= 0, x^T gram x <= 1, from any y >= 0, y != 0.
///
/// Lemma. If p satisfies p . r_k / norm_k >= c_k for every k, then c . x <= p . u <= |p| |u| for u
/// = sum x_k r_k / norm_k. With q = sum_k y_k r_k / norm_k taken are p = t q for the least t that
/// works and, where that is not nearly the best multiple, p = max(c . y, 0) q + delta sum_k r_k /
/// norm_k for the least delta, with |p| by the triangle inequality; the smaller bound, rounded
/// upwards. Infinity when neither works.
[[nodiscard]] double linear_bound(const ConeMetric& metric, const RayVector& c, const RayVector& y);

/// Cholesky factor L of the Gram matrix with pivots kept positive; lower triangle.
[[nodiscard]] RayMatrix cholesky(const RayMatrix& gram, Index rank);
/// x := L^-1 x.
void solve_lower(const RayMatrix& factor, Index rank, double* x);
/// x := L^-T x.
void solve_upper(const RayMatrix& factor, Index rank, double* x);

}  // namespace thalweg::oracle
