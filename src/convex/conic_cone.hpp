#pragma once

#include <vector>

#include "convex/conic_cone_second_order.hpp"
#include "convex/conic_cone_semidefinite.hpp"
#include "thalweg/convex/conic_program.hpp"

namespace thalweg::detail {

/// The Nesterov-Todd scaling W of a product of cones for a pair of interior points s, z: W z =
/// W^{-T} s = lambda. All vectors have the cone's k entries; e is the identity of the Jordan
/// product "o".
class ConeScaling {
 public:
  explicit ConeScaling(const ConeProduct& cone);

  /// The degree of the cone: s^T z / degree is the barrier parameter mu.
  [[nodiscard]] Index degree() const;
  [[nodiscard]] const Vector& identity() const { return identity_; }
  [[nodiscard]] const Vector& lambda() const { return lambda_; }

  /// W = I.
  void set_identity();
  /// False when s or z is not in the interior.
  [[nodiscard]] bool update(const Vector& s, const Vector& z);

  /// W^{-T} of every column, in place.
  void scale_slack(Eigen::Ref<Matrix> columns) const;
  /// W^{-1} v, in place.
  void unscale_multiplier(Vector& v) const;
  /// d <- lambda \ (shift e - a o b).
  void corrector(double shift, const Vector& a, const Vector& b, Vector& d) const;
  /// The largest alpha with lambda + alpha d in the cone, possibly infinite.
  [[nodiscard]] double step_to_boundary(const Vector& d) const;
  /// How far v is inside: the largest t with v - t e in the cone.
  [[nodiscard]] double depth(const Vector& v) const;

 private:
  /// Calls f(number of the cone, first entry, entries).
  template <class F>
  void for_second_order(const F& f) const;
  template <class F>
  void for_semidefinite(const F& f) const;

  ConeProduct cone_;
  Vector orthant_inverse_;  ///< 1 / w
  std::vector<SecondOrderScaling> second_order_;
  std::vector<SemidefiniteScaling> semidefinite_;
  Vector identity_;
  Vector lambda_;
};

}  // namespace thalweg::detail
