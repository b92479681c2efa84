#include "oracle/scaled_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {

ScaledRows scale_rows(const Matrix& X, const Vector& g) {
  constexpr double kEps = std::numeric_limits<double>::epsilon();
  ScaledRows rows;
  rows.exponent = std::numeric_limits<int>::lowest();
  for (Index j = 0; j < g.size(); ++j) {
    const double size = X.row(j).cwiseAbs().maxCoeff();
    if (g[j] == 0 || size == 0) continue;
    rows.origin.push_back(j);
    // Exponents, because the product of two extreme doubles may overflow.
    rows.exponent = std::max(rows.exponent, std::ilogb(g[j]) + std::ilogb(size));
  }
  const Index count = static_cast<Index>(rows.origin.size());
  rows.Y.resize(X.cols(), count);
  rows.norm.resize(count);
  for (Index k = 0; k < count; ++k) {
    const Index j = rows.origin[static_cast<std::size_t>(k)];
    const int shift = std::ilogb(g[j]);
    const double factor = std::ldexp(std::abs(g[j]), -shift);
    for (Index i = 0; i < X.cols(); ++i) {
      rows.Y(i, k) = std::ldexp(X(j, i), shift - rows.exponent) * factor;
    }
    rows.positive.push_back(g[j] > 0);
    rows.norm[k] = rows.Y.col(k).norm() * (1 + static_cast<double>(X.cols() + 8) * kEps) + 1e-300;
  }
  return rows;
}

}  // namespace thalweg::oracle
