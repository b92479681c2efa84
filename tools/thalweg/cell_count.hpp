#pragma once

#include <gmpxx.h>

#include <optional>

#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg::cli {

/// Cells of a central arrangement of `hyperplanes` hyperplanes in general position in rank `rank`,
/// both signs counted: 2 sum_{k < rank} C(hyperplanes - 1, k); 1 in rank 0. An upper bound for
/// every arrangement of that many hyperplanes and rank (Cover 1965; Zaslavsky 1975).
[[nodiscard]] mpz_class cells_in_general_position(Index hyperplanes, Index rank);

/// The exact number of cells of {u : x_i^T u = 0} where a formula proves it, else none.
///
/// X (n x d), its groups of parallel rows and a basis of its rows. Rank at most 2: one pair of
/// cells a distinct line. Higher rank: the formula above, when every `rank` rows with distinct
/// lines are shown to be independent. *Proof of independence.* Rows are mapped to the field of 2^61
/// - 1 elements (doubles are dyadic, and scaling a row changes nothing); a determinant that is
/// nonzero there is nonzero. QED A vanishing determinant there proves nothing, and more than about
/// three million (rank - 1)-subsets are not tried: the answer is then none.
[[nodiscard]] std::optional<mpz_class> exact_cell_count(const Matrix& X, const RowGroups& groups,
                                                        const RowBasis& basis);

}  // namespace thalweg::cli
