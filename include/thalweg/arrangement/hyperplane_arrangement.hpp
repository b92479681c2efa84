#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The central arrangement {u : x_i^T u = 0} of the rows of a data matrix, as stored: distinct
/// hyperplanes in as many coordinates as the rank.
///
/// Zero rows are set aside, exactly parallel rows merged. When the rank r is below d, r independent
/// columns C of X are kept: every column is a combination of those, so {X u} = {X_C z} and both
/// have the same activation patterns. Nothing is rounded; scaling of rows and columns is by powers
/// of two.
class HyperplaneArrangement {
 public:
  /// X (n x d), rows are samples, finite. Errors: InvalidArgument when an entry is not finite.
  /// Expected O(n d r).
  explicit HyperplaneArrangement(const Matrix& X);

  [[nodiscard]] Index samples() const { return static_cast<Index>(hyperplane_of_sample_.size()); }
  [[nodiscard]] Index dimension() const { return dimension_; }
  [[nodiscard]] Index rank() const { return normals_.cols(); }
  /// False only for a deficient rank above kMaxProvedDeficientRank.
  [[nodiscard]] bool rank_proved() const { return rank_proved_; }
  /// N, the number of distinct hyperplanes.
  [[nodiscard]] Index hyperplanes() const { return normals_.rows(); }
  [[nodiscard]] Index zero_rows() const { return zero_rows_; }

  /// One normal a hyperplane in the coordinates z, (N x r); rows in the order of first_rows().
  /// Exactly 2^k_i X(first_rows[i], columns[c]) 2^-t_c; the largest entry of a row is in [1, 2).
  [[nodiscard]] const Matrix& normals() const { return normals_; }
  /// The rows of X behind the hyperplanes as they came, (N x d): X(first_rows[i], .).
  [[nodiscard]] const Matrix& rows() const { return rows_; }
  /// Smallest powers of two that make the rows of normals() integer, (N); infinity above 2^1000.
  [[nodiscard]] const Vector& integer_scales() const { return integer_scales_; }
  /// The r independent columns of X behind the coordinates, ascending.
  [[nodiscard]] const std::vector<Index>& columns() const { return columns_; }
  /// The first sample on each hyperplane, ascending, (N).
  [[nodiscard]] const std::vector<Index>& first_rows() const { return first_rows_; }
  /// Hyperplane of each sample, -1 for a zero row, (n).
  [[nodiscard]] const std::vector<Index>& hyperplane_of_sample() const {
    return hyperplane_of_sample_;
  }
  /// Whether the sample's row is a positive or a negative multiple of its hyperplane's normal, (n);
  /// plus for zero rows.
  [[nodiscard]] const std::vector<Sign>& orientation_of_sample() const { return orientation_; }

  /// The direction u (d) with X u = (the signs of) normals() z; 0 outside columns(). Exact unless
  /// the exponents of its entries spread over more than those of doubles.
  [[nodiscard]] Vector to_direction(const Vector& z) const;

 private:
  Index dimension_ = 0;
  Index zero_rows_ = 0;
  bool rank_proved_ = true;
  Matrix rows_;
  Matrix normals_;
  Vector integer_scales_;
  std::vector<int> column_exponents_;
  std::vector<Index> columns_;
  std::vector<Index> first_rows_;
  std::vector<Index> hyperplane_of_sample_;
  std::vector<Sign> orientation_;
};

}  // namespace thalweg
