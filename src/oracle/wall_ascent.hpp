#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "oracle/dual_query.hpp"
#include "oracle/star_set.hpp"

namespace thalweg::oracle {

/// Climbs f of one sign along the walls of stars, just outside them.
class WallAscent {
 public:
  /// All must outlive the object.
  WallAscent(const DualQuery& query, const StarSet& stars, Sign sign)
      : query_(query), stars_(stars), sign_(sign) {}

  /// A local maximiser of f on the hyperplane of the group, climbed to from u (d), and pushed
  /// `side` of it (-1 or 1) by rounding's width; none when that lies in a star.
  [[nodiscard]] std::optional<Vector> climb(Index group, int side, const Vector& u) const;
  /// u (d) pushed by rounding's width to the given sides of hyperplanes on which it lies; none when
  /// that lies in a star.
  [[nodiscard]] std::optional<Vector> push(const Vector& u,
                                           const std::vector<std::pair<Index, int>>& walls) const;
  /// u (d) itself when it is outside the stars, or pushed off the few hyperplanes on which it lies
  /// to some sides that are; none when there are none, or too many to try.
  [[nodiscard]] std::optional<Vector> leave(const Vector& u) const;
  /// From a point outside the stars and a better one within one: a local maximiser on the wall
  /// between.
  [[nodiscard]] std::optional<Vector> climb_between(const Vector& outside,
                                                    const Vector& inside) const;
  /// The best direction beyond the walls of each star that promise more than `value`, nearest walls
  /// first.
  [[nodiscard]] std::vector<DualDirection> beyond_all(double value) const;

 private:
  const DualQuery& query_;
  const StarSet& stars_;
  Sign sign_;
};

}  // namespace thalweg::oracle
