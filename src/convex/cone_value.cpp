#include "thalweg/convex/cone_value.hpp"

#include <limits>

#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg {

ConeValue cone_value(const Matrix& X, const Vector& gates, Sign sign, const Vector& nu) {
  const Vector c = to_double(sign) * (X.transpose() * gates.cwiseProduct(nu));
  const Vector sigma = (2 * gates.array() - 1).matrix();
  ConeValue value;
  const Vector slack = sigma.cwiseProduct(X * c);
  if (slack.size() == 0 || slack.minCoeff() >= 0) {
    value.projection = c;
    value.upper = c.norm();
    return value;
  }
  // min |(-c) - X^T diag(sigma) rho|, so the projection is minus the residual.
  const Matrix walls = X.transpose() * sigma.asDiagonal();
  const Vector unbounded = Vector::Constant(gates.size(), std::numeric_limits<double>::infinity());
  const BoundedLeastSquares solution = bounded_least_squares(walls, -c, unbounded);
  value.projection = -solution.residual;
  value.upper = value.projection.norm();
  for (Index i = 0; i < gates.size(); ++i) {
    if (solution.x[i] > 0) value.multipliers.emplace_back(i, solution.x[i]);
  }
  return value;
}

}  // namespace thalweg
