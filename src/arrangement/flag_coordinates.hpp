#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>

#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/exact/row_dependence.hpp"

namespace thalweg {

/// Thrown inside the module when the flag turns out not to be generic; never leaves it.
class UnluckyFlag : public std::runtime_error {
 public:
  UnluckyFlag() : std::runtime_error("the flag is not generic") {}
};

/// The arrangement in coordinates adapted to a random flag of subspaces, rounded, with the exact
/// signs behind them.
///
/// Integer functionals l_1, ..., l_r are drawn at random; W_m = {l_{m+1} = ... = l_r = 0}. In the
/// coordinates z_i = l_i(u), W_m is z_{m+1} = ... = z_r = 0, so the first m columns of rows() are
/// the arrangement restricted to W_m. Optionally everything is first restricted to one hyperplane
/// of the arrangement (`wall`): the flag is then W_m cut with the wall, of dimension m - 1, and
/// "level m" below counts dimensions inside the wall.
class FlagCoordinates {
 public:
  /// No wall.
  static constexpr Index kNone = -1;

  /// A random flag, generic with high probability.
  FlagCoordinates(const HyperplaneArrangement& arrangement, const RowDependence& dependence,
                  std::uint64_t seed, Index wall = kNone);
  /// `functionals` (r x r), l_1, ..., l_r as rows, integers. Errors: UnluckyFlag when they are
  /// dependent.
  FlagCoordinates(const HyperplaneArrangement& arrangement, const RowDependence& dependence,
                  Matrix functionals, Index wall = kNone);

  [[nodiscard]] Index hyperplanes() const { return Y_.rows(); }
  /// Dimension: r, or r - 1 inside a wall.
  [[nodiscard]] Index rank() const { return Y_.cols(); }
  [[nodiscard]] Index wall() const { return wall_; }
  /// (N x rank()), rows scaled by powers of two to entries of about 1; the wall's row is 0.
  [[nodiscard]] const Matrix& rows() const { return Y_; }
  /// Every entry of rows() is within this of the exact one.
  [[nodiscard]] double error() const { return error_; }
  /// Powers of two a_k such that a_k times the exact row in the original coordinates is integer; a
  /// determinant of k rows and unit functionals is then an integer divided by their a's and
  /// multiplied by determinant_bound().
  [[nodiscard]] double integer_scale(Index row) const { return scales_[row]; }
  /// At least |det (l_1, ..., l_r)| times the wall's scale; infinity when unknown.
  [[nodiscard]] double determinant_bound() const { return determinant_bound_; }

  /// Row index that stands for the functional l_m of level m.
  [[nodiscard]] Index functional(Index level) const { return hyperplanes() + level; }
  /// The exact sign of the m x m determinant of the rows' first m columns; entries from
  /// functional() are functionals. Precondition: the size m of rows is at most rank().
  [[nodiscard]] int sign(std::span<const Index> rows) const;
  /// The same, or 0 when intervals of floating point do not decide it.
  [[nodiscard]] int likely_sign(std::span<const Index> rows) const;
  /// Whether the rows (hyperplanes only), together with the wall, are dependent in the original
  /// space; exact.
  [[nodiscard]] bool dependent(std::span<const Index> rows) const;

 private:
  [[nodiscard]] Matrix assemble(std::span<const Index> rows) const;
  void compute_rows();
  void restrict_to_wall();

  const HyperplaneArrangement& arrangement_;
  const RowDependence& dependence_;
  Index wall_;
  Matrix functionals_;  ///< (r x r), l_i as rows, integers
  Matrix Y_;
  Vector scales_;
  double error_ = 0;
  double determinant_bound_ = 0;
  int orientation_ = 1;  ///< of (wall, l_1, ..., l_r) or (wall, l_2, ..., l_r)
};

}  // namespace thalweg
