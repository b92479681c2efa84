#pragma once

#include <cstdint>

#include "verify/groups.hpp"

namespace thalweg::verify {

enum class Sign { kPlus, kMinus };

/// Reads the rest of the section `tree s` and returns the number of its leaves; Failure unless it
/// proves g^T (X u)_+ <= beta |u| for all u, with g = s nu.
///
/// Lemma and proof: docs/certificate.md. Memory: crossing groups times R times the depth.
[[nodiscard]] std::uint64_t check_tree(Reader& reader, const Problem& problem, const Basis& basis,
                                       const Groups& groups, Sign sign);

}  // namespace thalweg::verify
