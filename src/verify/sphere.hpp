#pragma once

#include "verify/problem.hpp"
#include "verify/tree.hpp"

namespace thalweg::verify {

/// Reads the rest of the section `sphere s`; Failure unless it proves g^T (X u)_+ <= beta |u| for
/// all u, with g = s nu.
///
/// Lemma and proof: docs/certificate.md. Complexity: O(n d^2 + d^3) 128-bit operations.
void check_sphere(Reader& reader, const Problem& problem, const ScaledVector& nu, Sign sign);

}  // namespace thalweg::verify
