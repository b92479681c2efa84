#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Masses z >= 0 of atoms with the same sum as with all masses 1, no larger cost, and linearly
/// independent atoms where z > 0: so at most as many as their rank (Caratheodory).
///
/// While the atoms left have a null vector g, masses move along g, in the direction in which the
/// cost does not rise, until one vanishes: the sum does not change. If none vanishes in that
/// direction the rest stays. Atoms that are zero get no mass. atoms (n x m); costs (m) >= 0; result
/// (m). `tolerance` is the relative pivot of the rank-revealing QR below which atoms count as
/// dependent. O(n m^2) a step, at most m steps. Source:
/// theory/two_layer.md section 4.
[[nodiscard]] Vector independent_masses(const Matrix& atoms, const Vector& costs,
                                        double tolerance = 1e-12);

}  // namespace thalweg
