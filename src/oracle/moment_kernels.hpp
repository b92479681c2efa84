#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::kernels {

/// out += L diag(weight) R^T, L (p x k), R (q x k), out (p x q): the inner loops of the
/// interior-point method. `lower`: at least the lower triangle, what is above it is undefined.
void add_weighted_products(const Matrix& left, const Vector& weight, const Matrix& right,
                           bool lower, Eigen::Ref<Matrix> out);

}  // namespace thalweg::kernels
