#pragma once

#include <cstddef>
#include <vector>

#include "verify/problem.hpp"

namespace thalweg::verify {

/// The coordinates z of the trees: u itself, or u = B^T z for R stored rows B.
struct Basis {
  std::size_t size = 0;   ///< R
  std::vector<Int> rows;  ///< B, R x d at the scale of the data; empty when z = u
  std::vector<Int> gram;  ///< Q = B B^T, R x R; empty when z = u
};

/// Reads the rest of the line `basis`; Failure (kNotVerified) when its span misses a row of X.
[[nodiscard]] Basis read_basis(Reader& reader, const Problem& problem);

/// A class of exactly parallel rows.
struct Group {
  std::size_t first_row = 0;
  Int weight;                  ///< w, never 0
  std::vector<Int> direction;  ///< v, or B v; R integers
};

/// sum_j nu_j (x_j.u)_+ = (sum over groups of weight (direction.z)_+ + ell.z) 2^-exponent.
struct Groups {
  std::vector<Group> groups;  ///< by first row
  std::vector<Int> ell;       ///< R
  long exponent = 0;
};

[[nodiscard]] Groups make_groups(Reader& reader, const Problem& problem, const Basis& basis,
                                 const ScaledVector& nu);

}  // namespace thalweg::verify
