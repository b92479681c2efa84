#include "thalweg/oracle/dual_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/oracle_data.hpp"
#include "oracle/sign_search.hpp"
#include "oracle/tree_bound.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/row_geometry.hpp"
#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg {
namespace {

/// From this many coordinates on, the whole-sphere bound is tried before the tree: below, the tree
/// is as fast.
constexpr Index kSphereFirst = 5;
constexpr int kSphereIterations = 40;
constexpr double kSmallestGap = 1e-13;
/// A maximum below this share of sum |nu_i| |x_i| is what rounding left of terms that cancel.
constexpr double kRounding = 0x1p-48;

/// Where the search over signs is tried before the cone tree: bounds of the whole sphere within
/// this factor of the goal. The cone tree is as fast in few coordinates, and the only one of use
/// where the sphere says little.
double signs_within(Index coordinates) {
  if (coordinates < 6) return 0;
  if (coordinates == 6) return 1.1;
  return coordinates <= 8 ? 1.2 : 2;
}

/// Nodes worth spending on one sign where the sphere's bound is `excess` times the goal: about a
/// minute, but seconds where cones may well be faster.
std::int64_t sign_nodes(Index samples, Index coordinates, double excess) {
  const double work = static_cast<double>(samples) * std::pow(static_cast<double>(coordinates), 4);
  const double worth = coordinates > 8 || excess <= 1.1 ? 3e10 : 4e9;
  return static_cast<std::int64_t>(std::clamp(worth / work, 200.0, 20000.0));
}

}  // namespace

DualOracle::DualOracle(const Matrix& X) : impl_(std::make_unique<Impl>(X)) {}
DualOracle::~DualOracle() = default;
DualOracle::DualOracle(DualOracle&&) noexcept = default;
DualOracle& DualOracle::operator=(DualOracle&&) noexcept = default;

Index DualOracle::rank() const { return impl_->geometry.rank(); }

const RowGeometry& DualOracle::geometry() const { return impl_->geometry; }

double DualOracle::value(const Vector& nu, const Vector& u) const {
  oracle::require_dual(nu, impl_->X.rows());
  return nu.dot((impl_->X * u).cwiseMax(0));
}

double DualOracle::whole_sphere_bound(const Vector& nu, int threads,
                                      const RunControl& control) const {
  oracle::require_dual(nu, impl_->X.rows());
  return impl_->sphere_bound(nu, 0, threads, control);
}

std::vector<DualDirection> DualOracle::climb(const Vector& nu, double threshold, Index count,
                                             std::uint64_t seed, int threads,
                                             const std::vector<Vector>& starts,
                                             const RunControl& control) const {
  const oracle::DualQuery query = impl_->query(nu);
  oracle::ClimbPlan plan;
  plan.starts = oracle::random_starts(impl_->geometry.coordinates());
  plan.keep = count;
  plan.seed = seed;
  plan.threads = threads;
  plan.control = &control;
  std::vector<DualDirection> found = oracle::find_summits(query, plan, starts);
  std::erase_if(found, [threshold](const DualDirection& u) { return !(u.value > threshold); });
  if (static_cast<Index>(found.size()) > count) found.resize(static_cast<std::size_t>(count));
  return found;
}

namespace {

/// The status that the proved bounds deserve.
DualNormStatus judge(const DualNormResult& result, const DualNormSettings& settings) {
  if (settings.threshold > 0) {
    if (result.lower > settings.threshold) return DualNormStatus::kThresholdExceeded;
    if (result.upper <= settings.threshold) return DualNormStatus::kThresholdHolds;
  } else if (result.upper <= (1 + std::max(settings.relative_gap, kSmallestGap)) * result.lower) {
    return DualNormStatus::kClosed;
  }
  return DualNormStatus::kUnsolved;
}

void add_directions(DualNormResult& result, std::vector<DualDirection> found, double apart) {
  for (DualDirection& direction : found) result.maximisers.push_back(std::move(direction));
  oracle::keep_distinct(result.maximisers, apart);
  if (!result.maximisers.empty()) result.lower = result.maximisers.front().value;
}

void lower_upper(DualNormResult& result, double bound, DualNormSource source) {
  if (bound >= result.upper) return;
  result.upper = bound;
  result.source = source;
}

}  // namespace

DualNormResult DualOracle::maximise(const Vector& nu, const DualNormSettings& settings) const {
  const Stopwatch watch;
  const oracle::DualQuery query = impl_->query(nu);
  const RowGeometry& geometry = impl_->geometry;
  DualNormResult result;
  result.lower = 0;
  result.upper = query.crude_bound();
  const auto finish = [&](DualNormStatus status) {
    result.status = status;
    std::erase_if(result.maximisers, [&](const DualDirection& direction) {
      return direction.value < (1 - settings.maximiser_band) * result.lower &&
             settings.maximiser_band > 0;
    });
    result.seconds = watch.seconds();
    return result;
  };
  if (query.vanishes()) {
    result.maximisers.push_back(query.describe(Vector::Unit(geometry.dimension(), 0), Sign::kPlus));
    result.upper = 0;
    return finish(judge(result, settings));
  }
  oracle::ClimbPlan plan;
  plan.starts = oracle::random_starts(geometry.coordinates());
  plan.keep = 8;
  plan.apart = oracle::kDistinctAngle;
  plan.seed = settings.seed;
  plan.threads = settings.threads;
  plan.control = &settings.control;
  add_directions(result, oracle::find_summits(query, plan, {}), oracle::kDistinctAngle);
  const bool want_band = settings.maximiser_band > 0;
  DualNormStatus status = judge(result, settings);
  if (status != DualNormStatus::kUnsolved && !want_band) return finish(status);

  const Index coordinates = geometry.coordinates();
  const bool use_tree = coordinates <= kMaxTreeCoordinates;
  if (coordinates >= kSphereFirst) {
    lower_upper(result,
                impl_->sphere_bound(nu, use_tree ? kSphereIterations : 0, settings.threads,
                                    settings.control),
                DualNormSource::kWholeSphere);
    status = judge(result, settings);
    if (status != DualNormStatus::kUnsolved && !want_band) return finish(status);
  }
  if (!use_tree) {
    return finish(settings.control.should_stop() ? DualNormStatus::kLimit
                                                 : DualNormStatus::kNotBranched);
  }

  oracle::TreeRequest request;
  request.relative_gap = std::max(settings.relative_gap, kSmallestGap);
  request.floor = kRounding * nu.cwiseAbs().dot(impl_->X.rowwise().norm());
  request.threshold = settings.threshold;
  request.maximiser_band = settings.maximiser_band;
  request.threads = settings.threads;
  request.control = &settings.control;
  const double goal = settings.threshold > 0 ? settings.threshold : result.lower;
  if (!want_band && geometry.basis().empty() && result.upper <= signs_within(coordinates) * goal) {
    request.start_value = result.lower;
    oracle::TreeOutcome outcome = oracle::bound_by_signs(
        query, impl_->X, nu, request, sign_nodes(nu.size(), coordinates, result.upper / goal));
    result.nodes = outcome.nodes;
    add_directions(result, std::move(outcome.found), oracle::kDistinctAngle);
    lower_upper(result, outcome.upper, DualNormSource::kSignTree);
    status = judge(result, settings);
    if (status != DualNormStatus::kUnsolved) return finish(status);
    if (outcome.stopped) return finish(DualNormStatus::kLimit);
  }

  // The tree bounds the sum over the replaced rows; the slack brings its answer back to X.
  const double slack = geometry.slack(nu);
  if (settings.threshold > slack) request.threshold = settings.threshold - slack;
  request.start_value = result.lower;
  oracle::TreeOutcome outcome = oracle::bound_by_tree(query, request);
  result.nodes += outcome.nodes;
  add_directions(result, std::move(outcome.found), oracle::kDistinctAngle);
  lower_upper(result, (outcome.upper + slack) * (1 + 0x1p-51), DualNormSource::kConeTree);
  status = judge(result, settings);
  if (status != DualNormStatus::kUnsolved) return finish(status);
  return finish(outcome.stopped ? DualNormStatus::kLimit : DualNormStatus::kStalled);
}

}  // namespace thalweg
