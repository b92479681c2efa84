#include "oracle/moment_kernels.hpp"

#include <array>

#include "thalweg/core/multiversion.hpp"

namespace thalweg::kernels {
namespace {

constexpr Index kTogether = 4;

/// column += sum over the columns of left of factor * column.
THALWEG_MULTIVERSION
void add_columns(const double* left, Index size, const double* factors, double* column) {
  const double* a = left;
  const double* b = left + size;
  const double* c = left + 2 * size;
  const double* d = left + 3 * size;
  for (Index i = 0; i < size; ++i) {
    column[i] += factors[0] * a[i] + factors[1] * b[i] + (factors[2] * c[i] + factors[3] * d[i]);
  }
}

}  // namespace

void add_weighted_products(const Matrix& left, const Vector& weight, const Matrix& right,
                           Eigen::Ref<Matrix> out) {
  const Index size = left.rows();
  const Index count = left.cols();
  Index j = 0;
  for (; j + kTogether <= count; j += kTogether) {
    for (Index q = 0; q < right.rows(); ++q) {
      std::array<double, kTogether> factors;
      for (Index i = 0; i < kTogether; ++i) {
        factors[static_cast<std::size_t>(i)] = weight[j + i] * right(q, j + i);
      }
      add_columns(left.data() + j * size, size, factors.data(), out.col(q).data());
    }
  }
  for (; j < count; ++j) out += weight[j] * left.col(j) * right.col(j).transpose();
}

}  // namespace thalweg::kernels
