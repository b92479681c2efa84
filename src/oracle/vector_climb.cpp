#include "oracle/vector_climb.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "oracle/dual_query.hpp"
#include "oracle/local_ascent.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kApproachRounds = 4;
constexpr int kPolishRounds = 40;

}  // namespace

VectorClimb::VectorClimb(const Matrix& X, const RowGeometry& geometry, const Matrix& frame_rows,
                         const Vector& row_norms, const Matrix& N)
    : X_(X), geometry_(geometry), frame_rows_(frame_rows), N_(N) {
  const double terms = static_cast<double>(X.rows() + X.cols() + N.cols() + 16);
  error_ =
      2 * terms * std::numeric_limits<double>::epsilon() * row_norms.dot(N.rowwise().stableNorm());
}

VectorDirection VectorClimb::describe(const Vector& u) const {
  VectorDirection result;
  result.u = u.normalized();
  const Vector pull = N_.transpose() * (X_ * result.u).cwiseMax(0.0);
  const double length = pull.norm();
  result.a = length > 0 ? Vector(pull / length) : Vector(Vector::Unit(N_.cols(), 0));
  result.value = std::max(0.0, length - error_);
  return result;
}

VectorDirection VectorClimb::step(const VectorDirection& from, Phase phase) const {
  const Vector nu = N_ * from.a;
  const DualQuery query(X_, geometry_, frame_rows_, nu);
  if (query.vanishes()) return from;
  LocalAscent ascent(query.climb_rows(Sign::kPlus));
  const Vector start = geometry_.frame().transpose() * from.u;
  if (!(start.norm() > 0)) return from;
  Summit summit = ascent.climb(start);
  if (phase == Phase::kActiveSet) {
    Summit polished = ascent.polish(summit.u);
    if (polished.value >= summit.value) summit = std::move(polished);
  }
  const Vector u = query.from_frame(summit.u);
  VectorDirection result = describe(u);
  if (phase == Phase::kActiveSet) result.kinks = query.describe(u, Sign::kPlus).kinks;
  return result.value >= from.value ? result : from;
}

VectorDirection VectorClimb::approach(const Vector& u) const {
  VectorDirection at = describe(u);
  for (int round = 0; round < kApproachRounds; ++round) {
    const double before = at.value;
    at = step(at, Phase::kGradient);
    if (at.value <= before * (1 + 1e-3)) break;
  }
  return at;
}

VectorDirection VectorClimb::polish(const VectorDirection& from) const {
  VectorDirection at = from;
  for (int round = 0; round < kPolishRounds; ++round) {
    const double before = at.value;
    at = step(at, Phase::kActiveSet);
    if (at.value <= before * (1 + 1e-12)) break;
  }
  return at;
}

void keep_distinct(std::vector<VectorDirection>& directions, double apart) {
  std::stable_sort(
      directions.begin(), directions.end(),
      [](const VectorDirection& x, const VectorDirection& y) { return x.value > y.value; });
  std::vector<VectorDirection> kept;
  for (VectorDirection& direction : directions) {
    const bool close = std::any_of(kept.begin(), kept.end(), [&](const VectorDirection& other) {
      return (other.u - direction.u).norm() <= apart && (other.a - direction.a).norm() <= apart;
    });
    if (!close) kept.push_back(std::move(direction));
  }
  directions = std::move(kept);
}

}  // namespace thalweg::oracle
