#pragma once

#include <vector>

#include "arrangement/sample_kernel.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// A matrix as the sampling kernels read it.
class SampleRows {
 public:
  /// Entries at most 1, each within `error` of the exact one.
  SampleRows(const Matrix& rows, double error);
  /// Every row scaled by a power of two to a largest entry in [1/2, 1).
  [[nodiscard]] static SampleRows scaled(const Matrix& rows);

  [[nodiscard]] Index count() const { return view_.count; }
  [[nodiscard]] Index dimension() const { return view_.stride; }
  [[nodiscard]] const double* row(Index i) const { return entries_.data() + i * view_.stride; }
  [[nodiscard]] SampleKernels::Rows view() const {
    SampleKernels::Rows view = view_;
    view.entries = entries_.data();
    return view;
  }

 private:
  std::vector<double> entries_;
  SampleKernels::Rows view_;
};

/// The sign of x^T u, exactly, for x (d), u (d) as stored.
[[nodiscard]] int exact_dot_sign(const Vector& x, const Vector& u);

}  // namespace thalweg
