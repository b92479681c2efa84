#pragma once

#include "thalweg/reformulation/one_dimensional.hpp"

namespace thalweg {

/// The network of least penalty through given points, with its dual.
struct MinimumNormInterpolation {
  double norm = 0;                      ///< sum |z| = the penalty of the network
  std::vector<NarrowFeature> features;  ///< with z != 0
  Vector z;                             ///< one for each feature
  NarrowNetwork network;                ///< L layers
  Vector dual;  ///< nu (n): 1^T nu = 0, |phi^T nu| <= 1 for all features, nu^T y = norm
};

/// The parallel narrow network of L >= 2 layers that interpolates (x_i, y_i) with the least penalty
/// sum |w|^L / L, biases and offset free: the limit beta -> 0 of solve_one_dimensional(), in closed
/// form, without a linear program.
///
/// With the distinct samples in order, slopes s_j = (y_{j+1} - y_j) / (x_{j+1} - x_j), their
/// changes k_1 = s_1, k_j = s_j - s_{j-1}, and sums P, Q of the positive and of minus the negative
/// parts of k_2, k_3, ..:
///   L = 2:   norm = P + Q + max(0, k_1 - Q, -k_1 - P)
///   L >= 3:  norm = max(P + (k_1)_+, Q + (-k_1)_+): half the total variation of the slope,
///            taken as 0 outside the data.
/// *Proof.* nu with 1^T nu = 0 is the same as G(t) = sum nu_i (x_i - t)_+ with values G_j at the
/// samples, G = 0 at the last one, and nu^T y = sum_j k_j G_j. Dual feasibility (see
/// solve_one_dimensional()) is |G_j| <= 1 and |G_j - G_1| <= 1 for L = 2; max G - min G <= 1 with
/// the last G = 0 included for L >= 3. For L >= 3 the value sum k_j G_j over G_j in [a, a + 1] is
/// affine in a in [-1, 0], so one of both ends is best; for L = 2 it is piecewise affine in G_1
/// with kinks at -1, 0, 1. The primal attains it. L >= 3: with k_m = -s_{m-1} at the last sample
/// the changes sum to 0; matching every positive change at one sample with negative ones at others
/// gives capped ramps of total |z| = the positive changes. L = 2: k_j is carried by the ramp to the
/// right or to the left of x_j, the latter moving the first slope by -k_j; as much of k_1 is made
/// so as signs allow, and the ramp at x_1 makes the rest. QED
///
/// Errors: InvalidArgument for L < 2, sizes that differ, numbers that are not finite, fewer than
/// one sample, or equal samples with different targets. O(n log n). Source: derived; the linear
/// program is that of Zeger et al. (2024; theory section 9).
[[nodiscard]] MinimumNormInterpolation interpolate_one_dimensional(const Vector& x, const Vector& y,
                                                                   Index layers);

}  // namespace thalweg
