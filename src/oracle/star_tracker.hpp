#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "oracle/cone.hpp"
#include "oracle/star_set.hpp"

namespace thalweg::oracle {

/// How the stars lie to one cone.
struct StarFrame {
  std::int64_t task = 0;  ///< the task that filled it; 0: none
  RayMatrix rays;
  std::vector<std::int32_t> crossing;   ///< groups with rays on both sides
  std::vector<std::uint16_t> positive;  ///< of each crossing group, bit k: positive at ray k, exact
  std::vector<std::uint16_t> negative;
  std::vector<std::int32_t> stars;  ///< stars that meet the cone's interior
};

/// Follows, down the path of a depth-first search, which stars still meet the cone and which rows
/// cross it. All signs are exact.
class StarTracker {
 public:
  /// `stars` must outlive the tracker.
  explicit StarTracker(const StarSet& stars) : stars_(stars) {}

  /// Forgets the path.
  void start_task() { ++task_; }
  /// The frame of a cone, to be called or `skip`ped for each cone that is split. O(rows that cross
  /// the last ancestor with a frame (R + its stars)); from scratch O(n R^2 + n stars).
  const StarFrame& update(const Cone& cone);
  /// Does without a frame of this cone.
  void skip(const Cone& cone);
  /// The frame of the cone or, when it has none yet, of its last ancestor with one; null when there
  /// is none.
  [[nodiscard]] const StarFrame* frame_around(const Cone& cone) const;
  /// Whether the cone lies in the closure of one star.
  [[nodiscard]] bool inside(const StarFrame& frame) const;
  /// Whether z (R), in the frame's cone, lies in a star, clear of its walls.
  [[nodiscard]] bool holds(const StarFrame& frame, const Vector& z) const;

 private:
  [[nodiscard]] const StarFrame* ancestor(const Cone& cone) const;
  StarFrame& fresh_frame(const Cone& cone);
  void rebuild(const Cone& cone, StarFrame& frame);
  void refine(const StarFrame& parent, const Cone& cone, StarFrame& frame);
  void mark(Index group, const RayMatrix& rays, const RayVector& largest, unsigned fresh,
            std::uint16_t& positive, std::uint16_t& negative) const;
  void keep(Index group, std::uint16_t positive, std::uint16_t negative, StarFrame& frame) const;

  const StarSet& stars_;
  std::deque<StarFrame> frames_;  ///< by depth
  std::int64_t task_ = 1;
};

}  // namespace thalweg::oracle
