#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::bench {

/// A smooth convex function of blocks, the columns of W.
class SmoothFunction {
 public:
  virtual ~SmoothFunction() = default;
  [[nodiscard]] virtual double value(const Matrix& W) = 0;
  /// The value, and the gradient into `gradient` (of W's shape).
  [[nodiscard]] virtual double value_and_gradient(const Matrix& W, Matrix& gradient) = 0;
};

}  // namespace thalweg::bench
