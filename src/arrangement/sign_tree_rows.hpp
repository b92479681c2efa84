#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "arrangement/sign_tree_kernels.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::sign_tree {

/// The rows whose signs the tree decides, in the order in which it does, and what each sign means.
///
/// Rows with a prescribed sign come first: those of the constraints, then hyperplanes. Without
/// constraints one hyperplane is prescribed to be negative, which leaves one cell of each antipodal
/// pair. Coordinates are those of normals() when no constraint speaks of u; else u itself, and with
/// a box (u s, s), s > 0, in which lower < u < upper is linear and homogeneous.
struct TreeRows {
  Index count = 0;
  Index dimension = 0;
  Index hyperplanes = 0;  ///< N, signs of a delivered pattern
  bool antipodal = true;
  bool reduced = true;         ///< coordinates are those of normals()
  bool homogenised = false;    ///< the last coordinate is s
  bool contradiction = false;  ///< the constraints exclude everything, on sight

  Matrix by_row;                  ///< (dimension x count), row i in column i, exact
  std::vector<Sign> prescribed;   ///< of the first rows; what remains is free
  std::vector<Index> hyperplane;  ///< (count), -1 for a constraint
  /// Hyperplanes that are no rows, because the prescribed rows decide their sign.
  std::vector<std::pair<Index, Sign>> implied;

  Index stride = 0;              ///< count rounded up to a multiple of 64
  AlignedDoubles columns;        ///< (stride x dimension), the same rows, then zero rows
  AlignedDoubles inverse_norms;  ///< (stride), rounded; 0 beyond `count`
  /// (stride), for the static filter (`locate`).
  AlignedDoubles errors;
  /// (dimension x count) when each row is a small integer vector times a power of two, else empty.
  std::vector<std::int64_t> integers;
  Vector integer_scales;  ///< (count), integers = rows * integer_scales

  [[nodiscard]] RowBlock block() const { return {columns.data(), stride, dimension}; }
  [[nodiscard]] Index prescribed_rows() const { return static_cast<Index>(prescribed.size()); }
};

/// Largest |entry| of TreeRows::integers.
inline constexpr std::int64_t kLargestInteger = std::int64_t{1} << 24;

/// The rows of A (k x r) without any further meaning: none prescribed, row i is hyperplane i.
[[nodiscard]] TreeRows tree_rows(const Matrix& A);

/// The rows `kept` (ascending, with all prescribed ones) and what is said about all.
[[nodiscard]] TreeRows row_subset(const TreeRows& rows, const std::vector<Index>& kept);

/// Errors: InvalidArgument (shape of a constraint, a sample out of range, NaN).
[[nodiscard]] TreeRows tree_rows(const HyperplaneArrangement& arrangement,
                                 const CellConstraints& constraints);

}  // namespace thalweg::sign_tree
