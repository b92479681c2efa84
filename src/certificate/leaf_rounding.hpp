#pragma once

#include <optional>
#include <string>

#include "certificate/leaf_cone.hpp"

namespace thalweg::certificate {

/// Turns closed cones into leaf lines of the proof (docs/certificate.md, "PROOF" and "Tree"): a
/// short integer vector P with |P| <= beta, and multipliers by rule with few exceptions.
///
/// Everything is decided in floating point with error margins, except signs too close to call,
/// which are decided exactly. One object serves any number of threads.
class LeafRounder {
 public:
  /// X (n x d) and its geometry, both kept by reference; cones are given up unless they close with
  /// length `target` < beta.
  LeafRounder(const Matrix& X, const RowGeometry& geometry, double beta, double target)
      : frame_(X, geometry), beta_(beta), target_(target) {}

  /// The line without its line end; empty when the cone cannot be rounded and must be split.
  [[nodiscard]] std::optional<std::string> round(const ConeView& cone) const;

 private:
  LeafFrame frame_;
  double beta_;
  double target_;
};

}  // namespace thalweg::certificate
