#pragma once

#include <optional>
#include <vector>

#include "landscape/exact_dual.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg::landscape {

/// The rows of X by hyperplanes x^T w = 0; zero rows are in none.
class Hyperplanes {
 public:
  /// X must outlive this.
  explicit Hyperplanes(const Matrix& X);

  [[nodiscard]] const Matrix& X() const { return exact_.values(); }
  [[nodiscard]] const DyadicMatrix& exact() const { return exact_; }
  [[nodiscard]] Index count() const { return static_cast<Index>(members_.size()); }
  /// The rows of a hyperplane, the first of which stands for it.
  [[nodiscard]] const std::vector<Index>& rows(Index plane) const {
    return members_[static_cast<std::size_t>(plane)];
  }
  [[nodiscard]] Index first(Index plane) const { return rows(plane).front(); }
  [[nodiscard]] double length(Index plane) const { return lengths_[first(plane)]; }
  [[nodiscard]] const Vector& lengths() const { return lengths_; }  ///< (n) of all rows
  /// Whether a row has the direction of its hyperplane's first row, and not the opposite one.
  [[nodiscard]] bool along(Index row) const { return groups_.multiples[row] > 0; }

  /// Hyperplanes with |x^T w| <= tolerance |x| |w|, ascending; w (d).
  [[nodiscard]] std::vector<Index> near(const Vector& w, double tolerance) const;
  /// Hyperplanes with x^T w = 0 exactly, ascending.
  [[nodiscard]] std::vector<Index> through(const Vector& w) const;
  /// Their first rows, (k x d).
  [[nodiscard]] Matrix normals(const std::vector<Index>& planes) const;
  /// All rows of them, ascending.
  [[nodiscard]] std::vector<Index> all_rows(const std::vector<Index>& planes) const;

 private:
  DyadicMatrix exact_;
  RowGroups groups_;
  std::vector<std::vector<Index>> members_;
  Vector lengths_;
};

/// The sign patterns that generic vectors have on some hyperplanes' first rows, (cells x k): 1
/// where x^T delta > 0, else 0. None beyond `most` cells.
[[nodiscard]] std::optional<Matrix> tie_cells(const Matrix& normals, Index most);

/// Whether the spans of two sets of rows of `normals` meet in 0 only; false when not proved.
[[nodiscard]] bool independent_spans(const Matrix& normals, const std::vector<Index>& some,
                                     const std::vector<Index>& others);

}  // namespace thalweg::landscape
