#pragma once

#include <vector>

#include "arrangement/sign_tree_crossing.hpp"
#include "arrangement/sign_tree_rows.hpp"

namespace thalweg::sign_tree {

/// Points of 113 bits inside slivers, cells too thin for the filter of doubles, or for doubles.
class FineSearch {
 public:
  explicit FineSearch(const TreeRows& rows) : rows_(rows) {}

  /// The sign of x_row^T point when a static filter is sure of it, else 0: as `locate`, with the
  /// rounding unit 2^-113.
  [[nodiscard]] int sign(Index row, const Fine* point) const;

  /// Looks for the point of largest margin with signs `sigma` on the rows before `row` and `sign`
  /// on it, as interior_point does: by the projection of (0, 1) on the cone of the rows (sigma_i
  /// x_i, -|x_i|). What is found as a point has these signs, the filter is sure of it. Allocates.
  [[nodiscard]] Crossing run(Index row, Sign sign, const double* sigma, Fine* found);
  /// After kRelation: rows up to `row`, and estimated factors of the rows scaled to length 1.
  [[nodiscard]] const std::vector<Index>& support() const { return support_; }
  [[nodiscard]] const std::vector<double>& factors() const { return factors_; }

  /// Rounds a point with signs `sigma` to doubles that have them too, exactly: itself or a small
  /// odd multiple of it, which rounds in another way. False when none does.
  [[nodiscard]] bool round(const Fine* point, const double* sigma, double* rounded) const;

 private:
  const TreeRows& rows_;
  std::vector<Index> support_;
  std::vector<double> factors_;
};

}  // namespace thalweg::sign_tree
