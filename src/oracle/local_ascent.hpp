#pragma once

#include <vector>

#include "oracle/signed_rows.hpp"

namespace thalweg::oracle {

/// A point where climbing ended, in orthonormal coordinates of the row space.
struct Summit {
  Vector u;          ///< unit, (R)
  double value = 0;  ///< f(u), to rounding
  std::vector<std::int32_t>
      kinks;  ///< groups of negative weight with v . u = 0 that hold the point
};

/// Climbs f(u) = linear . u + sum_up (y . u)_+ - sum_down (y . u)_+ on the unit sphere.
///
/// First a gradient fixed point u <- grad f(u) / |grad f(u)| with backtracking; then `polish`, an
/// exact active-set ascent on h(u) = f(u) - |u|^2 / 2, whose local maximisers are f(u*) u* for
/// those of f on the sphere: on the piece of the current signs and on the kinks held, h is a
/// quadratic with Hessian -I, so the step is exact and stops at the first kink of negative weight
/// that turns the slope; a held kink is released when its multiplier leaves [0, 1]. Kinks of
/// positive weight are never local maxima. O(n R) a step.
class LocalAscent {
 public:
  /// rows in orthonormal coordinates; must outlive the object.
  explicit LocalAscent(const SignedRows& rows);

  /// The gradient phase only: cheap, accurate to about 1e-6 unless the maximiser sits on kinks.
  /// start != 0.
  [[nodiscard]] Summit climb(const Vector& start);
  /// The active-set phase from u (unit): accurate to rounding at non-degenerate maximisers.
  [[nodiscard]] Summit polish(const Vector& u);

 private:
  struct Breakpoint {
    double at;
    double jump;  ///< change of slope
    Index row;    ///< of rows_.down, or -1
  };

  double gradient(const Vector& u, Vector& gradient) const;
  void values(const RowSet& set, const Vector& u, std::vector<double>& out) const;
  void piece_gradient(Vector& gradient) const;
  [[nodiscard]] Matrix held_rows() const;
  bool release(const Vector& gradient, const Vector& stationary);
  bool leave_convex_kink(const Vector& u);
  void collect(const std::vector<double>& t, const std::vector<double>& dt,
               const std::vector<double>& norms, double length, bool down);
  double line_search(double slope, double curvature, Index& stop_row);

  const SignedRows& rows_;
  std::vector<double> up_norms_;
  std::vector<double> down_norms_;
  std::vector<double> up_values_;
  std::vector<double> down_values_;
  std::vector<double> up_change_;
  std::vector<double> down_change_;
  std::vector<Index> held_;
  std::vector<Breakpoint> breakpoints_;
};

}  // namespace thalweg::oracle
