#include "oracle/wall_ascent.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <utility>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr std::size_t kWallsTried = 8;  ///< of one star
constexpr std::size_t kMostWalls = 5;   ///< through one point
constexpr double kOnWall = 1e-14;

/// The rows with |strength normal . u| subtracted, which keeps the maximisers on the hyperplane.
SignedRows with_wall(const SignedRows& rows, const Vector& normal, double strength) {
  SignedRows result = rows;
  RowSet& down = result.down;
  const Index count = down.count;
  down.count += 2;
  down.stride = kernels::padded(down.count);
  Matrix columns = Matrix::Zero(down.stride, normal.size());
  columns.topRows(count) = down.columns.topRows(count);
  columns.row(count) = strength * normal.transpose();
  columns.row(count + 1) = -strength * normal.transpose();
  down.columns = std::move(columns);
  down.groups.resize(static_cast<std::size_t>(down.count), -1);
  return result;
}

}  // namespace

std::optional<Vector> WallAscent::climb(Index group, int side, const Vector& u) const {
  const RowGeometry& geometry = query_.geometry();
  const Vector row = query_.first_row(group);
  const Vector unit = row * stars_.rows().inverse_norm(group);
  const Vector normal = (geometry.frame().transpose() * unit).normalized();
  Vector start = geometry.frame().transpose() * u;
  start -= normal.dot(start) * normal;
  if (!(start.norm() > 1e-8 * u.norm())) return std::nullopt;
  start.normalize();
  const SignedRows rows = with_wall(query_.climb_rows(sign_), normal, 4 * query_.crude_bound());
  const Vector summit = query_.from_frame(LocalAscent(rows).polish(start).u);
  return push(summit, {{group, side}});
}

std::optional<Vector> WallAscent::push(const Vector& u,
                                       const std::vector<std::pair<Index, int>>& walls) const {
  const auto count = static_cast<Index>(walls.size());
  Matrix normals(count, u.size());
  Vector sides(count);
  for (Index i = 0; i < count; ++i) {
    const auto [group, side] = walls[static_cast<std::size_t>(i)];
    normals.row(i) = query_.first_row(group).transpose() * stars_.rows().inverse_norm(group);
    sides[i] = side;
  }
  Vector step = Vector::Zero(u.size());
  if (count > 0) step = normals.completeOrthogonalDecomposition().solve(sides);
  for (double width = 0x1p-46; width < 0x1p-36; width *= 8) {
    Vector beyond = (u + width * step).normalized();
    if (stars_.outside(beyond)) return beyond;
  }
  return std::nullopt;
}

std::optional<Vector> WallAscent::leave(const Vector& u) const {
  if (stars_.outside(u)) return u;
  std::vector<std::pair<Index, int>> walls;
  for (Index g = 0; g < stars_.rows().groups(); ++g) {
    const double share = stars_.rows().at_direction(g, u).value * stars_.rows().inverse_norm(g);
    if (std::fabs(share) <= kOnWall) walls.emplace_back(g, 1);
  }
  if (walls.empty() || walls.size() > kMostWalls) return std::nullopt;
  for (unsigned sides = 0; sides < 1u << walls.size(); ++sides) {
    for (std::size_t i = 0; i < walls.size(); ++i) walls[i].second = sides >> i & 1 ? 1 : -1;
    if (std::optional<Vector> beyond = push(u, walls)) return beyond;
  }
  return std::nullopt;
}

std::optional<Vector> WallAscent::climb_between(const Vector& outside, const Vector& inside) const {
  const Index star = stars_.star_of(inside);
  if (star < 0) return std::nullopt;
  Index wall = -1;
  double last = -1;
  for (Index g = 0; g < stars_.rows().groups(); ++g) {
    const int sign = stars_.signs(star)[static_cast<std::size_t>(g)];
    const double before = sign * stars_.rows().at_direction(g, outside).value;
    const double after = sign * stars_.rows().at_direction(g, inside).value;
    if (sign == 0 || before >= 0 || after < 0) continue;
    const double at = before / (before - after);
    if (at > last) {
      last = at;
      wall = g;
    }
  }
  if (wall < 0) return std::nullopt;
  const int side = -stars_.signs(star)[static_cast<std::size_t>(wall)];
  return climb(wall, side, outside + last * (inside - outside));
}

std::vector<DualDirection> WallAscent::beyond_all(double value) const {
  std::vector<DualDirection> found;
  for (Index star = 0; star < stars_.count(); ++star) {
    const Vector centre = stars_.centre(star).normalized();
    const double top = query_.lower_value(centre, sign_);
    std::vector<std::pair<double, Index>> walls;
    for (Index g = 0; g < stars_.rows().groups(); ++g) {
      if (stars_.signs(star)[static_cast<std::size_t>(g)] == 0) continue;
      walls.emplace_back(stars_.distance(star, g), g);
    }
    const std::size_t tried = std::min(kWallsTried, walls.size());
    std::partial_sort(walls.begin(), walls.begin() + static_cast<std::ptrdiff_t>(tried),
                      walls.end());
    for (std::size_t i = 0; i < tried; ++i) {
      const auto [distance, group] = walls[i];
      // At a smooth maximiser the maximum on the wall is the top times the cosine.
      if (top * std::sqrt(std::max(0.0, 1 - distance * distance)) <= value) break;
      const int side = -stars_.signs(star)[static_cast<std::size_t>(group)];
      const std::optional<Vector> u = climb(group, side, centre);
      if (!u) continue;
      found.push_back(query_.describe(*u, sign_));
      value = std::max(value, found.back().value);
    }
  }
  return found;
}

}  // namespace thalweg::oracle
