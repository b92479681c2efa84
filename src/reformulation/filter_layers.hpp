#pragma once

#include <vector>

#include "thalweg/reformulation/architecture.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// The arrays of a filter: "U" and, when patches have a bias, "b".
[[nodiscard]] std::vector<BranchLayer> filter_layers(const PatchGeometry& patches);
/// A filter with its bias last, (size()), as these arrays.
[[nodiscard]] std::vector<Vector> split_filter(const PatchGeometry& patches, const Vector& filter);
/// The filter of a branch with its bias last, (size()).
[[nodiscard]] Vector join_filter(const PatchGeometry& patches, const BranchNetwork& network,
                                 Index branch);
/// Activations (filter over patch k of row i)_+, (n x K), from the inputs themselves.
[[nodiscard]] Matrix filter_activations(const PatchGeometry& patches, const Matrix& X,
                                        const BranchNetwork& network, Index branch);

}  // namespace thalweg
