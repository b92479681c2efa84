#include "arrangement/basis_inverse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "thalweg/core/multiversion.hpp"

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;

/// Gauss-Jordan elimination of `a` with row exchanges, the same on `inverse`; both (size x size).
/// False when a pivot vanishes.
THALWEG_MULTIVERSION bool invert(double* a, double* inverse, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t pivot = i;
    for (std::size_t k = i + 1; k < size; ++k) {
      if (std::abs(a[k * size + i]) > std::abs(a[pivot * size + i])) pivot = k;
    }
    if (a[pivot * size + i] == 0) return false;
    for (std::size_t c = 0; pivot != i && c < size; ++c) {
      std::swap(a[i * size + c], a[pivot * size + c]);
      std::swap(inverse[i * size + c], inverse[pivot * size + c]);
    }
    double* own = a + i * size;
    double* own_inverse = inverse + i * size;
    const double scale = 1 / own[i];
    for (std::size_t c = i; c < size; ++c) own[c] *= scale;
    for (std::size_t c = 0; c < size; ++c) own_inverse[c] *= scale;
    for (std::size_t k = 0; k < size; ++k) {
      if (k == i) continue;
      double* __restrict other = a + k * size;
      double* __restrict other_inverse = inverse + k * size;
      const double factor = other[i];
      for (std::size_t c = i; c < size; ++c) other[c] -= factor * own[c];
      for (std::size_t c = 0; c < size; ++c) other_inverse[c] -= factor * own_inverse[c];
    }
  }
  return true;
}

/// product = inverse entries, (size x size) times (size x width); product starts at zero.
THALWEG_MULTIVERSION void multiply(const double* inverse, const double* entries, std::size_t size,
                                   std::size_t width, double* product) {
  for (std::size_t i = 0; i < size; ++i) {
    double* __restrict row = product + i * width;
    for (std::size_t k = 0; k < size; ++k) {
      const double factor = inverse[i * size + k];
      const double* entry = entries + k * width;
      for (std::size_t c = 0; c < width; ++c) row[c] += factor * entry[c];
    }
  }
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
  if (!invert(result.product.data(), result.inverse.data(), size)) return;
  std::fill(result.product.begin(), result.product.end(), 0.0);
  multiply(result.inverse.data(), entries.data(), size, width, result.product.data());
  double largest = 1;
  double longest = 0;  // row of |T^-1|
  double defect = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double* product = &result.product[i * width];
    double row = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const double entry = std::abs(result.inverse[i * size + k]);
      row += entry;
      largest = std::max(largest, entry);
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
