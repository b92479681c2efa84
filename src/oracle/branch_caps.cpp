#include "oracle/branch_caps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "oracle/branch_cap_split.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMostRounds = 4;
constexpr int kMostSteps = 40;
constexpr int kPatience = 8;  ///< steps without progress
/// Duals start centred at this share of the target.
constexpr double kStartCentre = 1e-3;
/// The covariance lies along the mean from this cosine on, if it is not small: tried one after the
/// other, for none is always best and an attempt is short.
constexpr double kAlong[] = {0.7, 0.5, 0.8, 0.6, 0.75};

class CapSearch {
 public:
  CapSearch(const Matrix& X, const Vector& g, double target, double along,
            const RunControl& control)
      : base_(scale_rows(X, g)),
        target_(base_.count() == 0 ? 0 : std::nextafter(std::ldexp(target, -base_.exponent), 0.0)),
        splitter_(base_, along),
        control_(control) {}

  CapsOutcome run(std::int64_t most_nodes) {
    CapsOutcome outcome;
    if (base_.count() == 0) {
      outcome.proved = true;
      return outcome;
    }
    open_.push_back(root());
    while (!open_.empty() && above_.size() == 0) {
      if (outcome.nodes >= most_nodes || control_.should_stop()) break;
      CapCell cell = std::move(open_.back());
      open_.pop_back();
      ++outcome.nodes;
      if (bound(cell)) continue;
      splitter_.split(cell, open_);
      for (; tried_ < splitter_.centres().size(); ++tried_) {
        try_direction(splitter_.centres()[tried_]);
      }
    }
    outcome.proved = open_.empty() && above_.size() == 0;
    outcome.above = above_;
    return outcome;
  }

 private:
  [[nodiscard]] CapCell root() const {
    return {{}, {}, base_.norm, base_.norm, anywhere(base_.Y.rows())};
  }

  /// Notes u when f(u) seems above the target.
  void try_direction(const Vector& u) {
    const double length = u.norm();
    if (length > 0 && value_of(base_, u) > target_ * (1 + 1e-12) * length) above_ = u / length;
  }

  /// Steps of the program until its majorant closes the cell or is as good as it gets; the bound,
  /// proved.
  [[nodiscard]] std::optional<CellBound> solve(const CapProgram& program, MomentProgram& moments) {
    std::optional<CellMajorant> best;
    TrustRegion region;
    double least = kInfinity;
    for (int step = 0, idle = 0; step < kMostSteps && idle <= kPatience; ++step) {
      if (control_.should_stop() || !moments.step()) break;
      CellMajorant majorant = cell_majorant(program.rows, program.cell, moments.multipliers());
      majorant.error += program.error;
      TrustRegion maximum = estimate_maximum(majorant);
      if (!std::isfinite(maximum.value)) break;
      const double estimate = maximum.value;
      idle = estimate - target_ < 0.97 * (least - target_) ? 0 : idle + 1;
      if (estimate < least) {
        least = estimate;
        best = std::move(majorant);
        region = std::move(maximum);
      }
      const double reached = moments.value();
      const bool settled = moments.infeasibility() < 1e-6 && reached > target_ &&
                           estimate - reached < 0.2 * (reached - target_);
      if (least <= target_ || settled || moments.centre() < 1e-10 * target_) break;
    }
    if (!best) return std::nullopt;
    try_direction(region.u);
    try_direction(moments.point().mean);
    CellBound proved = prove_bound(std::move(*best), region.multiplier);
    if (!std::isfinite(proved.value)) return std::nullopt;
    return proved;
  }

  /// Bounds the cell, shortens its intervals while that pays; true when nothing above the target is
  /// left. Its point is the relaxation's afterwards.
  bool bound(CapCell& cell) {
    double centre = kStartCentre * target_;
    double last = kInfinity;
    for (int round = 0; round < kMostRounds; ++round) {
      const CapProgram program = cap_program(base_, cell);
      MomentProgram moments(program.rows);
      moments.start(program.cell, cell.point, centre);
      const std::optional<CellBound> found = solve(program, moments);
      cell.point = moments.point();
      if (!found) return false;
      if (found->value <= target_) return true;
      SignCell intervals{cell.below, cell.above, {}};
      const Narrowing narrowing = narrow(base_, *found, target_, intervals);
      if (narrowing.empty) return true;
      cell.below = std::move(intervals.below);
      cell.above = std::move(intervals.above);
      const double excess = found->value - target_;
      const bool worthwhile =
          narrowing.removed >= 0.1 || 10 * narrowing.decided >= program.rows.count();
      if (!worthwhile || excess > 0.9 * last) return false;
      last = excess;
      centre = std::clamp(30 * moments.centre(), 1e-5 * target_, 1e-2 * target_);
      cell.point = with_trace_one(cell.point.mean, covariance(cell.point));
    }
    return false;
  }

  ScaledRows base_;
  double target_;
  CapSplitter splitter_;
  const RunControl& control_;
  std::size_t tried_ = 0;  ///< centres of the splitter's caps
  std::vector<CapCell> open_;
  Vector above_;
};

}  // namespace

CapsOutcome bound_by_caps(const Matrix& X, const Vector& g, double target, std::int64_t nodes,
                          const RunControl& control) {
  CapsOutcome outcome;
  for (const double along : kAlong) {
    const std::int64_t before = outcome.nodes;
    outcome = CapSearch(X, g, target, along, control).run(nodes);
    outcome.nodes += before;
    if (outcome.proved || outcome.above.size() > 0 || control.should_stop()) break;
  }
  return outcome;
}

}  // namespace thalweg::oracle
