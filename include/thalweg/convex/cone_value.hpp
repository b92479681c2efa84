#pragma once

#include <utility>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// val(nu) of one closed cell K = {u : sigma_i x_i^T u >= 0} and one sign.
struct ConeValue {
  double upper = 0;   ///< |projection|: an upper bound of the value to rounding
  Vector projection;  ///< c + X^T diag(sigma) rho, (d): the projection of c on K
  std::vector<std::pair<Index, double>> multipliers;  ///< rows with rho_i > 0, at most d
};

/// val = max {c^T u : u in K, |u| <= 1} = min_{rho >= 0} |c + X^T diag(sigma) rho| with
/// c = s X^T D nu, D the pattern of K and sigma = 2D - 1.
///
/// X (n x d); gates (n), 1 where the pattern is active and 0 elsewhere; nu (n).
/// Lemma. Any rho >= 0 bounds the value from above. Proof. For u in K, |u| <= 1:
/// c^T u <= c^T u + rho^T diag(sigma) X u = (c + X^T diag(sigma) rho)^T u <= |c + X^T diag(sigma)
/// rho|. QED O(n d) a step of the active-set method. Source: Moreau's decomposition, theory
/// section 1.
[[nodiscard]] ConeValue cone_value(const Matrix& X, const Vector& gates, Sign sign,
                                   const Vector& nu);

}  // namespace thalweg
