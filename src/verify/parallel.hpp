#pragma once

#include "verify/problem.hpp"
#include "verify/units.hpp"

/// Parallel networks, whose branches are trees of ReLUs: node i of a layer reads the m nodes
/// i m .. i m + m - 1 of the layer below, leaves read the data.
namespace thalweg::verify {

/// Reads what follows the word `parallel`, the word `loss` excluded.
[[nodiscard]] Parallel read_parallel(Reader& reader);

/// Reads the rest of a network section: a branch a line.
[[nodiscard]] Network read_branches(Reader& reader, const Problem& problem);

/// The forms whose bounds prove that of all branches, in the grammar's order.
[[nodiscard]] std::vector<Form> parallel_forms(Reader& reader, const Problem& problem);

}  // namespace thalweg::verify
