#pragma once

#include <vector>

#include "oracle/cell_bound.hpp"
#include "oracle/moment_program.hpp"

namespace thalweg::oracle {

/// The unit vectors u with low <= c^T u <= high, 0 <= low; |c|^2 is 1 to 1e-14.
struct Cap {
  Vector centre;  ///< (d)
  double low = 0;
  double high = 1;
};

/// Above any c^T u of a unit vector c to rounding.
inline constexpr double kWholeCap = 1 + 0x1p-40;

/// The unit vectors u of some half-spaces h^T u <= 0 and caps. Every row has an interval
/// -below_j <= y_j^T u <= above_j there, or where f(u) > target at least; a bound of 0 says that
/// the row is linear.
struct CapCell {
  std::vector<Vector> cuts;  ///< h, length about 1
  std::vector<Cap> caps;
  Vector below;       ///< (k)
  Vector above;       ///< (k)
  MomentPoint point;  ///< to start the program from
};

/// The rows of f on a cell for MomentProgram: the undecided ones, the sum of the linear ones as one
/// that has no interval, and the cuts and caps as rows that contribute nothing: a cut is a closed
/// row; a cap is an open one that the sum takes off again.
struct CapProgram {
  ScaledRows rows;
  SignCell cell;
  /// Bounds what the rounding of the sum, and of the rows in it, changes on unit vectors.
  double error = 0;
};

/// `base`: the rows of f. O(k d).
[[nodiscard]] CapProgram cap_program(const ScaledRows& base, const CapCell& cell);

/// Shortens the intervals of the rows by c^T u >= low. Lemma. With a = y^T c / |c|^2 and y = a c +
/// r, r^T c = 0: y^T u = a c^T u + r^T (u - (c^T u) c), and |u - (c^T u) c|^2 = 1 - (2 - |c|^2)
/// (c^T u)^2 <= 1 - low^2 + 2e-14. So y^T u lies within |r| times its root of a [low, 1]. QED
void shorten_intervals(const ScaledRows& base, const Vector& centre, double low, CapCell& cell);

}  // namespace thalweg::oracle
