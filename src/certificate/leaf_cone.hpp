#pragma once

#include <gmpxx.h>

#include <vector>

#include "certificate/closing.hpp"
#include "certificate/exact_number.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::certificate {

/// What all leaves of a tree are rounded against. One object serves any number of threads.
struct LeafFrame {
  /// X (n x d) and its geometry, both kept by reference.
  LeafFrame(const Matrix& X, const RowGeometry& geometry);

  /// Sign of v_g . z for the group with first row `row` and an integer vector z (R).
  [[nodiscard]] int exact_sign(Index row, const std::vector<mpz_class>& z) const;

  const Matrix& X;
  const RowGeometry& geometry;
  Matrix frame;  ///< (R x R): |frame z| = |u|
  Matrix inverse_frame;
  ConeVector axis_lengths;    ///< |u| of the coordinate vectors
  Matrix magnitudes;          ///< (groups x R): sizes behind the rounding of geometry.rows()
  ScaledIntegers exact_rows;  ///< X
  double rounding;            ///< relative error bound of inner products of coordinate vectors
};

/// One cone to be closed, with decisions about its crossing groups of negative weight that hold in
/// exact arithmetic: in floating point where the error margin allows, else exactly.
class LeafCone {
 public:
  /// Both are kept by reference.
  LeafCone(const LeafFrame& frame, const ConeView& view);

  [[nodiscard]] const LeafFrame& frame() const { return frame_; }
  [[nodiscard]] const ConeView& view() const { return view_; }
  [[nodiscard]] const ClosingProblem& problem() const { return problem_; }
  [[nodiscard]] Index rank() const { return problem_.rank(); }
  [[nodiscard]] Index crossing() const { return problem_.crossing(); }
  /// What demands and products at the unit rays may be off by, (R).
  [[nodiscard]] const ConeVector& margin() const { return margin_; }
  /// Whether all numbers are finite.
  [[nodiscard]] bool is_finite() const;
  /// First row of crossing group j.
  [[nodiscard]] Index row(Index j) const { return view_.crossing[static_cast<std::size_t>(j)]; }

  /// s_j = 1 where sum_k w_k v_j.r_k > 0, for integers w (R).
  [[nodiscard]] Vector multipliers_by_weights(const ConeVector& w) const;
  /// s_j = 1 where v_j . z > 0, for integer coordinates z (R).
  [[nodiscard]] Vector multipliers_by_sign(const ConeVector& integers) const;
  /// Whether group j crosses the cone.
  [[nodiscard]] bool crosses(Index j) const;
  /// Cone coordinates (multiples of the unit rays) of a vector of the frame.
  [[nodiscard]] ConeVector coordinates(const ConeVector& p) const;

 private:
  template <class ExactVector>
  [[nodiscard]] bool is_positive(Index j, double value, double error,
                                 const ExactVector& vector) const;
  [[nodiscard]] std::vector<mpz_class> ray_combination(const ConeVector& w) const;

  const LeafFrame& frame_;
  const ConeView& view_;
  ClosingProblem problem_;
  ConeVector margin_;
  Matrix rows_;       ///< v_j in coordinates, (crossing x R)
  Vector row_sizes_;  ///< (crossing): lengths behind the rounding of rows_
};

}  // namespace thalweg::certificate
