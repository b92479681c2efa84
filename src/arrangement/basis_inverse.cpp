#include "arrangement/basis_inverse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;

/// Gauss-Jordan elimination of `a` with row exchanges, the same on `inverse`; both (size x size).
/// False when a pivot vanishes.
bool invert(std::vector<double>& a, std::vector<double>& inverse, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t pivot = i;
    for (std::size_t k = i + 1; k < size; ++k) {
      if (std::abs(a[k * size + i]) > std::abs(a[pivot * size + i])) pivot = k;
    }
    if (a[pivot * size + i] == 0) return false;
    if (pivot != i) {
      std::swap_ranges(&a[i * size], &a[i * size] + size, &a[pivot * size]);
      std::swap_ranges(&inverse[i * size], &inverse[i * size] + size, &inverse[pivot * size]);
    }
    double* own = &a[i * size];
    double* own_inverse = &inverse[i * size];
    const double scale = 1 / own[i];
    for (std::size_t c = i; c < size; ++c) own[c] *= scale;
    for (std::size_t c = 0; c < size; ++c) own_inverse[c] *= scale;
    for (std::size_t k = 0; k < size; ++k) {
      if (k == i) continue;
      double* other = &a[k * size];
      double* other_inverse = &inverse[k * size];
      const double factor = other[i];
      for (std::size_t c = i; c < size; ++c) other[c] -= factor * own[c];
      for (std::size_t c = 0; c < size; ++c) other_inverse[c] -= factor * own_inverse[c];
    }
  }
  return true;
}

}  // namespace

void invert_basis(std::span<const double> entries, std::span<const Index> pivots, Index levels,
                  double error, BasisInverse& result) {
  const std::size_t size = pivots.size();
  const auto width = static_cast<std::size_t>(levels);
  // The matrix under elimination shares the product's storage: it is done before the product.
  result.product.resize(size * width);
  result.inverse.assign(size * size, 0);
  result.error = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size; ++i) {
    result.inverse[i * size + i] = 1;
    for (std::size_t k = 0; k < size; ++k) {
      result.product[i * size + k] = entries[i * width + static_cast<std::size_t>(pivots[k])];
    }
  }
  if (!invert(result.product, result.inverse, size)) return;
  std::fill(result.product.begin(), result.product.end(), 0.0);
  double largest = 1;
  double longest = 0;  // row of |T^-1|
  double defect = 0;
  for (std::size_t i = 0; i < size; ++i) {
    double* product = &result.product[i * width];
    double row = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const double factor = result.inverse[i * size + k];
      const double* entry = &entries[k * width];
      for (std::size_t c = 0; c < width; ++c) product[c] += factor * entry[c];
      row += std::abs(factor);
      largest = std::max(largest, std::abs(factor));
    }
    for (std::size_t c = 0; c < width; ++c) largest = std::max(largest, std::abs(product[c]));
    double row_defect = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const double wanted = k == i ? 1.0 : 0.0;
      row_defect += std::abs(product[static_cast<std::size_t>(pivots[k])] - wanted);
    }
    longest = std::max(longest, row);
    defect = std::max(defect, row_defect);
  }
  const auto k = static_cast<double>(size);
  const double rounding = (k + 2) * kUnit * (longest + 1);  // of one entry of the product
  const double delta = 1.01 * (defect + k * (rounding + longest * error));
  result.largest = largest;
  if (delta < 0.5) {
    result.error = 1.01 * (delta / (1 - delta) * largest + rounding + longest * error);
  }
}

}  // namespace thalweg
