#pragma once

#include <cstddef>
#include <vector>

#include "verify/problem.hpp"

namespace thalweg::verify {

/// The largest R that a tree may have.
inline constexpr std::size_t kMaxRank = 24;

/// The coordinates z of the trees: u itself, or u = B^T z for r stored rows B.
struct Basis {
  std::size_t size = 0;   ///< R
  bool identity = true;   ///< z = u
  std::vector<Int> rows;  ///< B, R x d at the scale of the data; empty when identity
  std::vector<Int> gram;  ///< Q = B B^T, R x R; empty when identity
};

/// Reads the rest of the line `basis`; Failure (kNotVerified) when a row of X is outside its span.
[[nodiscard]] Basis read_basis(Reader& reader, const Problem& problem);

/// A class of exactly parallel rows: it adds weight (v.u)_+ to g^T (X u)_+, and a linear part.
struct Group {
  std::size_t first_row = 0;
  Int weight;                  ///< G+ + G-
  std::vector<Int> direction;  ///< v (or B v), R integers
};

/// sum_j nu_j (x_j.u)_+ = sum over groups of weight (direction.z)_+ + ell.z, times 2^-exponent.
struct Groups {
  std::vector<Group> groups;  ///< by first row; none has weight 0
  std::vector<Int> ell;       ///< R
  long exponent = 0;
};

[[nodiscard]] Groups make_groups(Reader& reader, const Problem& problem, const Basis& basis,
                                 const ScaledVector& nu);

}  // namespace thalweg::verify
