#include "thalweg/oracle/branch_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "oracle/branch_climb.hpp"
#include "oracle/branch_search.hpp"
#include "oracle/branch_shallow.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

constexpr double kSmallestGap = 1e-9;
constexpr double kApart = 1e-2;
/// Random starts of a climb: this many, and for each maximiser wanted.
constexpr Index kStarts = 24;
constexpr Index kStartsForEach = 4;
/// Starts whose piece is improved, for each maximiser wanted.
constexpr Index kPolishedForEach = 3;
constexpr Index kMaximisers = 4;
constexpr std::int64_t kNodesInTurn = 1000;

double nan() { return std::numeric_limits<double>::quiet_NaN(); }

void require_dual(const Vector& nu, Index samples) {
  if (nu.size() != samples) {
    throw InvalidArgument("nu: expected " + std::to_string(samples) + " entries, got " +
                          std::to_string(nu.size()));
  }
  if (!nu.allFinite()) throw InvalidArgument("nu must be finite");
}

bool has_companions(const BranchForm& form) {
  return std::any_of(form.units().begin(), form.units().end(), [](const BranchForm::Unit& unit) {
    return unit.kind == BranchForm::Kind::kRelu && unit.row_count > 1;
  });
}

/// At least what the rounding of shallow_dual, the weights, changes of |nu^T f(w)| for N(w) <= 1.
double dual_rounding(const BranchForm& form, const Vector& nu, const Vector& weights) {
  double sum = 0;
  for (Index u = 0; u < weights.size(); ++u) {
    const BranchForm::Unit& unit = form.units()[static_cast<std::size_t>(u)];
    const double off = std::fma(unit.output, nu[unit.sample], -weights[u]);
    if (off != 0) sum += std::abs(off) * form.row(unit.first_row).stableNorm();
  }
  return sum * (1 + static_cast<double>(weights.size() + form.parameters() + 8) * 0x1p-52);
}

/// The status that proved bounds deserve; `undecided` where they decide nothing.
DualNormStatus judge(const BranchNormResult& result, const BranchNormSettings& settings,
                     DualNormStatus undecided) {
  if (settings.threshold > 0) {
    if (result.lower > settings.threshold) return DualNormStatus::kThresholdExceeded;
    if (result.upper <= settings.threshold) return DualNormStatus::kThresholdHolds;
    return undecided;
  }
  const double gap = std::max(settings.relative_gap, kSmallestGap);
  return result.upper <= (1 + gap) * result.lower ? DualNormStatus::kClosed : undecided;
}

/// value - rounding, at least 0, rounded down.
double lowered(double value, double rounding) {
  return rounding > 0 ? std::max(0.0, std::nextafter(value - rounding, 0.0)) : value;
}

}  // namespace

struct BranchOracle::Impl {
  explicit Impl(BranchForm of) : form(std::move(of)) {
    if (form.is_shallow() && !form.units().empty()) shallow.emplace(form.rows());
  }

  /// `rounding` is that of the weights.
  [[nodiscard]] BranchMaximiser lift(DualDirection direction, double rounding) const {
    const double value = lowered(direction.value, rounding);
    BranchMaximiser result{std::move(direction.u), direction.sign, value, {}};
    result.pattern = form.evaluate(result.w).pattern;
    return result;
  }
  [[nodiscard]] BranchNormResult maximise_shallow(const Vector& nu,
                                                  const BranchNormSettings& settings) const;
  [[nodiscard]] std::vector<BranchMaximiser> climb_deep(const Vector& nu, double threshold,
                                                        Index count, std::uint64_t seed,
                                                        const std::vector<Vector>& starts,
                                                        const RunControl& control) const;

  BranchForm form;
  std::optional<DualOracle> shallow;
};

BranchOracle::BranchOracle(BranchForm form) : impl_(std::make_unique<Impl>(std::move(form))) {}
BranchOracle::~BranchOracle() = default;
BranchOracle::BranchOracle(BranchOracle&&) noexcept = default;
BranchOracle& BranchOracle::operator=(BranchOracle&&) noexcept = default;

const BranchForm& BranchOracle::form() const { return impl_->form; }

BranchNormResult BranchOracle::Impl::maximise_shallow(const Vector& nu,
                                                      const BranchNormSettings& settings) const {
  const Stopwatch watch;
  const Vector weights = form.shallow_dual(nu);
  const double rounding = dual_rounding(form, nu, weights);
  DualNormSettings scalar;
  scalar.relative_gap = settings.relative_gap;
  scalar.threshold = settings.threshold;
  if (scalar.threshold > rounding && rounding > 0) {
    scalar.threshold = (scalar.threshold - rounding) * (1 - 0x1p-50);
  }
  scalar.seed = settings.seed;
  scalar.threads = settings.threads;
  scalar.control = settings.control;
  std::int64_t nodes = 0;
  std::optional<DualNormResult> norm =
      oracle::decide_by_caps(*shallow, form.rows(), weights, scalar, nodes);
  if (!norm) {
    norm = shallow->maximise(weights, scalar);
    norm->nodes += nodes;
  }
  BranchNormResult result{
      norm->status, lowered(norm->lower, rounding), norm->upper, {}, norm->nodes, 0};
  if (rounding > 0) result.upper = (norm->upper + rounding) * (1 + 0x1p-51);
  for (DualDirection& direction : norm->maximisers) {
    result.maximisers.push_back(lift(std::move(direction), rounding));
  }
  if (rounding > 0) {
    const bool open =
        norm->status == DualNormStatus::kLimit || norm->status == DualNormStatus::kNotBranched;
    result.status = judge(result, settings, open ? norm->status : DualNormStatus::kStalled);
  }
  result.seconds = watch.seconds();
  return result;
}

std::vector<BranchMaximiser> BranchOracle::Impl::climb_deep(const Vector& nu, double threshold,
                                                            Index count, std::uint64_t seed,
                                                            const std::vector<Vector>& starts,
                                                            const RunControl& control) const {
  Random random(seed);
  const bool companions = has_companions(form);
  const Index tries = kStarts + kStartsForEach * count;
  std::vector<BranchMaximiser> result;
  for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
    const oracle::BranchClimb climb(form, nu, sign, control);
    std::vector<BranchMaximiser> reached;
    const auto start_at = [&](const Vector& w) {
      if (!(form.norm().value(w) > 0) || !climb.in_domain(w)) return;
      const Vector top = climb.approach(w);
      reached.push_back(climb.describe(top, form.evaluate(top).pattern));
    };
    for (const Vector& w : starts) start_at(w);
    for (Index k = 0; k < tries && !control.should_stop(); ++k) {
      if (!companions) {
        start_at(random.direction(form.parameters()));
        continue;
      }
      BranchMaximiser dived;
      dived.sign = sign;
      dived.pattern = climb.dive(random);
      if (dived.pattern.empty()) continue;
      reached.push_back(climb.polish(dived.pattern));
    }
    std::erase_if(reached, [](const BranchMaximiser& at) { return at.w.size() == 0; });
    oracle::keep_distinct(reached, kApart);
    Index polished = 0;
    for (const BranchMaximiser& at : reached) {
      if (control.should_stop() || polished++ >= kPolishedForEach * count + kStarts / 2) break;
      BranchMaximiser top = climb.polish(at.pattern);
      result.push_back(top.value > at.value ? std::move(top) : at);
    }
  }
  std::erase_if(result, [threshold](const BranchMaximiser& at) { return !(at.value > threshold); });
  oracle::keep_distinct(result, kApart);
  if (static_cast<Index>(result.size()) > count) {
    result.resize(static_cast<std::size_t>(std::max<Index>(count, 0)));
  }
  return result;
}

std::vector<BranchMaximiser> BranchOracle::climb(const Vector& nu, double threshold, Index count,
                                                 std::uint64_t seed,
                                                 const std::vector<Vector>& starts,
                                                 const RunControl& control) const {
  require_dual(nu, form().samples());
  for (const Vector& start : starts) {
    if (start.size() != form().parameters()) {
      throw InvalidArgument("starts: expected " + std::to_string(form().parameters()) +
                            " entries each, got " + std::to_string(start.size()));
    }
  }
  if (form().units().empty()) return {};
  if (!impl_->shallow) return impl_->climb_deep(nu, threshold, count, seed, starts, control);
  const Vector weights = form().shallow_dual(nu);
  const double rounding = dual_rounding(form(), nu, weights);
  std::vector<BranchMaximiser> result;
  for (DualDirection& direction :
       impl_->shallow->climb(weights, threshold, count, seed, 1, starts, control)) {
    result.push_back(impl_->lift(std::move(direction), rounding));
  }
  std::erase_if(result, [threshold](const BranchMaximiser& at) { return !(at.value > threshold); });
  return result;
}

namespace {

/// Branch and bound for both signs, by turns, the one with the larger bound first. Improves what
/// the result knows; whether it was stopped.
bool search_both(const BranchForm& form, const Vector& nu, const BranchNormSettings& settings,
                 double gap, BranchNormResult& result) {
  using End = oracle::BranchSearch::End;
  if (!result.maximisers.empty()) result.lower = result.maximisers.front().value;
  const oracle::BranchSearch::Plan plan{gap, settings.threshold, result.lower, nullptr,
                                        settings.control};
  const oracle::BranchClimb climbs[] = {{form, nu, Sign::kPlus, settings.control},
                                        {form, nu, Sign::kMinus, settings.control}};
  oracle::BranchSearch searches[] = {{climbs[0], form, nu, plan}, {climbs[1], form, nu, plan}};
  End ends[] = {End::kPaused, End::kPaused};
  const auto running = [&](int k) { return ends[k] == End::kPaused; };
  while (running(0) || running(1)) {
    const int k = running(0) && (!running(1) || searches[0].upper() >= searches[1].upper()) ? 0 : 1;
    searches[k].raise(result.lower);
    ends[k] = searches[k].run(kNodesInTurn);
    if (!searches[k].found().empty()) {
      result.lower = std::max(result.lower, searches[k].found().back().value);
    }
    if (ends[k] == End::kExceeded) break;
  }
  for (const oracle::BranchSearch& search : searches) {
    result.maximisers.insert(result.maximisers.end(), search.found().begin(), search.found().end());
    result.upper = std::max(result.upper, search.upper());
    result.nodes += search.nodes();
  }
  oracle::keep_distinct(result.maximisers, kApart);
  result.upper = std::max(result.upper, result.lower);
  return ends[0] == End::kLimit || ends[1] == End::kLimit;
}

}  // namespace

BranchNormResult BranchOracle::maximise(const Vector& nu,
                                        const BranchNormSettings& settings) const {
  require_dual(nu, form().samples());
  const Stopwatch watch;
  if (impl_->shallow) return impl_->maximise_shallow(nu, settings);
  BranchNormResult result;
  result.lower = result.upper = 0;
  const double gap = std::max(settings.relative_gap, kSmallestGap);
  result.maximisers = climb(nu, 0, kMaximisers, settings.seed, {}, settings.control);
  const bool limited = search_both(form(), nu, settings, gap, result);
  result.status =
      judge(result, settings, limited ? DualNormStatus::kLimit : DualNormStatus::kStalled);
  result.seconds = watch.seconds();
  return result;
}

BranchProof BranchOracle::prove(const Vector& nu, Sign sign, double threshold,
                                BranchProofSink& sink, const RunControl& control) const {
  require_dual(nu, form().samples());
  if (!(threshold > 0) || !std::isfinite(threshold)) {
    throw InvalidArgument("threshold: expected a positive number, got " +
                          std::to_string(threshold));
  }
  const oracle::BranchClimb climb(form(), nu, sign, control);
  oracle::BranchSearch search(climb, form(), nu, {0, threshold, 0, &sink, control});
  BranchProof result;
  result.bound = nan();
  switch (search.run(std::numeric_limits<std::int64_t>::max())) {
    case oracle::BranchSearch::End::kClosed:
      result.status = SignProofStatus::kProved;
      break;
    case oracle::BranchSearch::End::kExceeded:
      result.status = SignProofStatus::kExceeded;
      result.w = search.found().back().w;
      break;
    case oracle::BranchSearch::End::kPaused:
    case oracle::BranchSearch::End::kLimit:
      result.status = SignProofStatus::kLimit;
      break;
    case oracle::BranchSearch::End::kStalled:
      result.status = SignProofStatus::kStalled;
      result.bound = search.upper();
      break;
  }
  result.nodes = search.nodes();
  result.leaves = search.leaves();
  return result;
}

}  // namespace thalweg
