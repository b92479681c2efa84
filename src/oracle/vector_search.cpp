#include "oracle/vector_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "oracle/vector_cone.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr std::int64_t kMostCones = 1'000'000;
/// A cone of this angle is bounded to its square over eight by exact rays; rays need not be better.
constexpr double kShareOfAngle = 0.05;
constexpr double kCoarsest = 0.05;
/// No smaller cone has a bound below that of its rays; the search ends this close to it.
constexpr double kWorthSplitting = 1e-2;

/// g(-a) = g(a): one key for both signs.
std::vector<double> key_of(const Vector& ray) {
  std::vector<double> key(ray.begin(), ray.end());
  const auto first = std::find_if(key.begin(), key.end(), [](double x) { return x != 0; });
  if (first != key.end() && *first < 0) {
    for (double& x : key) x = -x;
  }
  for (double& x : key) x += 0.0;  // no negative zeros
  return key;
}

}  // namespace

VectorSearch::VectorSearch(const DualOracle& oracle, const Matrix& M, const Vector& row_norms,
                           Plan plan)
    : oracle_(oracle), M_(M), row_norms_(row_norms), plan_(std::move(plan)) {}

double VectorSearch::accuracy_for(double angle) const {
  return std::clamp(kShareOfAngle * angle * angle, 0.1 * plan_.accuracy, kCoarsest);
}

double VectorSearch::value_at(const Vector& ray, double accuracy) {
  Value& value = values_[key_of(ray)];
  if (value.accuracy <= accuracy) return value.upper;
  ++rays_;
  // A power of two keeps M a in range; the product's rounding is charged to the bound.
  const double scale = std::exp2(-std::round(std::log2(ray.norm())));
  const Vector a = scale * ray;
  DualNormSettings settings = plan_.scalar;
  settings.relative_gap = accuracy;
  settings.threshold = 0;
  const DualNormResult norm = oracle_.maximise(M_ * a, settings);
  const double terms = static_cast<double>(a.size() + 2);
  const double rounding = terms * kEpsilon * row_norms_.dot(M_.cwiseAbs() * a.cwiseAbs()) *
                          (1 + static_cast<double>(row_norms_.size() + 8) * kEpsilon);
  const double upper = (norm.upper + rounding) / scale * (1 + 4 * kEpsilon);
  value.upper = value.accuracy < 1 ? std::min(value.upper, upper) : upper;
  value.accuracy = accuracy;
  if (!norm.maximisers.empty()) plan_.offer(norm.maximisers.front().u);
  return value.upper;
}

void VectorSearch::bound(Cone& cone, bool refresh) {
  const Index r = cone.rays.cols();
  Vector values(r);
  for (Index k = 0; k < r; ++k) {
    values[k] = value_at(cone.rays.col(k), refresh ? accuracy_for(cone.angle) : kCoarsest);
  }
  cone.bound = std::min(cone.bound, shortest_majorant(cone.rays, values).length);
  ++cones_;
}

bool VectorSearch::coarse(const Cone& cone) const {
  for (Index k = 0; k < cone.rays.cols(); ++k) {
    const auto found = values_.find(key_of(cone.rays.col(k)));
    if (found->second.accuracy > accuracy_for(cone.angle)) return true;
  }
  return false;
}

double VectorSearch::worst_ray(const Cone& cone) {
  double worst = 0;
  for (Index k = 0; k < cone.rays.cols(); ++k) {
    const Vector ray = cone.rays.col(k);
    const double limit = plan_.goal() * ray.norm();
    double value = value_at(ray, kCoarsest);
    if (value > limit) value = value_at(ray, 0.1 * plan_.accuracy);
    if (value > limit) worst = std::max(worst, value / ray.norm());
  }
  return worst;
}

bool VectorSearch::limited() const {
  return plan_.scalar.control.should_stop() || rays_ >= plan_.max_rays || cones_ >= kMostCones;
}

VectorSearch::End VectorSearch::run() {
  for (Matrix& rays : half_of_the_orthants(M_.cols())) {
    Cone cone;
    cone.rays = std::move(rays);
    cone.angle = longest_edge(cone.rays).angle;
    cone.bound = std::numeric_limits<double>::infinity();
    bound(cone, false);
    queue_.push(std::move(cone));
  }
  for (;;) {
    upper_ = queue_.top().bound;
    if (upper_ <= plan_.goal()) return End::kGoal;
    if (limited()) return End::kLimit;
    Cone cone = queue_.top();
    queue_.pop();
    if (coarse(cone)) {
      bound(cone, true);
      queue_.push(std::move(cone));
      continue;
    }
    const LongestEdge edge = longest_edge(cone.rays);
    const Vector middle =
        edge.angle > 0 ? integer_bisector(cone.rays.col(edge.first), cone.rays.col(edge.second))
                       : Vector();
    if (middle.size() == 0 || worst_ray(cone) >= cone.bound / (1 + kWorthSplitting)) {
      queue_.push(std::move(cone));
      return limited() ? End::kLimit : End::kStalled;
    }
    (void)value_at(middle, accuracy_for(cone.angle));
    for (const Index replaced : {edge.first, edge.second}) {
      Cone child = cone;
      child.rays.col(replaced) = middle;
      child.angle = longest_edge(child.rays).angle;
      bound(child, false);
      queue_.push(std::move(child));
    }
  }
}

}  // namespace thalweg::oracle
