#pragma once

#include <gmpxx.h>

#include <optional>
#include <string>
#include <vector>

#include "certificate/closing.hpp"
#include "certificate/exact_number.hpp"
#include "thalweg/oracle/cone_tree.hpp"

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
  LeafRounder(const Matrix& X, const RowGeometry& geometry, double beta, double target);

  /// The line without its line end; empty when the cone cannot be rounded and must be split.
  [[nodiscard]] std::optional<std::string> round(const ConeView& cone) const;

  /// Sign of v_g . z for the group with first row `row` and an integer vector z (R).
  [[nodiscard]] int exact_sign(Index row, const std::vector<mpz_class>& z) const;

 private:
  friend class LeafSearch;

  const Matrix& X_;
  const RowGeometry& geometry_;
  double beta_;
  double target_;
  Matrix frame_;  ///< (R x R): |frame z| = |u|
  Matrix inverse_frame_;
  ConeVector axis_lengths_;    ///< |u| of the coordinate vectors
  Matrix magnitudes_;          ///< (groups x R): sizes behind the rounding of geometry.rows()
  ScaledIntegers exact_rows_;  ///< X
  double rounding_ = 0;        ///< relative error bound of inner products of coordinate vectors
};

}  // namespace thalweg::certificate
