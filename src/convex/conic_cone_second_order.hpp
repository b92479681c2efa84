#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::detail {

using VectorRef = Eigen::Ref<Vector>;
using ConstVectorRef = Eigen::Ref<const Vector>;

/// The Nesterov-Todd scaling W of a second-order cone {(t, v) : t >= |v|}: W z = W^{-1} s = lambda.
///
/// W = eta [w0 w1^T; w1 I + w1 w1^T / (1 + w0)] with w0^2 - |w1|^2 = 1 is symmetric. Vectors have
/// the cone's number of entries.
class SecondOrderScaling {
 public:
  explicit SecondOrderScaling(Index size) : axis_(size) {}

  /// W = I, lambda = e.
  void set_identity(VectorRef lambda);
  /// False when s or z is not in the interior.
  [[nodiscard]] bool update(const ConstVectorRef& s, const ConstVectorRef& z, VectorRef lambda);
  /// W^{-1} v in place.
  void apply_inverse(VectorRef v) const;

 private:
  Vector axis_;  ///< w
  double eta_ = 1;
};

/// t - |v|: how far inside the cone, negative outside.
[[nodiscard]] double second_order_depth(const ConstVectorRef& s);
/// a <- a o b = (a^T b, a0 b1 + b0 a1).
void second_order_product(VectorRef a, const ConstVectorRef& b);
/// d <- u with lambda o u = d.
void second_order_divide(const ConstVectorRef& lambda, VectorRef d);
/// The largest alpha with lambda + alpha d in the cone, possibly infinite.
[[nodiscard]] double second_order_step(const ConstVectorRef& lambda, const ConstVectorRef& d);

}  // namespace thalweg::detail
