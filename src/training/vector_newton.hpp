#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/oracle/row_geometry.hpp"
#include "training/vector_neuron.hpp"

namespace thalweg::detail {

struct VectorNewtonSettings {
  double stationarity = 1e-8;  ///< length of the gradient on the walls' null spaces, over beta |w|
  std::int64_t max_steps = 400;
  RunControl control;
};

/// A point of the factorised objective where no direction of the given neurons descends any more,
/// or as far as the settings let it come.
struct VectorNewtonResult {
  std::vector<VectorNeuron> neurons;
  Vector bias;              ///< (c)
  double stationarity = 0;  ///< of the returned point, relative
  std::int64_t steps = 0;
};

/// Newton's method on
///   l(sum_j (X w_j)_+ v_j^T + 1 b^T) + beta/2 sum_j (|w_j|^2 + |v_j|^2) + gamma/2 |b|^2
/// in all w_j, v_j and b together, walls {x_i^T w_j = 0} where a neuron rests being equality
/// constraints.
///
/// The Hessian is J^T L'' J (J the Jacobian of the outputs) plus beta on the diagonal plus, between
/// w_j and v_j, C_j = X^T D_j grad l. Where that is not positive definite, the singular values of
/// C_j (on the walls' null space) are cut at beta, which makes it so. The step is followed through
/// all kinks to a local minimum along the line; when that is a kink, the row joins the neuron's
/// walls. A wall i leaves when its multiplier rho_i, -(beta w + X^T D G v) = X_K^T rho with G =
/// grad l, is outside [0, (G v)_i] (parallel rows of `geometry` are one wall, with the sum of their
/// intervals). The objective never increases. The problem is not convex in
/// (w, v): the limit is stationary, and only the dual oracle tells whether it is global. O(n c K^2
/// + K^3) a step, K the number of free coordinates. Source: derived; the scalar case is
/// kink_newton.hpp.
[[nodiscard]] VectorNewtonResult vector_newton(const MultiOutputProblem& problem,
                                               const RowGeometry& geometry,
                                               std::vector<VectorNeuron> start, const Vector& bias,
                                               const VectorNewtonSettings& settings);

}  // namespace thalweg::detail
