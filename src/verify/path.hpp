#pragma once

#include "verify/problem.hpp"

namespace thalweg::verify {

/// What holds along a path of networks; each number is an upper bound.
struct PathValues {
  Rational increase;  ///< of L(t) - L(s) for earlier s and later t
  Rational maximum;   ///< of L
  Rational last;      ///< of L at the path's end
};

/// Reads the rest of the section `path` and, where there is one, the line `reach`; the current line
/// is then the one behind it. `improved` may be null. Grammar, lemma and proof:
/// docs/certificate.md. O(n d Q) operations for Q directions and O(n) for each slot that changes.
[[nodiscard]] PathValues check_path(Reader& reader, const Problem& problem, const Network& network,
                                    const Network* improved);

}  // namespace thalweg::verify
