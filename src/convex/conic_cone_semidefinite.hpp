#pragma once

#include "convex/conic_cone_second_order.hpp"

namespace thalweg::detail {

/// The Nesterov-Todd scaling of the cone of semidefinite matrices of side m: the matrix R with
/// R^T Z R = R^{-1} S R^{-T} = Lambda diagonal, so W Z = R^T Z R. Vectors are symmetric_vector of
/// matrices, m (m + 1) / 2 entries; lambda is that of Lambda.
class SemidefiniteScaling {
 public:
  explicit SemidefiniteScaling(Index side) : scale_(side, side), inverse_(side, side) {}

  /// W = I, lambda = e.
  void set_identity(VectorRef lambda);
  /// False when s or z is not in the interior.
  [[nodiscard]] bool update(const ConstVectorRef& s, const ConstVectorRef& z, VectorRef lambda);
  /// W^{-T} v in place: R^{-1} S R^{-T}.
  void scale_slack(VectorRef v) const;
  /// W^{-1} v in place: R^{-T} Z R^{-1}.
  void unscale_multiplier(VectorRef v) const;

 private:
  Matrix scale_;    ///< R
  Matrix inverse_;  ///< R^{-1}
};

/// Writes the matrix of a vector into `matrix` (m x m), both triangles.
void unpack_symmetric(const ConstVectorRef& entries, Matrix& matrix);
/// Writes the vector of a matrix whose lower triangle is read.
void pack_symmetric(const Matrix& matrix, VectorRef entries);
/// The side m of a matrix with m (m + 1) / 2 entries.
[[nodiscard]] Index side_of(Index entries);

/// The smallest eigenvalue.
[[nodiscard]] double semidefinite_depth(const ConstVectorRef& s);
/// a <- a o b = (A B + B A) / 2.
void semidefinite_product(VectorRef a, const ConstVectorRef& b);
/// d <- u with lambda o u = d, lambda diagonal.
void semidefinite_divide(const ConstVectorRef& lambda, VectorRef d);
/// The largest alpha with lambda + alpha d in the cone, possibly infinite; lambda diagonal.
[[nodiscard]] double semidefinite_step(const ConstVectorRef& lambda, const ConstVectorRef& d);

}  // namespace thalweg::detail
