#pragma once

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// max_j | |alpha_j| - |w_j| |: 0 for a balanced network.
[[nodiscard]] double balance_defect(const TwoLayerNetwork& network);

/// The network with every neuron rescaled to |w_j| = |alpha_j|; same function, penalty not larger
/// (AM-GM: |w|^2 + alpha^2
/// >= 2 |w| |alpha|). A neuron with w_j = 0 or alpha_j = 0 becomes zero. Scalar output. O(m d).
[[nodiscard]] TwoLayerNetwork balance(const TwoLayerNetwork& network);

/// Positively colinear neurons of equal output sign replaced by one of the summed mass |alpha_j|
/// w_j, and zero neurons removed; the input should be balanced, the result is. The function is
/// unchanged (up to the angle, at most `angle` radians between merged directions) and the penalty
/// is not larger. O(m^2 d) at worst.
[[nodiscard]] TwoLayerNetwork merge(const TwoLayerNetwork& network, double angle = 1e-12);

/// The network without neurons that contribute nothing on the data (X w_j <= 0, or alpha_j = 0) and
/// hence only cost.
[[nodiscard]] TwoLayerNetwork drop_dead(const Matrix& X, const TwoLayerNetwork& network);

/// A balanced network pruned to linearly independent activations: while the atoms s_j (X u_j)_+
/// have a null vector g, masses move along the sign of g with sum g >= 0 until one vanishes. The
/// fit is unchanged up to rounding, the penalty falls by beta t sum g >= 0 at each step
/// (theory 2.5). At most rank {(Xu)_+} <= n neurons remain. `tolerance` is the relative pivot of
/// the rank-revealing QR below which atoms count as dependent. O(n m^2) a step.
[[nodiscard]] TwoLayerNetwork prune(const Matrix& X, const TwoLayerNetwork& network,
                                    double tolerance = 1e-12);

/// The network with one neuron (w, alpha) appended; w (d).
[[nodiscard]] TwoLayerNetwork append_neuron(const TwoLayerNetwork& network, const Vector& w,
                                            double alpha);

}  // namespace thalweg
