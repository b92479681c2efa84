#include "convex/conic_quality.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

/// A dual point whose equations are off by more than this share of their terms gives no bound.
constexpr double kLargestStationarity = 1e-6;
/// A direction is one of unboundedness (infeasibility) when what it should not change changes by
/// less than this share of its length.
constexpr double kRay = 1e-8;
/// Along it costs (offset costs) must fall by more than this share of their size: not by rounding.
constexpr double kDescent = 1e-6;
/// Gaps are relative to at least these shares of the loss of the zero network and largest cost
/// times starting point, and of largest cost times largest offset.
constexpr double kFloor = 1e-8;
constexpr double kCostFloor = 1e-2;
/// The relative gap where there is no bound.
constexpr double kNoBound = std::numeric_limits<double>::infinity();

double largest(const Eigen::Ref<const Matrix>& v) {
  return v.size() == 0 ? 0 : v.cwiseAbs().maxCoeff();
}

/// Sums and largest entries over all blocks.
struct Totals {
  double cost = 0;         ///< sum c^T x
  double offset_cost = 0;  ///< sum f^T z
  double slip = 0;         ///< sum |r_d| |x| + |z^T r_p|
  double off_ray = 0;      ///< max |F x - s|
  double largest_cost = 0, largest_offset = 0, largest_map_dual = 0, largest_x = 0;
  double primal = 0, dual = 0;  ///< largest residuals
};

Totals totals(const ConicProgram& program, const ConicIterate& iterate) {
  Totals t;
  t.largest_cost = kFloor * iterate.starting_multiplier();  // for programs without costs
  for (std::size_t i = 0; i < program.blocks.size(); ++i) {
    const NewtonBlock& block = iterate.blocks()[i];
    t.cost += block.cost();
    t.offset_cost += block.offset_cost();
    t.slip += block.dual_residual().norm() * block.x().norm() + std::abs(block.cone_gain());
    t.off_ray = std::max(t.off_ray, largest(block.primal_residual() - block.offset()));
    t.largest_cost = std::max(t.largest_cost, largest(program.blocks[i].cost));
    t.largest_map_dual = std::max(t.largest_map_dual, largest(iterate.map_dual(i)));
    t.largest_x = std::max(t.largest_x, largest(block.x()));
    t.largest_offset = std::max(t.largest_offset, largest(block.offset()));
    t.primal = std::max(t.primal, largest(block.primal_residual()));
    t.dual = std::max(t.dual, largest(block.dual_residual()));
  }
  return t;
}

/// Whether x, of cost c^T x < 0, is a direction that the cones allow and the loss does not feel.
bool is_unbounded(const ConicProgram& program, const ConicIterate& iterate, const Totals& t,
                  double loss) {
  if (!(-t.cost > kDescent * t.largest_cost * t.largest_x)) return false;
  const double length = -t.cost / t.largest_cost;
  const bool flat = program.loss.kind() == LossKind::kSquared
                        ? largest(iterate.fit()) <= kRay * length
                        : loss <= -kRay * t.cost;
  return flat && t.off_ray <= kRay * length;
}

/// Whether a block's z has F^T z = 0 and f^T z < 0, against any x with F x + f in K.
bool is_infeasible(const ConicProgram& program, const ConicIterate& iterate) {
  for (std::size_t i = 0; i < program.blocks.size(); ++i) {
    const NewtonBlock& block = iterate.blocks()[i];
    const Vector z = block.multiplier();
    const double size = largest(block.offset());
    if (!(-block.offset_cost() > kDescent * size * largest(z))) continue;
    const double length = -block.offset_cost() / size;
    const Vector image = program.blocks[i].rows.transpose() * z;
    if (largest(image) <= kRay * length) return true;
  }
  return false;
}

double ratio(double a, double b) { return a == 0 ? 0 : a / b; }

}  // namespace

double ConicQuality::error() const {
  return std::max({std::abs(relative_gap), infeasibility, stationarity});
}

ConicQuality measure(const ConicProgram& program, const ConicIterate& iterate) {
  const Totals t = totals(program, iterate);
  const Vector& nu = iterate.dual();
  const Vector& y = program.targets;
  const double loss = program.loss.value(iterate.fit(), y);
  ConicQuality quality;
  quality.objective = loss + t.cost;
  quality.infeasibility = ratio(t.primal, std::max(t.largest_offset, iterate.starting_size()));
  const double nu_size =
      std::max(nu.norm(), program.loss.gradient(Vector::Zero(y.size()), y).norm());
  quality.stationarity =
      std::max(ratio(t.dual, std::max(t.largest_cost, t.largest_map_dual)),
               ratio(largest(iterate.free_residual()), nu_size * largest(program.free_columns)));
  quality.lower_bound = -std::numeric_limits<double>::infinity();
  if (quality.stationarity <= kLargestStationarity) {
    quality.lower_bound = program.loss.dual_value(program.loss.project_to_dual_domain(nu, y), y) -
                          t.offset_cost - t.slip -
                          iterate.free_residual().norm() * iterate.free().norm();
  }
  double scale = kFloor * (program.loss.value(Vector::Zero(y.size()), y) +
                           t.largest_cost * iterate.starting_size());
  if (y.size() == 0) scale = std::max(scale, kCostFloor * t.largest_cost * t.largest_offset);
  quality.relative_gap =
      ratio(quality.objective - quality.lower_bound,
            std::max({std::abs(quality.objective), std::abs(quality.lower_bound), scale}));
  if (std::isinf(quality.lower_bound)) quality.relative_gap = kNoBound;
  if (is_unbounded(program, iterate, t, loss)) quality.outcome = ConicOutcome::kUnbounded;
  if (is_infeasible(program, iterate)) quality.outcome = ConicOutcome::kInfeasible;
  return quality;
}

}  // namespace thalweg::detail
