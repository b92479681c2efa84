#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "oracle/local_ascent.hpp"
#include "oracle/signed_rows.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::oracle {

/// Two maximisers closer than this are one.
inline constexpr double kDistinctAngle = 1e-7;

/// Everything one call needs about one nu: the function f(u) = nu^T (X u)_+ and its negative, as
/// rows for the tree and for climbing, and exact-enough values.
class DualQuery {
 public:
  /// All must outlive the query. frame_rows: the groups' first rows in the geometry's frame,
  /// (groups x R).
  DualQuery(const Matrix& X, const RowGeometry& geometry, const Matrix& frame_rows,
            const Vector& nu);

  [[nodiscard]] const RowGeometry& geometry() const { return geometry_; }
  /// Whether every row of nonzero nu vanishes, so that f = 0 exactly.
  [[nodiscard]] bool vanishes() const { return vanishes_; }
  [[nodiscard]] const SignedRows& tree_rows(Sign sign) const { return tree_[slot(sign)]; }
  [[nodiscard]] const SignedRows& climb_rows(Sign sign) const {
    return geometry_.basis().empty() ? tree_[slot(sign)] : climb_[slot(sign)];
  }

  /// The first row of a group, (d).
  [[nodiscard]] Vector first_row(Index group) const {
    return X_.row(geometry_.first_rows()[static_cast<std::size_t>(group)]).transpose();
  }

  /// The direction u (d) of a point in the frame's coordinates, unit to rounding.
  [[nodiscard]] Vector from_frame(const Vector& point) const;
  /// Coordinates in the frame of the tree's coordinates z, unit.
  [[nodiscard]] Vector frame_of_tree(const Vector& z) const;

  /// sign * f(u) / |u| rounded down rigorously: sums in extended precision less their error bound.
  [[nodiscard]] double lower_value(const Vector& u, Sign sign) const;
  /// The direction with its value and kinks.
  [[nodiscard]] DualDirection describe(const Vector& u, Sign sign) const;
  /// sum of |nu_j| |x_j| over the rows, rounded up: a bound that needs no work.
  [[nodiscard]] double crude_bound() const { return crude_bound_; }

 private:
  [[nodiscard]] static std::size_t slot(Sign sign) { return sign == Sign::kPlus ? 0 : 1; }

  const Matrix& X_;
  const RowGeometry& geometry_;
  const Vector& nu_;
  std::array<SignedRows, 2> tree_;
  std::array<SignedRows, 2> climb_;
  double crude_bound_ = 0;
  bool vanishes_ = true;
};

/// How many directions to start from and to return.
struct ClimbPlan {
  Index starts = 0;     ///< random ones, per sign
  Index keep = 1;       ///< summits polished and returned, per sign
  double apart = 1e-2;  ///< smallest angle between two of the same sign
  std::uint64_t seed = 0;
  int threads = 1;
  const RunControl* control = nullptr;  ///< checked between climbs
};

/// Local maximisers of sign * f for both signs, best first. With many rows, climbs on a random
/// sample of them first and on all from the best summits of the sample. `starts` adds directions
/// (d) to climb from on all rows.
[[nodiscard]] std::vector<DualDirection> find_summits(const DualQuery& query, const ClimbPlan& plan,
                                                      const std::vector<Vector>& starts);

/// Sorts best first and removes directions of the same sign closer than `apart` to a better one.
void keep_distinct(std::vector<DualDirection>& directions, double apart);

}  // namespace thalweg::oracle
