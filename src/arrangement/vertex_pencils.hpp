#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arrangement/basis_inverse.hpp"
#include "arrangement/bit_rows.hpp"
#include "arrangement/flag_coordinates.hpp"
#include "arrangement/pattern_buffer.hpp"
#include "arrangement/pencil_kernel.hpp"

namespace thalweg {

class LocalTopes;
class VertexPencilsPeer;

struct PencilStatistics {
  std::uint64_t degenerate_vertices = 0;
  std::uint64_t exact_signs = 0;
};

/// The lowest-vertex topes of some rows at one level of a flag.
///
/// In the chart l_m = 1 of W_m the rows are an affine arrangement. Every region that has a lowest
/// vertex with respect to l_{m-1} is met exactly once, at that vertex: see docs/theory/
/// arrangements.md for lemma and proof. Vertices are met along pencils: for every m - 2 rows S, in
/// lexicographic order, a simplex dictionary gives all rows on the line {y_s = 0} as beta_k c +
/// alpha_k h, one pivot from the pencil before. A vertex on more than m - 1 rows counts at its
/// lexicographically first basis only, and its regions come from LocalTopes.
class VertexPencils {
 public:
  VertexPencils(const FlagCoordinates& flag, const PencilKernels& kernels, LocalTopes& locals,
                PencilStatistics& statistics);

  /// Rows ascending, level m between 2 and flag.rank().
  void prepare(Index level, std::span<const Index> rows);
  /// All pencils; patterns over the prepared rows, bit 1 where negative. Stops early when the
  /// buffer closes.
  void run(PatternBuffer& out);
  /// The pencils whose first rows are those of `prefix`, as many as prefix_length(), ascending.
  void run_prefix(std::span<const Index> prefix, PatternBuffer& out);
  /// Rows that name a work unit at this level: 0, 1 or 2.
  [[nodiscard]] static Index prefix_length(Index level) {
    return level >= 4 ? 2 : (level == 3 ? 1 : 0);
  }

 private:
  /// Stands for "never zero" in alpha.
  static constexpr double kFar = 1e300;

  friend class VertexPencilsPeer;  ///< of the tests, which compare dictionaries with exact ones

  /// The dictionary after pivots on the rows of S.
  struct Node {
    std::vector<double> entries;  ///< columns of stride_; the last two are beta and alpha
    std::vector<Index> free;      ///< columns not yet pivoted, beta and alpha apart
    std::vector<double> errors;   ///< by column: every entry is within this of the exact one
    double error = 0;             ///< the larger of beta's and alpha's; infinity: nothing is known
    double largest = 0;           ///< at least every entry
    double product = 0;           ///< at least |product of pivots| times scales and determinant
    BitRows closure;              ///< rows that vanish wherever S does
    Index closed = 0;             ///< how many
    PatternWord pivoted = 0;      ///< columns of S
  };

  [[nodiscard]] double* column(Node& node, Index c) const {
    return node.entries.data() + c * stride_;
  }
  [[nodiscard]] double* beta(Node& node) const { return column(node, level_ - 2); }
  [[nodiscard]] double* alpha(Node& node) const { return column(node, level_ - 1); }

  void fill_root(Node& root);
  void visit(Index depth, Index start, PatternBuffer& out);
  void extend(Index depth, Index row, PatternBuffer& out);
  [[nodiscard]] bool prepare_siblings(Index depth);
  void sibling(Index depth, Index row, PatternBuffer& out);
  [[nodiscard]] bool descend(Index depth, Index row);
  void pivot(Node& parent, Node& child, Index depth, Index row);
  void set_error(Node& node, double entry) const;
  void rebuild(Node& node, Index depth);
  [[nodiscard]] bool close(Node& node, Index depth, Index row);
  [[nodiscard]] bool in_span(Index depth, Index row);
  void leaf(PatternBuffer& out);
  void vertex(Node& node, Index row, PatternBuffer& out);
  [[nodiscard]] bool vertex_signs(Node& node, Index row);
  void simple_vertex(Node& node, Index row, PatternBuffer& out);
  void degenerate_vertex(PatternBuffer& out);
  [[nodiscard]] int multiplier_sign(std::size_t position);

  const FlagCoordinates& flag_;
  const PencilKernels& kernels_;
  LocalTopes& locals_;
  PencilStatistics& statistics_;

  Index level_ = 0;
  Index count_ = 0;   ///< rows
  Index words_ = 0;   ///< per pattern
  Index padded_ = 0;  ///< rows, rounded up to whole groups of lanes
  Index stride_ = 0;  ///< of columns
  std::vector<Index> rows_;
  double largest_scale_ = 1;
  std::vector<Node> nodes_;
  std::vector<Index> basis_;          ///< S, positions in rows_
  std::vector<Index> basis_columns_;  ///< column of each member of S
  Index prefix_row_ = -1;             ///< the first row that nodes_[1] stands for
  bool prefix_valid_ = false;
  bool siblings_ = false;  ///< whether far_alpha_ is that of the node of depth level - 3 at hand

  // Scratch of the hot loops.
  std::vector<const double*> basis_pointers_;
  std::vector<double> basis_entries_;
  std::vector<double> factors_;
  BasisInverse inverse_;
  std::vector<PatternWord> lanes_;
  std::vector<std::uint8_t> settled_;
  std::vector<PatternWord> copies_;
  std::vector<double> far_alpha_;
  BitRows negative_;
  BitRows small_;
  BitRows flat_;              ///< rows through the vertex at hand
  std::vector<Index> exact_;  ///< arguments of FlagCoordinates::sign, rows of the flag
  std::vector<Index> flat_rows_;
};

}  // namespace thalweg
