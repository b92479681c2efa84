#include "oracle/cone.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;
/// Rows that stopped crossing are dropped once they are this share of a cone's rows.
constexpr double kCompactShare = 0.25;
/// Rays whose lengths differ by more than this factor are balanced before they are added.
constexpr double kBalanceRatio = 16;

bool worth_compacting(const ConeRows& rows) {
  return static_cast<double>(rows.count - rows.crossing) >
         kCompactShare * static_cast<double>(rows.count);
}

double entry_sum(const RayVector& ray, Index rank) {
  double sum = 0;
  for (Index i = 0; i < rank; ++i) sum += std::fabs(ray[static_cast<std::size_t>(i)]);
  return sum;
}

}  // namespace

Vector point_of(const Cone& cone, const RayVector& x) {
  Vector z = Vector::Zero(cone.rank());
  for (Index k = 0; k < cone.rank(); ++k) {
    const auto ray = static_cast<std::size_t>(k);
    const double factor = x[ray] / cone.metric.norm[ray];
    for (Index i = 0; i < cone.rank(); ++i) z[i] += factor * cone.rays(i, k);
  }
  return z;
}

ConeStack::ConeStack(const SignedRows& rows, const RowGeometry& geometry)
    : rows_(rows), gram_(geometry.gram()), reduced_(!geometry.basis().empty()) {
  if (reduced_) {
    // |B||B|^T is at most the outer product of the row norms, by Cauchy-Schwarz.
    const Vector norms = gram_.diagonal().cwiseSqrt() * (1 + 1e-12);
    gram_magnitude_ = norms * norms.transpose();
    gram_depth_ = static_cast<double>(geometry.dimension()) + 2;
  }
}

void ConeStack::start(std::uint32_t mask) {
  if (frames_.empty()) frames_.emplace_back();
  Frame& frame = frames_.front();
  Cone& cone = frame.cone;
  const Index rank = rows_.coordinates();
  cone.depth = 0;
  cone.metric.rank = rank;
  cone.metric.signed_gram = reduced_;
  cone.rays.entries.fill(0);
  for (Index k = 0; k < rank; ++k) cone.rays(k, k) = mask >> k & 1 ? -1.0 : 1.0;
  for (Index k = 0; k < rank; ++k) measure_ray(cone, k);
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    cone.magnitude[ray] = rows_.magnitude[k];
    cone.frozen_up[ray] = cone.rays(k, k) * rows_.linear[k];
    cone.frozen_down[ray] = 0;
  }
  start_side(rows_.up, mask, cone.up, frame.up);
  start_side(rows_.down, mask, cone.down, frame.down);
  const double one = 1;
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    const double* column = cone.up.columns[ray];
    cone.plus_up[ray] = cone.frozen_up[ray] + kernels::plus_sum(&column, 1, &one, cone.up.stride);
  }
  if (worth_compacting(cone.up)) compact(cone.up, frame.up, cone.frozen_up);
  if (worth_compacting(cone.down)) compact(cone.down, frame.down, cone.frozen_down);
}

void ConeStack::start_side(const RowSet& set, std::uint32_t mask, ConeRows& rows,
                           SideBuffers& buffers) {
  rows.count = set.count;
  rows.stride = set.stride;
  rows.groups = set.groups.data();
  std::uint16_t* positive = buffers.masks.reserve(2 * set.stride);
  std::uint16_t* negative = positive + set.stride;
  std::fill(positive, positive + 2 * set.stride, std::uint16_t{0});
  rows.positive = positive;
  rows.negative = negative;
  const Index offset = &set == &rows_.up ? 0 : kMaxTreeCoordinates;
  for (Index k = 0; k < rows_.coordinates(); ++k) {
    const auto ray = static_cast<std::size_t>(k);
    rows.columns[ray] = set.column(k);
    if (mask >> k & 1) {
      double* flipped = root_columns_[static_cast<std::size_t>(offset + k)].reserve(set.stride);
      kernels::add_columns(set.column(k), -1.0, set.column(k), 0.0, set.stride, flipped);
      rows.columns[ray] = flipped;
    }
    rows.crossing = kernels::mark_signs(
        rows.columns[ray], rows_.exact_rows ? 0.0 : sign_tolerance(0, 1.0),
        static_cast<std::uint16_t>(1u << k), positive, negative, positive, negative, set.count);
  }
}

double ConeStack::sign_tolerance(int depth, double ray_sum) const {
  return (rows_.base_depth + depth) * kUnit * 1.01 * rows_.row_scale * ray_sum;
}

void ConeStack::measure_ray(Cone& cone, Index ray) const {
  const Index rank = cone.rank();
  ConeMetric& metric = cone.metric;
  RayVector image;  // Q r
  RayVector image_magnitude;
  for (Index i = 0; i < rank; ++i) {
    const auto entry = static_cast<std::size_t>(i);
    if (!reduced_) {
      image[entry] = cone.rays(i, ray);
      continue;
    }
    image[entry] = 0;
    image_magnitude[entry] = 0;
    for (Index j = 0; j < rank; ++j) {
      image[entry] += gram_(i, j) * cone.rays(j, ray);
      image_magnitude[entry] += gram_magnitude_(i, j) * std::fabs(cone.rays(j, ray));
    }
  }
  const auto product = [&](Index other) {
    double sum = 0;
    for (Index i = 0; i < rank; ++i) {
      sum += image[static_cast<std::size_t>(i)] * cone.rays(i, other);
    }
    return sum;
  };
  const double norm = std::sqrt(product(ray));
  metric.norm[static_cast<std::size_t>(ray)] = norm;
  const double error_factor = (gram_depth_ + 3 * static_cast<double>(rank) + 30) * kUnit;
  for (Index other = 0; other < rank; ++other) {
    const double scale = 1 / (norm * metric.norm[static_cast<std::size_t>(other)]);
    const double value = product(other) * scale;
    metric.gram(ray, other) = metric.gram(other, ray) = value;
    if (!reduced_) continue;
    double magnitude = 0;
    for (Index i = 0; i < rank; ++i) {
      magnitude += image_magnitude[static_cast<std::size_t>(i)] * std::fabs(cone.rays(i, other));
    }
    metric.gram_error(ray, other) = metric.gram_error(other, ray) =
        magnitude * scale * error_factor;
  }
}

bool ConeStack::choose_ray(Frame& frame, Index k, Index l) const {
  const Cone& cone = frame.cone;
  const Index rank = cone.rank();
  const double ratio =
      cone.metric.norm[static_cast<std::size_t>(l)] / cone.metric.norm[static_cast<std::size_t>(k)];
  frame.shift = 0;
  if (ratio > kBalanceRatio || ratio < 1 / kBalanceRatio) {
    frame.shift = std::clamp(static_cast<int>(std::lround(std::log2(ratio))), -52, 52);
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const double fk = std::ldexp(1.0, std::max(frame.shift, 0));
    const double fl = std::ldexp(1.0, std::max(-frame.shift, 0));
    double largest = 0;
    for (Index i = 0; i < rank; ++i) {
      const double a = fk * cone.rays(i, k);
      const double b = fl * cone.rays(i, l);
      frame.ray[static_cast<std::size_t>(i)] = a + b;
      largest = std::max({largest, std::fabs(a), std::fabs(b), std::fabs(a + b)});
    }
    if (largest < 0x1p53) return true;
    if (frame.shift == 0) return false;
    frame.shift = 0;
  }
  return false;
}

bool ConeStack::split(int depth, Index k, Index l) {
  Frame& frame = frames_[static_cast<std::size_t>(depth)];
  const Cone& cone = frame.cone;
  if (cone.metric.gram(k, l) > 1 - 1e-15 || !choose_ray(frame, k, l)) return false;
  const auto a = static_cast<std::size_t>(k);
  const auto b = static_cast<std::size_t>(l);
  const double fa = std::ldexp(1.0, std::max(frame.shift, 0));
  const double fb = std::ldexp(1.0, std::max(-frame.shift, 0));
  frame.ray_frozen_up = fa * cone.frozen_up[a] + fb * cone.frozen_up[b];
  frame.ray_frozen_down = fa * cone.frozen_down[a] + fb * cone.frozen_down[b];
  double* fresh = frame.up.fresh.reserve(cone.up.stride);
  frame.ray_plus_up =
      frame.ray_frozen_up +
      kernels::add_columns(cone.up.columns[a], fa, cone.up.columns[b], fb, cone.up.stride, fresh);
  fresh = frame.down.fresh.reserve(cone.down.stride);
  frame.ray_plus_down = kernels::add_columns(cone.down.columns[a], fa, cone.down.columns[b], fb,
                                             cone.down.stride, fresh);
  double squared = 0;
  frame.ray_magnitude = 0;
  for (Index i = 0; i < cone.rank(); ++i) {
    const double entry = frame.ray[static_cast<std::size_t>(i)];
    frame.ray_magnitude += rows_.magnitude[i] * std::fabs(entry);
    for (Index j = 0; j < cone.rank(); ++j) {
      squared += entry * gram_(i, j) * frame.ray[static_cast<std::size_t>(j)];
    }
  }
  frame.ray_norm = std::sqrt(squared);
  return true;
}

double ConeStack::split_value(int depth) const {
  const Frame& frame = frames_[static_cast<std::size_t>(depth)];
  return (frame.ray_plus_up - frame.ray_frozen_down - frame.ray_plus_down) / frame.ray_norm;
}

Vector ConeStack::split_ray(int depth) const {
  const Frame& frame = frames_[static_cast<std::size_t>(depth)];
  return Eigen::Map<const Vector>(frame.ray.data(), frame.cone.rank());
}

void ConeStack::descend(int depth, Index replaced) {
  if (frames_.size() < static_cast<std::size_t>(depth) + 2) frames_.emplace_back();
  const Frame& parent = frames_[static_cast<std::size_t>(depth)];
  Frame& frame = frames_[static_cast<std::size_t>(depth) + 1];
  Cone& cone = frame.cone;
  const auto ray = static_cast<std::size_t>(replaced);
  cone = parent.cone;
  cone.depth = depth + 1;
  for (Index i = 0; i < cone.rank(); ++i) {
    cone.rays(i, replaced) = parent.ray[static_cast<std::size_t>(i)];
  }
  cone.magnitude[ray] = parent.ray_magnitude;
  cone.frozen_up[ray] = parent.ray_frozen_up;
  cone.frozen_down[ray] = parent.ray_frozen_down;
  cone.plus_up[ray] = parent.ray_plus_up;
  measure_ray(cone, replaced);
  const double tolerance = sign_tolerance(depth + 1, entry_sum(parent.ray, cone.rank()));
  descend_side(parent.cone.up, parent.up, replaced, tolerance, cone.up, frame.up, cone.frozen_up);
  descend_side(parent.cone.down, parent.down, replaced, tolerance, cone.down, frame.down,
               cone.frozen_down);
}

void ConeStack::descend_side(const ConeRows& parent, const SideBuffers& parent_buffers,
                             Index replaced, double tolerance, ConeRows& rows, SideBuffers& buffers,
                             RayVector& frozen) {
  rows.columns[static_cast<std::size_t>(replaced)] = parent_buffers.fresh.data();
  std::uint16_t* positive = buffers.masks.reserve(2 * parent.stride);
  std::uint16_t* negative = positive + parent.stride;
  rows.crossing = kernels::mark_signs(rows.columns[static_cast<std::size_t>(replaced)], tolerance,
                                      static_cast<std::uint16_t>(1u << replaced), parent.positive,
                                      parent.negative, positive, negative, parent.count);
  rows.positive = positive;
  rows.negative = negative;
  if (worth_compacting(rows)) compact(rows, buffers, frozen);
}

void ConeStack::compact(ConeRows& rows, SideBuffers& buffers, RayVector& frozen) {
  const Index rank = rows_.coordinates();
  std::int32_t* kept = kept_.reserve(rows.count);
  std::int32_t* active = frozen_rows_.reserve(rows.count);
  Index kept_count = 0;
  Index active_count = 0;
  for (Index i = 0; i < rows.count; ++i) {
    const bool up = rows.positive[i] != 0;
    const bool down = rows.negative[i] != 0;
    kept[kept_count] = static_cast<std::int32_t>(i);
    kept_count += up && down;
    active[active_count] = static_cast<std::int32_t>(i);
    active_count += up && !down;
  }
  const Index stride = kernels::padded(kept_count);
  double* columns = buffers.compacted.reserve(rank * stride);
  double* scratch = scratch_.reserve(kernels::padded(active_count));
  std::fill(scratch + active_count, scratch + kernels::padded(active_count), 0.0);
  const double one = 1;
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    kernels::gather(rows.columns[ray], active, active_count, scratch);
    const double* source = scratch;
    frozen[ray] += kernels::plus_sum(&source, 1, &one, kernels::padded(active_count));
    double* column = columns + k * stride;
    kernels::gather(rows.columns[ray], kept, kept_count, column);
    std::fill(column + kept_count, column + stride, 0.0);
    rows.columns[ray] = column;
  }
  std::uint16_t* positive = buffers.compacted_masks.reserve(2 * stride);
  std::uint16_t* negative = positive + stride;
  std::int32_t* groups = buffers.groups.reserve(stride);
  for (Index i = 0; i < kept_count; ++i) {
    positive[i] = rows.positive[kept[i]];
    negative[i] = rows.negative[kept[i]];
    groups[i] = rows.groups[kept[i]];
  }
  rows.positive = positive;
  rows.negative = negative;
  rows.groups = groups;
  rows.count = rows.crossing = kept_count;
  rows.stride = stride;
}

}  // namespace thalweg::oracle
