#include "oracle/branch_shallow.hpp"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "oracle/branch_caps.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg::oracle {
namespace {

constexpr Index kFewestCoordinates = 6;
/// Nodes of an attempt times rows: some seconds.
constexpr Index kWork = 150000;
constexpr std::int64_t kFewestNodes = 20;
/// Attempts, each from a better maximiser.
constexpr int kAttempts = 4;
constexpr Index kMaximisers = 4;
constexpr int kSphereIterations = 40;
/// Of the time left: the rest is for the oracle.
constexpr double kShare = 0.4;
constexpr double kSmallestGap = 1e-9;

/// For both signs, at once with several threads; the first that fails.
CapsOutcome both_signs(const Matrix& rows, const Vector& weights, double target, std::int64_t nodes,
                       const DualNormSettings& settings) {
  const auto minus = [&] { return bound_by_caps(rows, -weights, target, nodes, settings.control); };
  std::future<CapsOutcome> second;
  if (settings.threads > 1) second = std::async(std::launch::async, minus);
  CapsOutcome outcome = bound_by_caps(rows, weights, target, nodes, settings.control);
  if (!outcome.proved) {
    if (second.valid()) second.wait();
    return outcome;
  }
  CapsOutcome other = second.valid() ? second.get() : minus();
  other.nodes += outcome.nodes;
  return other;
}

/// Of both signs, in fewer steps than where nothing else is left to try.
double sphere_bound(const Matrix& rows, const Vector& weights, const RunControl& control) {
  const WholeSphereSettings settings{kSphereIterations, control};
  return std::max(whole_sphere_bound(rows, weights, settings).bound,
                  whole_sphere_bound(rows, -weights, settings).bound);
}

DualNormResult answer(DualNormStatus status, double upper, std::vector<DualDirection> found,
                      std::int64_t nodes) {
  DualNormResult result;
  result.status = status;
  result.source = DualNormSource::kSignTree;
  result.lower = found.front().value;
  result.upper = upper;
  result.maximisers = std::move(found);
  result.nodes = nodes;
  return result;
}

}  // namespace

std::optional<DualNormResult> decide_by_caps(const DualOracle& oracle, const Matrix& rows,
                                             const Vector& weights, const DualNormSettings& request,
                                             std::int64_t& nodes) {
  const RowGeometry& geometry = oracle.geometry();
  if (geometry.coordinates() < kFewestCoordinates || geometry.coordinates() > kMaxTreeCoordinates ||
      !geometry.basis().empty()) {
    return std::nullopt;
  }
  DualNormSettings settings = request;
  settings.control.deadline = Deadline::earlier(
      request.control.deadline, Deadline::after(kShare * request.control.deadline.remaining()));
  const std::int64_t most = std::max<std::int64_t>(kFewestNodes, kWork / rows.rows());
  const bool decide = settings.threshold > 0;
  std::vector<Vector> starts;
  for (int attempt = 0; attempt < kAttempts && !settings.control.should_stop(); ++attempt) {
    std::vector<DualDirection> found = oracle.climb(weights, 0, kMaximisers, settings.seed,
                                                    settings.threads, starts, settings.control);
    if (found.empty()) return std::nullopt;
    const double known = found.front().value;
    if (decide && known > settings.threshold) {
      const double upper = oracle.whole_sphere_bound(weights, settings.threads, settings.control);
      return answer(DualNormStatus::kThresholdExceeded, std::max(upper, known), std::move(found),
                    nodes);
    }
    const double gap = std::max(settings.relative_gap, kSmallestGap);
    const double target = decide ? settings.threshold : known * (1 + gap * (1 - 1e-3));
    // What the whole sphere decides is for the oracle.
    if (attempt == 0 && sphere_bound(rows, weights, settings.control) <= target)
      return std::nullopt;
    const CapsOutcome outcome = both_signs(rows, weights, target, most, settings);
    nodes += outcome.nodes;
    if (outcome.proved) {
      return answer(decide ? DualNormStatus::kThresholdHolds : DualNormStatus::kClosed, target,
                    std::move(found), nodes);
    }
    if (outcome.above.size() == 0) return std::nullopt;
    starts.push_back(outcome.above);
  }
  return std::nullopt;
}

}  // namespace thalweg::oracle
