#include "oracle/moment_kernels.hpp"

#include "oracle/column_kernels.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg::kernels {
namespace {

constexpr Index kTogether = 4;

/// out += sum over the first four columns of left and right of weight * left right^T; out has
/// columns `stride` apart. `lower`: its lower triangle only, but for a few entries beside it.
THALWEG_MULTIVERSION
void add_four(const double* left, Index size, const double* weight, const double* right,
              Index columns, bool lower, double* out, Index stride) {
  const double* a = left;
  const double* b = left + size;
  const double* c = left + 2 * size;
  const double* d = left + 3 * size;
  for (Index q = 0; q < columns; ++q) {
    const double fa = weight[0] * right[q];
    const double fb = weight[1] * right[columns + q];
    const double fc = weight[2] * right[2 * columns + q];
    const double fd = weight[3] * right[3 * columns + q];
    double* column = out + q * stride;
    for (Index i = lower ? q / kLanes * kLanes : 0; i < size; ++i) {
      column[i] += fa * a[i] + fb * b[i] + (fc * c[i] + fd * d[i]);
    }
  }
}

}  // namespace

void add_weighted_products(const Matrix& left, const Vector& weight, const Matrix& right,
                           bool lower, Eigen::Ref<Matrix> out) {
  const Index count = left.cols();
  Index j = 0;
  for (; j + kTogether <= count; j += kTogether) {
    add_four(left.data() + j * left.rows(), left.rows(), weight.data() + j,
             right.data() + j * right.rows(), right.rows(), lower, out.data(), out.outerStride());
  }
  for (; j < count; ++j) out += weight[j] * left.col(j) * right.col(j).transpose();
}

}  // namespace thalweg::kernels
