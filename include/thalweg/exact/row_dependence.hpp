#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Answers whether some rows of a matrix are linearly dependent, exactly for the stored doubles.
///
/// Elimination modulo p = 2^61 - 1 decides most questions. *Proof.* Rows scaled to integers are
/// independent when a minor is nonzero modulo p. When all maximal minors vanish modulo p and
/// Hadamard's bound on them is below p, they vanish. QED Otherwise the rank is computed exactly.
class RowDependence {
 public:
  /// X (n x r), finite. O(n r).
  explicit RowDependence(const Matrix& X);

  /// Whether the rows, at least one of them, are dependent. O(k^2 r) modular operations for k rows.
  [[nodiscard]] bool dependent(std::span<const Index> rows) const;

 private:
  [[nodiscard]] bool singular_modulo_prime(std::span<const Index> rows) const;

  Matrix X_;
  std::vector<std::uint64_t> residues_;  ///< (n x r), of the rows scaled to integers
  std::vector<double> bits_;             ///< (n), at least log2 of the integer row's length
};

}  // namespace thalweg
