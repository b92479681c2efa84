#pragma once

#include <Eigen/Eigenvalues>
#include <vector>

#include "oracle/branch_cap_cell.hpp"

namespace thalweg::oracle {

/// f(u) of the rows, to rounding.
[[nodiscard]] double value_of(const ScaledRows& rows, const Vector& u);
/// m m^T subtracted from the second moments.
[[nodiscard]] Matrix covariance(const MomentPoint& point);
/// Moments of a mean and a covariance, scaled to trace 1, with a little of the identity.
[[nodiscard]] MomentPoint with_trace_one(const Vector& mean, const Matrix& V);
/// Those of the whole sphere.
[[nodiscard]] MomentPoint anywhere(Index d);

/// Splits cells of the sphere as branch_caps.hpp says. All that a child needs to cover its part is
/// its stored cut or cap; where the split lies is a matter of speed only.
class CapSplitter {
 public:
  /// `base` must outlive the object. Caps are tried around the mean where the largest direction of
  /// the covariance has at least the cosine `along` with it.
  CapSplitter(const ScaledRows& base, double along) : base_(base), along_(along) {}

  /// Appends the children of a cell whose point is its relaxation's.
  void split(const CapCell& cell, std::vector<CapCell>& open);
  /// Centres of caps so far, local maximisers among them.
  [[nodiscard]] const std::vector<Vector>& centres() const { return centres_; }

 private:
  using Spread = Eigen::SelfAdjointEigenSolver<Matrix>;

  [[nodiscard]] Vector summit(Vector u) const;
  bool cap_summit(const CapCell& cell, std::vector<CapCell>& open);
  bool cap_mean(const CapCell& cell, std::vector<CapCell>& open);
  void add_cap(const CapCell& cell, const Vector& centre, double angle,
               std::vector<CapCell>& open) const;
  void divide(const CapCell& cell, const Vector& centre, double angle,
              std::vector<CapCell>& open) const;
  [[nodiscard]] Vector widest(const CapCell& cell, const Spread& spread) const;
  void halve(const CapCell& cell, const Vector& h, const Matrix& V,
             std::vector<CapCell>& open) const;

  const ScaledRows& base_;
  double along_;
  std::vector<Vector> centres_;
};

}  // namespace thalweg::oracle
