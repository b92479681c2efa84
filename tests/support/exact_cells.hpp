#pragma once

#include <string>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::testing {

/// A pattern as text: character i is '1' where sample i is plus or a zero row, else '0'.
using PatternText = std::string;

/// The patterns of all cells of {u : x_i^T u = 0}, both signs, ascending. X (n x d) as stored, any
/// rank, zero and parallel rows included.
///
/// An oracle for small instances (up to some thousand cells): exact integers, no linear programs
/// and nothing in common with the library. One hyperplane is added at a time; the cells that it
/// cuts are the cells of the arrangement restricted to it, which the same method lists with an
/// interior point each.
[[nodiscard]] std::vector<PatternText> exact_cells(const Matrix& X);

/// The same as text; `samples` signs.
[[nodiscard]] PatternText to_text(std::span<const PatternWord> pattern, Index samples);

/// The cell opposite to a cell of the rows of X: every sign turned but those of zero rows.
[[nodiscard]] PatternText opposite(const Matrix& X, PatternText cell);

/// A list of the library as text, ascending; with the opposite of each cell when `antipodal`.
[[nodiscard]] std::vector<PatternText> to_texts(const Matrix& X, const CellList& cells,
                                                bool antipodal);

}  // namespace thalweg::testing
