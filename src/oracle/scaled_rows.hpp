#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

/// The rows |g_j| x_j with g_j != 0, scaled by a power of two so that the longest has length
/// about 1.
struct ScaledRows {
  Matrix Y;                    ///< (d x k), column j is a row; each entry off by two roundings
  Vector norm;                 ///< (k), rounded up
  std::vector<Index> origin;   ///< (k): row of X
  std::vector<bool> positive;  ///< (k): sign of g
  int exponent = 0;            ///< true row = column * 2^exponent

  [[nodiscard]] Index count() const { return Y.cols(); }
};

/// X (n x d), g (n), both finite. O(n d).
[[nodiscard]] ScaledRows scale_rows(const Matrix& X, const Vector& g);

}  // namespace thalweg::oracle
