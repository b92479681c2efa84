#pragma once

#include <cstdint>

#include "verify/groups.hpp"

/// The two kinds of proof that g^T (X u)_+ <= beta |u| for all u, with g = s nu. Each function
/// reads the rest of its section and throws Failure unless it is such a proof. Grammar, lemmas and
/// their proofs: docs/certificate.md.
namespace thalweg::verify {

enum class Sign { kPlus, kMinus };

/// Section `tree s`; returns the number of its leaves. Memory: crossing groups x R x depth.
[[nodiscard]] std::uint64_t check_tree(Reader& reader, const Problem& problem, const Basis& basis,
                                       const Groups& groups, Sign sign);

/// Section `sphere s`; O(n d^2 + d^3) operations on 128 bits.
void check_sphere(Reader& reader, const Problem& problem, const ScaledVector& nu, Sign sign);

}  // namespace thalweg::verify
