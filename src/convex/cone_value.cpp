#include "thalweg/convex/cone_value.hpp"

#include "convex/restricted_cone.hpp"

namespace thalweg {

ConeValue cone_value(const Matrix& X, const Vector& gates, Sign sign, const Vector& nu) {
  const Vector c = to_double(sign) * (X.transpose() * gates.cwiseProduct(nu));
  const Vector side = (2 * gates.array() - 1).matrix();
  const detail::Walls walls(X);
  detail::ConeProjector projector(walls);
  detail::WallFace face;
  ConeValue value;
  value.upper = projector.project(c, side, 0, face);
  value.projection = projector.point();
  for (std::size_t k = 0; k < face.rows.size(); ++k) {
    if (face.rho[k] > 0) {
      value.multipliers.emplace_back(face.rows[k],
                                     face.rho[k] * walls.inverse_length[face.rows[k]]);
    }
  }
  return value;
}

}  // namespace thalweg
