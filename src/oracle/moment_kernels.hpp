#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::kernels {

/// out += L diag(weight) R^T, L (p x k), R (q x k), out (p x q): the inner loops of the interior
/// point method.
void add_weighted_products(const Matrix& left, const Vector& weight, const Matrix& right,
                           Eigen::Ref<Matrix> out);

}  // namespace thalweg::kernels
