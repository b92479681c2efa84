#include "thalweg/oracle/outside_stars.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "oracle/oracle_data.hpp"
#include "oracle/outside_search.hpp"
#include "oracle/wall_ascent.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg {
namespace {

constexpr double kSmallestGap = 1e-15;
constexpr Index kSummitsBesidesAtoms = 8;

void require_settings(const OutsideSettings& settings) {
  if (!(settings.beta > 0) || !std::isfinite(settings.beta)) {
    throw InvalidArgument("beta is " + std::to_string(settings.beta) +
                          " but must be positive and finite");
  }
}

/// One call: what is known so far.
class OutsideQuery {
 public:
  OutsideQuery(const oracle::OracleData& oracle, const Vector& nu,
               const std::vector<StarAtom>& atoms, const OutsideSettings& settings)
      : oracle_(oracle),
        nu_(nu),
        settings_(settings),
        query_(oracle.query(nu)),
        signs_(oracle.X, oracle.geometry),
        stars_{oracle::StarSet(signs_, atoms, Sign::kPlus),
               oracle::StarSet(signs_, atoms, Sign::kMinus)} {
    request_.beta = settings.beta;
    request_.accuracy = settings.accuracy;
    request_.relative_gap = std::max(settings.relative_gap, kSmallestGap);
    request_.threads = settings.threads;
    request_.control = &settings.control;
    result_.lower = 0;
    lower_uppers({query_.crude_bound(), query_.crude_bound()});
  }

  OutsideResult run() {
    result_.status = search();
    auto& found = result_.directions;
    const auto most = static_cast<std::size_t>(std::max<Index>(1, settings_.directions));
    if (found.size() > most) found.resize(most);
    return std::move(result_);
  }

 private:
  DualNormStatus search() {
    if (query_.vanishes()) {
      lower_uppers({0, 0});
      return judge();
    }
    add_directions(summits());
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      const oracle::WallAscent walls(query_, stars_[oracle::slot_of(sign)], sign);
      add_directions(walls.beyond_all(result_.lower));
    }
    DualNormStatus status = judge();
    if (status != DualNormStatus::kUnsolved) return status;
    if (oracle_.geometry.coordinates() > kMaxTreeCoordinates) {
      const double sphere = oracle_.sphere_bound(nu_, 0, settings_.threads, settings_.control);
      lower_uppers({sphere, sphere});
      status = judge();
      if (status != DualNormStatus::kUnsolved) return status;
      return settings_.control.should_stop() ? DualNormStatus::kLimit
                                             : DualNormStatus::kNotBranched;
    }
    return branch();
  }

  DualNormStatus branch() {
    // The tree bounds the sum over the replaced rows; the slack brings its answer back to X.
    const double slack = oracle_.geometry.slack(nu_);
    request_.threshold =
        settings_.threshold > slack ? settings_.threshold - slack : settings_.threshold;
    request_.start_value = result_.lower;
    oracle::TreeOutcome outcome = oracle::bound_outside(query_, nu_, stars_, request_);
    result_.nodes = outcome.nodes;
    add_directions(std::move(outcome.found));
    for (double& bound : outcome.upper_of_sign) bound = (bound + slack) * (1 + 0x1p-51);
    lower_uppers(outcome.upper_of_sign);
    const DualNormStatus status = judge();
    if (status != DualNormStatus::kUnsolved) return status;
    return outcome.stopped ? DualNormStatus::kLimit : DualNormStatus::kStalled;
  }

  /// Local maximisers of f and -f strictly outside their stars.
  [[nodiscard]] std::vector<DualDirection> summits() const {
    oracle::ClimbPlan plan;
    plan.starts = oracle::random_starts(oracle_.geometry.coordinates());
    plan.keep = std::max(stars_[0].count(), stars_[1].count()) + kSummitsBesidesAtoms;
    plan.apart = oracle::kDistinctAngle;
    plan.seed = settings_.seed;
    plan.threads = settings_.threads;
    plan.control = &settings_.control;
    std::vector<DualDirection> found = oracle::find_summits(query_, plan, {});
    std::erase_if(found, [&](const DualDirection& direction) {
      return !stars_[oracle::slot_of(direction.sign)].outside(direction.u);
    });
    return found;
  }

  void add_directions(std::vector<DualDirection> found) {
    for (DualDirection& direction : found) {
      if (direction.value > 0) result_.directions.push_back(std::move(direction));
    }
    oracle::keep_distinct(result_.directions, oracle::kDistinctAngle);
    if (!result_.directions.empty()) result_.lower = result_.directions.front().value;
  }

  void lower_uppers(const std::array<double, 2>& bounds) {
    result_.upper_of_sign = bounds;
    result_.upper = std::max(bounds[0], bounds[1]);
  }

  /// The status that the proved bounds deserve.
  [[nodiscard]] DualNormStatus judge() const {
    if (settings_.threshold > 0) {
      if (result_.lower > settings_.threshold) return DualNormStatus::kThresholdExceeded;
      if (result_.upper <= settings_.threshold) return DualNormStatus::kThresholdHolds;
    } else if (result_.upper <= result_.lower + request_.tolerance(result_.lower)) {
      return DualNormStatus::kClosed;
    }
    return DualNormStatus::kUnsolved;
  }

  const oracle::OracleData& oracle_;
  const Vector& nu_;
  const OutsideSettings& settings_;
  oracle::DualQuery query_;
  oracle::RowSigns signs_;
  std::array<oracle::StarSet, 2> stars_;
  oracle::OutsideRequest request_;
  OutsideResult result_;
};

}  // namespace

OutsideResult DualOracle::maximise_outside(const Vector& nu, const std::vector<StarAtom>& atoms,
                                           const OutsideSettings& settings) const {
  const Stopwatch watch;
  require_settings(settings);
  OutsideResult result = OutsideQuery(*impl_, nu, atoms, settings).run();
  result.seconds = watch.seconds();
  return result;
}

}  // namespace thalweg
