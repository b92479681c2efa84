#pragma once

#include "oracle/tree_bound.hpp"

namespace thalweg::oracle {

/// Branch and bound over the signs of the rows, for both signs of f(u) = nu^T (X u)_+: every node
/// is a SignCell, bounded by the semidefinite program of MomentProgram and shrunk by `narrow`,
/// which decides most rows at once; what is left is halved by the hyperplane of the row of positive
/// weight that the relaxation treats most generously. A cell with all such rows decided is bounded
/// exactly.
///
/// A node takes milliseconds, a thousand times those of the cone tree, but where the bound of the
/// whole sphere is within some tens of percent a few hundred suffice in any number of dimensions.
///
/// X (n x d), nu (n): those of the query, with rank(X) = d. `request.maximiser_band` must be 0. At
/// most `max_nodes` nodes are spent on each sign; the outcome is `stalled` when that is not enough,
/// and `upper` is valid then too. The outcome does not depend on the number of threads unless
/// stopped. Source: derived, docs/theory/two_layer.md, section 5.
[[nodiscard]] TreeOutcome bound_by_signs(const DualQuery& query, const Matrix& X, const Vector& nu,
                                         const TreeRequest& request, std::int64_t max_nodes);

}  // namespace thalweg::oracle
