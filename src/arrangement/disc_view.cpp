#include "arrangement/disc_view.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thalweg::arrangement {
namespace {

/// The point of the unit sphere above a point of the plane; on the equator for a direction.
Eigen::Vector3d on_sphere(const PlanarPoint& point) {
  if (point.at_infinity) return {point.x, point.y, 0};
  const double largest = std::max({std::abs(point.x), std::abs(point.y), 1.0});
  return Eigen::Vector3d(point.x / largest, point.y / largest, 1 / largest).normalized();
}

}  // namespace

PagePoint DiscView::at(const PlanarPoint& point) const {
  const Eigen::Vector3d p = on_sphere(point);
  return {centre_.x + radius_ * p.x() / (1 + p.z()), centre_.y - radius_ * p.y() / (1 + p.z())};
}

PagePoint DiscView::at_angle(double angle, double radii) const {
  return {centre_.x + radius_ * radii * std::cos(angle),
          centre_.y - radius_ * radii * std::sin(angle)};
}

std::string DiscView::arc_to(Index line, PagePoint from, PagePoint to) const {
  constexpr double kStraight = 1e5;  // radii: no difference on any screen
  PagePoint middle = centre_;
  double radius = radius_;
  if (line != PlanarSide::kAtInfinity) {
    // |p|^2 - 2 (a x + b y) / c = 1 on the disc of radius 1.
    const auto& [a, b, c] = faces_.lines[static_cast<std::size_t>(line)];
    if (std::abs(c) * kStraight <= std::hypot(a, b)) return std::string("L") + svg_point(to);
    middle = {centre_.x + radius_ * a / c, centre_.y - radius_ * b / c};
    radius = radius_ * std::hypot(1.0, a / c, b / c);
  }
  const double turn =
      (from.x - middle.x) * (to.y - middle.y) - (from.y - middle.y) * (to.x - middle.x);
  const std::string number = svg_number(radius);
  return std::string("A") + number + ' ' + number + " 0 0 " + (turn > 0 ? "1 " : "0 ") +
         svg_point(to);
}

std::string DiscView::outline(const PlanarFace& face) const {
  std::string path;
  for (std::size_t i = 0; i < face.sides.size(); ++i) {
    const PlanarSide& side = face.sides[i];
    const PagePoint from = at(side.from);
    const PagePoint to = at(face.sides[(i + 1) % face.sides.size()].from);
    if (i == 0) path = std::string("M") + svg_point(from);
    path += arc_to(side.line, from, to);
  }
  return path + "Z";
}

double DiscView::end_angle(Index line) const {
  const auto& [a, b, c] = faces_.lines[static_cast<std::size_t>(line)];
  double angle = std::atan2(a, -b);
  if (angle < 0) angle += std::numbers::pi;
  return angle >= std::numbers::pi ? 0 : angle;
}

std::string DiscView::whole_line(Index line) const {
  const auto& [a, b, c] = faces_.lines[static_cast<std::size_t>(line)];
  const bool rim = a == 0 && b == 0;
  const double angle = rim ? 0 : end_angle(line);
  const PagePoint from = at_angle(angle, 1);
  const PagePoint to = at_angle(angle + std::numbers::pi, 1);
  const std::string path = std::string("M") + svg_point(from);
  if (!rim) return path + arc_to(line, from, to);
  const PagePoint half = at_angle(std::numbers::pi / 2, 1);
  const PagePoint other = at_angle(-std::numbers::pi / 2, 1);
  return path + arc_to(PlanarSide::kAtInfinity, from, half) +
         arc_to(PlanarSide::kAtInfinity, half, to) + arc_to(PlanarSide::kAtInfinity, to, other) +
         arc_to(PlanarSide::kAtInfinity, other, from) + "Z";
}

DiscView::Room DiscView::room(const PlanarFace& face) const {
  // A face is convex on the sphere, so the mean of its corners lies inside.
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const PlanarSide& side : face.sides) sum += on_sphere(side.from);
  const Eigen::Vector3d middle = sum.normalized();
  double distance = 1;  // sine of the angle to the nearest side
  for (const PlanarSide& side : face.sides) {
    if (side.line == PlanarSide::kAtInfinity) {
      distance = std::min(distance, middle.z());
      continue;
    }
    const auto& [a, b, c] = faces_.lines[static_cast<std::size_t>(side.line)];
    const Eigen::Vector3d normal(a, b, c);
    distance = std::min(distance, std::abs(normal.dot(middle)) / normal.norm());
  }
  // The projection scales lengths near the point by 1 / (1 + z).
  return {{centre_.x + radius_ * middle.x() / (1 + middle.z()),
           centre_.y - radius_ * middle.y() / (1 + middle.z())},
          radius_ * distance / (1 + middle.z())};
}

}  // namespace thalweg::arrangement
