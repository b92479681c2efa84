#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/oracle/row_geometry.hpp"
#include "thalweg/oracle/vector_oracle.hpp"

namespace thalweg::oracle {

/// Local ascent of |N^T (X u)_+|: u climbs (N a)^T (X u)_+ for the present a, then a becomes N^T (X
/// u)_+ over its length; both steps raise the value.
class VectorClimb {
 public:
  /// All must outlive the object. frame_rows as in DualQuery; row_norms (n) at least |x_i|.
  VectorClimb(const Matrix& X, const RowGeometry& geometry, const Matrix& frame_rows,
              const Vector& row_norms, const Matrix& N);

  /// Climbs from u (d), nonzero: a few rounds without the active-set phase.
  [[nodiscard]] VectorDirection approach(const Vector& u) const;
  /// Climbs on with the active-set phase until the value stands still.
  [[nodiscard]] VectorDirection polish(const VectorDirection& from) const;
  /// The direction with its output direction and value; kinks empty.
  [[nodiscard]] VectorDirection describe(const Vector& u) const;

 private:
  enum class Phase { kGradient, kActiveSet };
  [[nodiscard]] VectorDirection step(const VectorDirection& from, Phase phase) const;

  const Matrix& X_;
  const RowGeometry& geometry_;
  const Matrix& frame_rows_;
  const Matrix& N_;
  double error_ = 0;  ///< bounds the rounding of N^T (X u)_+ for unit u
};

/// Best first; drops what is closer than `apart` in u and in a to a better one.
void keep_distinct(std::vector<VectorDirection>& directions, double apart);

}  // namespace thalweg::oracle
