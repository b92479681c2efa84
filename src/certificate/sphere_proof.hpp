#pragma once

#include <optional>
#include <string>

#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg::certificate {

/// The lines `grid`, coefficients and `mu` of a sphere proof (docs/certificate.md, "Sphere") of
/// g^T (X u)_+ <= beta |u|.
///
/// X (n x d), g (n); `majorant` holds the parameters of a whole-sphere bound for g, scaled to g's
/// unit, and about `room` lies between its bound and beta: a quarter of it raises mu. Empty when
/// the rounded majorant does not stay below beta with a margin of about 1e-11. O(n d^2 + d^3).
[[nodiscard]] std::optional<std::string> sphere_text(const Matrix& X, const Vector& g, double beta,
                                                     const WholeSphereProof& majorant, double room);

}  // namespace thalweg::certificate
