#include "oracle/star_closer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr std::size_t kMaxCrossing = 160;  ///< more rows are left to splitting
constexpr std::size_t kMaxWalls = 48;
/// Few enough rows to cut a cone by, wherever its point lies.
constexpr std::size_t kFewCrossing = 6;
constexpr int kSolves = 24;
/// A point this close to a wall counts as on it.
constexpr double kOnWall = 1e-13;

std::size_t rays_of(const Cone& cone) { return static_cast<std::size_t>(cone.rank()); }

}  // namespace

bool StarCloser::close(const Cone& cone, const StarFrame& frame, const ConeBound& relaxed,
                       const RayVector& sums, double threshold) {
  candidate_.reset();
  if (frame.stars.empty() || frame.crossing.size() > kMaxCrossing) return false;
  cone_ = &cone;
  frame_ = &frame;
  threshold_ = threshold;
  bound_ = 0;
  budget_ = kSolves;
  if (!prepare(cone, frame, relaxed.point)) return false;
  Piece whole;
  whole.sums = sums;
  whole.point = relaxed.point;
  whole.value = relaxed.bound;
  whole.cuts.count = 0;
  whole.extra.fill(0);
  const double factor = rows_.error_factor(cone.depth);
  for (std::size_t k = 0; k < rays_of(cone); ++k) {
    whole.base[k] = (cone.plus_up[k] - cone.frozen_down[k]) / cone.metric.norm[k];
    margin_[k] = factor * cone.magnitude[k] / cone.metric.norm[k];
  }
  return visit(whole);
}

/// Fills the rows of the cone; false when the point lies in no star and more than a few rows cross.
bool StarCloser::prepare(const Cone& cone, const StarFrame& frame, const RayVector& point) {
  const Vector z = point_of(cone, point);
  const RowSigns& signs = stars_.rows();
  std::vector<double> at_point;
  at_point.reserve(frame.crossing.size());
  for (const std::int32_t group : frame.crossing) {
    const RowProduct product = signs.at_point(group, z.data());
    at_point.push_back(std::fabs(product.value) <= product.error ? 0 : product.value);
  }
  const bool in_star = std::any_of(frame.stars.begin(), frame.stars.end(), [&](std::int32_t star) {
    const std::span<const std::int8_t> wanted = stars_.signs(star);
    std::size_t walls = 0;
    for (std::size_t i = 0; i < at_point.size(); ++i) {
      const int sign = wanted[static_cast<std::size_t>(frame.crossing[i])];
      if (sign * at_point[i] < 0) return false;
      walls += sign != 0;
    }
    return walls <= kMaxWalls;
  });
  if (!in_star && frame.crossing.size() > kFewCrossing) return false;
  rows_of_cone_.clear();
  for (const std::int32_t group : frame.crossing) {
    Row row{group, 0, {}, {}};
    const double inverse = signs.inverse_norm(group);
    row.weight = std::max(0.0, weights_[group]) / inverse;
    for (Index k = 0; k < cone.rank(); ++k) {
      const auto ray = static_cast<std::size_t>(k);
      const RowProduct product =
          signs.at_point(group, cone.rays.entries.data() + k * kMaxTreeCoordinates);
      const double scale = inverse / cone.metric.norm[ray];
      row.values[ray] = product.value * scale;
      row.errors[ray] = (product.error + 8 * kUnit * product.magnitude) * scale;
    }
    rows_of_cone_.push_back(row);
  }
  return true;
}

double StarCloser::value_at(std::size_t row, const RayVector& point) const {
  double value = 0;
  for (std::size_t k = 0; k < rays_of(*cone_); ++k)
    value += rows_of_cone_[row].values[k] * point[k];
  return value;
}

int StarCloser::side_of(const Piece& piece, std::size_t row) const {
  for (std::size_t i = 0; i < static_cast<std::size_t>(piece.cuts.count); ++i) {
    if (piece.cut_rows[i] == row) return piece.sides[i];
  }
  return 0;
}

/// Whether the piece lies in the closure of one star.
bool StarCloser::agrees_everywhere(const Piece& piece) const {
  return std::any_of(frame_->stars.begin(), frame_->stars.end(), [&](std::int32_t star) {
    const std::span<const std::int8_t> wanted = stars_.signs(star);
    for (std::size_t row = 0; row < rows_of_cone_.size(); ++row) {
      const int sign = wanted[static_cast<std::size_t>(rows_of_cone_[row].group)];
      if (sign != 0 && side_of(piece, row) != sign) return false;
    }
    return true;
  });
}

/// A star that meets the piece and holds its point, or -1.
Index StarCloser::star_at(const Piece& piece) const {
  for (const std::int32_t star : frame_->stars) {
    const std::span<const std::int8_t> wanted = stars_.signs(star);
    bool inside = true;
    for (std::size_t row = 0; row < rows_of_cone_.size() && inside; ++row) {
      const int sign = wanted[static_cast<std::size_t>(rows_of_cone_[row].group)];
      const int side = side_of(piece, row);
      inside = side != 0 ? sign * side >= 0 : sign * value_at(row, piece.point) >= -kOnWall;
    }
    if (inside) return star;
  }
  return -1;
}

/// The star's rows that still cross the piece, nearest to its point first.
std::vector<std::size_t> StarCloser::walls(const Piece& piece, Index star) const {
  std::vector<std::pair<double, std::size_t>> found;
  for (std::size_t row = 0; row < rows_of_cone_.size(); ++row) {
    const int sign = stars_.signs(star)[static_cast<std::size_t>(rows_of_cone_[row].group)];
    if (sign == 0 || side_of(piece, row) != 0) continue;
    found.emplace_back(std::fabs(value_at(row, piece.point)), row);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::size_t> rows;
  for (const auto& wall : found) rows.push_back(wall.second);
  return rows;
}

/// The row of positive weight whose interpolation error at the piece's point is largest, if it
/// matters.
std::optional<std::size_t> StarCloser::worst_interpolated(const Piece& piece) const {
  double largest = 1e-3 * (piece.value - threshold_);
  std::optional<std::size_t> row;
  for (std::size_t i = 0; i < rows_of_cone_.size(); ++i) {
    const Row& candidate = rows_of_cone_[i];
    if (candidate.weight == 0 || side_of(piece, i) != 0) continue;
    double chord = 0;
    double value = 0;
    for (std::size_t k = 0; k < rays_of(*cone_); ++k) {
      value += candidate.values[k] * piece.point[k];
      chord += std::max(0.0, candidate.values[k]) * piece.point[k];
    }
    const double gap = candidate.weight * (chord - std::max(0.0, value));
    if (gap > largest) {
      largest = gap;
      row = i;
    }
  }
  return row;
}

void StarCloser::note_candidate(const Piece& piece) {
  RayVector factors;
  double value = 0;
  for (std::size_t k = 0; k < rays_of(*cone_); ++k) {
    factors[k] = piece.point[k] / cone_->metric.norm[k];
    value += factors[k] * (cone_->frozen_up[k] - cone_->frozen_down[k]);
  }
  for (const ConeRows* rows : {&cone_->up, &cone_->down}) {
    const double sum =
        kernels::plus_sum(rows->columns.data(), cone_->rank(), factors.data(), rows->stride);
    value += rows == &cone_->up ? sum : -sum;
  }
  if (candidate_ && candidate_->value >= value) return;
  candidate_ = {value, piece.point, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(piece.cuts.count); ++i) {
    candidate_->walls.emplace_back(rows_of_cone_[piece.cut_rows[i]].group, piece.sides[i]);
  }
}

/// The part of the piece on which the row has the sign `side`.
bool StarCloser::cut(const Piece& piece, std::size_t row, int side, Piece& part) const {
  if (piece.cuts.count == ConeCuts::kMax) return false;
  part = piece;
  const Row& data = rows_of_cone_[row];
  const auto at = static_cast<std::size_t>(part.cuts.count++);
  part.cut_rows[at] = row;
  part.sides[at] = side;
  part.rho[at] = 0;
  for (std::size_t k = 0; k < rays_of(*cone_); ++k) {
    part.cuts.rows[at][k] = -side * data.values[k];
    if (data.weight == 0) continue;
    // The interpolated w (t)_+ becomes w t or 0.
    const double change = data.weight * std::max(0.0, -side * data.values[k]);
    part.base[k] -= change;
    part.extra[k] += data.weight * data.errors[k] + 4 * kUnit * (change + std::fabs(part.base[k]));
  }
  return true;
}

/// A rigorous bound from the multipliers; `point` becomes the maximiser they belong to.
double StarCloser::evaluate(Piece& piece, const RayVector& sums,
                            const std::array<double, ConeCuts::kMax>& rho, RayVector& point) const {
  RayVector c;
  RayVector safe;
  for (std::size_t k = 0; k < rays_of(*cone_); ++k) {
    const double sum = sums[k] / cone_->metric.norm[k];
    c[k] = piece.base[k] - sum;
    double error = margin_[k] * (1 + 0x1p-40) + piece.extra[k] +
                   8 * kUnit * (std::fabs(piece.base[k]) + std::fabs(sum));
    for (std::size_t i = 0; i < static_cast<std::size_t>(piece.cuts.count); ++i) {
      const double term = rho[i] * piece.cuts.rows[i][k];
      c[k] -= term;
      error += rho[i] * rows_of_cone_[piece.cut_rows[i]].errors[k] +
               static_cast<double>(ConeCuts::kMax + 4) * kUnit * std::fabs(term);
    }
    safe[k] = c[k] + error * (1 + 0x1p-40);
  }
  point = piece.point;
  maximise_linear(cone_->metric, c, point, support(cone_->rank(), piece.point));
  return linear_bound(cone_->metric, safe, point);
}

/// Whether the piece's bound is at most the threshold; else its point and value are the
/// relaxation's.
bool StarCloser::bound_piece(Piece& piece) {
  const auto newest = static_cast<std::size_t>(piece.cuts.count - 1);
  std::array<double, ConeCuts::kMax> rho = piece.rho;
  RayVector point;
  double ahead = 0;
  for (std::size_t k = 0; k < rays_of(*cone_); ++k) {
    ahead += piece.cuts.rows[newest][k] * piece.point[k];
  }
  rho[newest] = std::max(0.0, piece.value * ahead);
  double bound = evaluate(piece, piece.sums, rho, point);
  if (!(bound <= threshold_)) {
    if (budget_-- <= 0) return false;
    piece.point = point;
    piece.rho = rho;
    piece.value = bound;
    double slack = 0;
    for (std::size_t k = 0; k < rays_of(*cone_); ++k) slack = std::max(slack, margin_[k]);
    RayVector sums;
    kinks_.solve(*cone_, piece.base, point, std::max(threshold_ - 4 * slack, 0.5 * threshold_),
                 sums, &piece.cuts);
    const double solved = evaluate(piece, sums, kinks_.cut_multipliers(), point);
    if (solved < bound) {
      bound = solved;
      piece.sums = sums;
      piece.rho = kinks_.cut_multipliers();
      piece.point = point;
      piece.value = bound;
    }
  }
  if (!(bound <= threshold_)) return false;
  bound_ = std::max(bound_, bound);
  return true;
}

bool StarCloser::split_off(const Piece& piece, std::size_t row, int side) {
  Piece part;
  if (!cut(piece, row, side, part)) return false;
  if (agrees_everywhere(part) || bound_piece(part)) return true;
  return budget_ > 0 && visit(part);
}

/// Whether the piece less the stars is bounded by the threshold, which the piece itself exceeds.
bool StarCloser::visit(Piece& piece) {
  const Index star = star_at(piece);
  if (star >= 0) {
    for (const std::size_t row : walls(piece, star)) {
      const int sign = stars_.signs(star)[static_cast<std::size_t>(rows_of_cone_[row].group)];
      if (!split_off(piece, row, -sign)) return false;
    }
    return true;
  }
  note_candidate(piece);
  const std::optional<std::size_t> row = worst_interpolated(piece);
  return row && split_off(piece, *row, 1) && split_off(piece, *row, -1);
}

}  // namespace thalweg::oracle
