#pragma once

#include <cstdint>

#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg {

/// Whether the sign tree is likely to be faster than vertex pencils: a guess from a few random
/// vertices in floating point. O(N r + r^3) each.
[[nodiscard]] bool heavily_degenerate(const HyperplaneArrangement& arrangement, std::uint64_t seed);

}  // namespace thalweg
