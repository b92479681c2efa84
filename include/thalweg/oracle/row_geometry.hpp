#pragma once

#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/exact/near_rows.hpp"

namespace thalweg {

/// The rows of X as the oracle and the certificate see them: zero rows gone, parallel rows merged,
/// rows parallel up to rounding replaced by multiples of one of them (`near_rows`), and, when the
/// rank of what remains is below d, coordinates z with u = B^T z for a basis B of rows.
///
/// With R = coordinates(): a direction is z in R^R; x_j^T u = k_j * (v_g . z), where v_g is row g
/// of `rows()` and g the group of row j (near rows: up to `slack`); |u|^2 = z^T Q z. Without
/// reduction z = u, Q = I and v_g is the first row of the group as stored (exact).
class RowGeometry {
 public:
  /// X (n x d), finite. O(n d^2) and, where the rank must be proved deficient, exact integer
  /// arithmetic on the rows.
  explicit RowGeometry(const Matrix& X);

  [[nodiscard]] Index samples() const { return samples_; }      ///< n
  [[nodiscard]] Index dimension() const { return dimension_; }  ///< d
  [[nodiscard]] Index rank() const { return rank_; }            ///< rank of X, decided exactly
  /// R: the rank when reduced, else d.
  [[nodiscard]] Index coordinates() const { return gram_.rows(); }
  /// Rows i1 < .. < iR of X that form B; empty when not reduced (rank = d, or X = 0, or rank > 24).
  [[nodiscard]] const std::vector<Index>& basis() const { return basis_; }
  /// Q = B B^T, or the identity, (R x R), rounded.
  [[nodiscard]] const Matrix& gram() const { return gram_; }

  /// Rows that are replaced by k x_first, ascending.
  [[nodiscard]] const std::vector<NearRow>& near_rows() const { return near_rows_; }
  /// At most this times |u| separates nu^T (X u)_+ from the same sum over the replaced rows; nu
  /// (n).
  [[nodiscard]] double slack(const Vector& nu) const;

  /// Number of groups of parallel nonzero rows.
  [[nodiscard]] Index groups() const { return static_cast<Index>(first_rows_.size()); }
  /// First row of each group, ascending.
  [[nodiscard]] const std::vector<Index>& first_rows() const { return first_rows_; }
  /// Group of each row, -1 for a zero row, (n).
  [[nodiscard]] const std::vector<Index>& group_of_row() const { return group_of_row_; }
  /// k_j with x_j = k_j x_first, rounded, sign exact; 0 for a zero row; exactly k for a near row,
  /// (n).
  [[nodiscard]] const Vector& multiples() const { return multiples_; }
  /// v_g in coordinates, (groups x R): the first row, or B times it, rounded.
  [[nodiscard]] const Matrix& rows() const { return rows_; }
  /// Entrywise bound |B| |x| behind the rounding of `rows()` when reduced; equals |rows()|
  /// otherwise, (groups x R).
  [[nodiscard]] Matrix row_magnitudes() const;
  /// An orthonormal basis of the row space in R^d, (d x R), rounded; the identity when not reduced.
  [[nodiscard]] const Matrix& frame() const { return frame_; }

  /// u = B^T z, (d).
  [[nodiscard]] Vector to_direction(const Vector& z) const;

 private:
  void reduce(const Matrix& X);

  Index samples_;
  Index dimension_;
  Index rank_;
  std::vector<NearRow> near_rows_;
  std::vector<Index> first_rows_;
  std::vector<Index> group_of_row_;
  Vector multiples_;
  std::vector<Index> basis_;
  Matrix basis_rows_;  ///< B, (R x d); empty when not reduced
  Matrix gram_;
  Matrix rows_;
  Matrix frame_;
  Matrix magnitudes_;  ///< only when reduced
};

/// g^T (X u)_+ = sum over groups of weight_g (v_g . z)_+ + linear . z, up to the rounding that
/// `absolute` bounds.
struct GroupWeights {
  Vector weight;    ///< w per group, (groups)
  Vector linear;    ///< ell, (R)
  Vector absolute;  ///< sum over the group's rows of |g_j k_j|, (groups); at least |w|
  Index largest_group = 1;
};

/// Weights of the groups for g (n); see docs/certificate.md, "Groups". O(n + groups R).
[[nodiscard]] GroupWeights group_weights(const RowGeometry& geometry, const Vector& g);

}  // namespace thalweg
