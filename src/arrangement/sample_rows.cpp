#include "arrangement/sample_rows.hpp"

#include <cmath>

#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {

SampleRows::SampleRows(const Matrix& rows, double error) {
  view_.count = rows.rows();
  view_.stride = rows.cols();
  view_.error = error;
  entries_.reserve(static_cast<std::size_t>(rows.size()));
  for (Index i = 0; i < rows.rows(); ++i) {
    for (Index c = 0; c < rows.cols(); ++c) entries_.push_back(rows(i, c));
  }
}

/// What underflows on the way is below 2^-1074.
SampleRows SampleRows::scaled(const Matrix& rows) {
  Matrix result = rows;
  for (Index i = 0; i < rows.rows(); ++i) {
    const double largest = rows.row(i).cwiseAbs().maxCoeff();
    if (largest == 0) continue;
    const int exponent = -std::ilogb(largest) - 1;
    for (double& entry : result.row(i)) entry = std::ldexp(entry, exponent);
  }
  return {result, 0x1p-1074};
}

/// *Filter.* A dot product of d terms is off by at most gamma_d sum |x_c u_c|, and by 2^-1074 for
/// each product that underflows.
int exact_dot_sign(const Vector& x, const Vector& u) {
  const double value = x.dot(u);
  const double size = x.cwiseAbs().dot(u.cwiseAbs());
  const double bound = 0x1p-51 * static_cast<double>(x.size() + 2) * size;
  if (bound > 0x1p-900 && std::abs(value) > bound && std::isfinite(size)) return value > 0 ? 1 : -1;
  if (strictly_inside(x.transpose(), u)) return 1;
  return strictly_inside(-x.transpose(), u) ? -1 : 0;
}

}  // namespace thalweg
