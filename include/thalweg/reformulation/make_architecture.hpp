#pragma once

#include <memory>

#include "thalweg/model/architecture_description.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// Whether an architecture is a union of cones that branch training handles: all but two-layer,
/// circular linear, polynomial, one-dimensional and threshold networks, which have solvers of their
/// own.
[[nodiscard]] bool has_branches(ArchitectureKind kind);

/// The architecture of a description on data of `features` columns (a column of ones counted):
/// ConvolutionalNetwork, FlattenedNetwork, ConvolutionalThreeLayer, CircularReluNetwork,
/// ParallelNetwork (three-layer, path). Throws InvalidArgument when it has no branches, when the
/// input's sizes do not multiply to `features`, or as the architecture's constructor.
[[nodiscard]] std::unique_ptr<Architecture> make_architecture(
    const ArchitectureDescription& description, Index features);

}  // namespace thalweg
