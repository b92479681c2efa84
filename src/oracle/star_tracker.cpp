#include "oracle/star_tracker.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::oracle {
namespace {

/// Bit mask of the rays in which two cones differ.
unsigned changed_rays(const RayMatrix& a, const RayMatrix& b, Index rank) {
  unsigned changed = 0;
  for (Index k = 0; k < rank; ++k) {
    for (Index i = 0; i < rank; ++i) {
      if (a(i, k) != b(i, k)) changed |= 1u << k;
    }
  }
  return changed;
}

RayVector largest_entries(const RayMatrix& rays, Index rank) {
  RayVector largest{};
  for (Index k = 0; k < rank; ++k) {
    double& entry = largest[static_cast<std::size_t>(k)];
    for (Index i = 0; i < rank; ++i) entry = std::max(entry, std::fabs(rays(i, k)));
  }
  return largest;
}

}  // namespace

StarFrame& StarTracker::fresh_frame(const Cone& cone) {
  const auto depth = static_cast<std::size_t>(cone.depth);
  while (frames_.size() <= depth) frames_.emplace_back();
  StarFrame& frame = frames_[depth];
  frame.task = task_;
  frame.rays = cone.rays;
  frame.crossing.clear();
  frame.positive.clear();
  frame.negative.clear();
  frame.stars.clear();
  return frame;
}

/// The last frame above the cone on its path: every cone of the path above it has set or dropped
/// the frame of its depth since.
const StarFrame* StarTracker::ancestor(const Cone& cone) const {
  for (std::size_t depth = std::min(frames_.size(), static_cast<std::size_t>(cone.depth));
       depth-- > 0;) {
    if (frames_[depth].task == task_) return &frames_[depth];
  }
  return nullptr;
}

const StarFrame& StarTracker::update(const Cone& cone) {
  const StarFrame* above = ancestor(cone);
  StarFrame& frame = fresh_frame(cone);
  if (above == nullptr) {
    rebuild(cone, frame);
  } else if (!above->stars.empty()) {
    refine(*above, cone, frame);
  }
  return frame;
}

void StarTracker::skip(const Cone& cone) {
  if (static_cast<std::size_t>(cone.depth) < frames_.size()) {
    frames_[static_cast<std::size_t>(cone.depth)].task = 0;
  }
}

const StarFrame* StarTracker::frame_around(const Cone& cone) const {
  const auto depth = static_cast<std::size_t>(cone.depth);
  if (depth < frames_.size() && frames_[depth].task == task_ &&
      changed_rays(frames_[depth].rays, cone.rays, cone.rank()) == 0) {
    return &frames_[depth];
  }
  return ancestor(cone);
}

void StarTracker::mark(Index group, const RayMatrix& rays, const RayVector& largest, unsigned fresh,
                       std::uint16_t& positive, std::uint16_t& negative) const {
  for (unsigned rest = fresh; rest != 0; rest &= rest - 1) {
    const int k = __builtin_ctz(rest);
    const auto bit = static_cast<std::uint16_t>(1u << k);
    const int sign = stars_.rows().sign_at_point(
        group, rays.entries.data() + static_cast<std::ptrdiff_t>(k) * kMaxTreeCoordinates,
        largest[static_cast<std::size_t>(k)]);
    positive = static_cast<std::uint16_t>((positive & ~bit) | (sign > 0 ? bit : 0));
    negative = static_cast<std::uint16_t>((negative & ~bit) | (sign < 0 ? bit : 0));
  }
}

/// Files a group: as crossing, or as decided, which stars of the other sign do not survive.
void StarTracker::keep(Index group, std::uint16_t positive, std::uint16_t negative,
                       StarFrame& frame) const {
  if (positive != 0 && negative != 0) {
    frame.crossing.push_back(static_cast<std::int32_t>(group));
    frame.positive.push_back(positive);
    frame.negative.push_back(negative);
    return;
  }
  const int sign = positive != 0 ? 1 : -1;
  std::erase_if(frame.stars, [&](std::int32_t star) {
    return sign * stars_.signs(star)[static_cast<std::size_t>(group)] < 0;
  });
}

void StarTracker::rebuild(const Cone& cone, StarFrame& frame) {
  const RayVector largest = largest_entries(cone.rays, cone.rank());
  for (Index q = 0; q < stars_.count(); ++q) frame.stars.push_back(static_cast<std::int32_t>(q));
  for (Index g = 0; g < stars_.rows().groups(); ++g) {
    std::uint16_t positive = 0;
    std::uint16_t negative = 0;
    mark(g, cone.rays, largest, (1u << cone.rank()) - 1, positive, negative);
    keep(g, positive, negative, frame);
  }
}

void StarTracker::refine(const StarFrame& parent, const Cone& cone, StarFrame& frame) {
  const unsigned fresh = changed_rays(parent.rays, cone.rays, cone.rank());
  const RayVector largest = largest_entries(cone.rays, cone.rank());
  frame.stars = parent.stars;
  for (std::size_t i = 0; i < parent.crossing.size(); ++i) {
    std::uint16_t positive = parent.positive[i];
    std::uint16_t negative = parent.negative[i];
    mark(parent.crossing[i], cone.rays, largest, fresh, positive, negative);
    keep(parent.crossing[i], positive, negative, frame);
  }
}

bool StarTracker::inside(const StarFrame& frame) const {
  return std::any_of(frame.stars.begin(), frame.stars.end(), [&](std::int32_t star) {
    return std::all_of(frame.crossing.begin(), frame.crossing.end(), [&](std::int32_t group) {
      return stars_.signs(star)[static_cast<std::size_t>(group)] == 0;
    });
  });
}

bool StarTracker::holds(const StarFrame& frame, const Vector& z) const {
  return std::any_of(frame.stars.begin(), frame.stars.end(), [&](std::int32_t star) {
    return std::all_of(frame.crossing.begin(), frame.crossing.end(), [&](std::int32_t group) {
      const int sign = stars_.signs(star)[static_cast<std::size_t>(group)];
      if (sign == 0) return true;
      const RowProduct product = stars_.rows().at_point(group, z.data());
      return sign * product.value > product.error;
    });
  });
}

}  // namespace thalweg::oracle
