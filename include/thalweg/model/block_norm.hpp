#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The cost of a branch as a norm N of its block w in R^p: a weighted sum of Euclidean norms of
/// groups, or the nuclear norm of w read as a matrix.
class BlockNorm {
 public:
  /// weight * |w[first .. first + size)|_2.
  struct Group {
    Index first = 0;
    Index size = 0;
    double weight = 1;
  };

  /// |w|_2 of w (size); also the Frobenius norm of a matrix of that many entries.
  [[nodiscard]] static BlockNorm l2(Index size);
  /// sum_j |v_j|_2 of w = (v_1 .. v_count), each of `size` entries: l_{2,1}.
  [[nodiscard]] static BlockNorm l21(Index count, Index size);
  /// A sum of groups that together are 0 .. p - 1, in order. Throws InvalidArgument otherwise, or
  /// when a weight is not positive and finite.
  [[nodiscard]] static BlockNorm groups(std::vector<Group> groups);
  /// The sum of the singular values of w = (z_1 .. z_rows), rows of `cols` entries one after the
  /// other. Throws InvalidArgument unless both are positive.
  [[nodiscard]] static BlockNorm nuclear(Index rows, Index cols);

  [[nodiscard]] Index size() const { return size_; }  ///< p
  [[nodiscard]] bool is_nuclear() const { return rows_ > 0; }
  /// One group of weight 1: projections on cones then give its dual norm on them.
  [[nodiscard]] bool is_l2() const;
  /// Empty for the nuclear norm.
  [[nodiscard]] const std::vector<Group>& group_list() const { return groups_; }
  [[nodiscard]] Index rows() const { return rows_; }  ///< of the matrix; 0 without the nuclear norm
  [[nodiscard]] Index cols() const { return cols_; }

  /// N(w); w (p). O(p), and O(p min(rows, cols)) for the nuclear norm, as dual().
  [[nodiscard]] double value(const Vector& w) const;
  /// max {z^T w : N(w) <= 1}; z (p).
  [[nodiscard]] double dual(const Vector& z) const;

 private:
  std::vector<Group> groups_;
  Index size_ = 0;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace thalweg
