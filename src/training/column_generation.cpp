#include "training/column_generation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "thalweg/convex/dual_polish.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/model/transform.hpp"
#include "training/entering_neurons.hpp"

namespace thalweg::detail {
namespace {

constexpr Index kEntering = 8;  ///< neurons that may enter in one round
constexpr int kClimbs = 3;      ///< climbs without a violator before the bound is tried
constexpr int kIdleRounds = 3;  ///< rounds without decrease before the run counts as stalled
constexpr double kLeastSlack = 2e-13;
constexpr double kMostSlack = 1e-2;
constexpr std::size_t kMostStartNeurons = 200;
/// Whole-sphere bounds after the deadline only where they take well under a second.
constexpr double kCheapWork = 2e7;

/// A power of two that brings beta close to 1: the oracle then sees values close to 1, whatever the
/// units, and undoing it is exact.
double oracle_unit(double beta) {
  return std::ldexp(1.0, std::clamp(-std::ilogb(beta), -900, 900));
}

/// An upper bound of sigma(nu): the larger of the sums of |nu_i| |x_i| over either sign of nu.
double sum_bound(const Matrix& X, const Vector& nu) {
  double plus = 0;
  double minus = 0;
  for (Index i = 0; i < nu.size(); ++i) {
    (nu[i] > 0 ? plus : minus) += std::abs(nu[i]) * X.row(i).norm();
  }
  const double terms = static_cast<double>(nu.size() + X.cols() + 8);
  return std::max(plus, minus) * (1 + 4 * terms * std::numeric_limits<double>::epsilon());
}

}  // namespace

ColumnGeneration::ColumnGeneration(const TrainingProblem& problem, const TrainingSettings& settings)
    : problem_(problem),
      settings_(settings),
      space_(problem),
      oracle_(problem.X()),
      unit_(oracle_unit(problem.beta())) {}

TrainingResult ColumnGeneration::run(const std::optional<TwoLayerNetwork>& start) {
  start_from(start);
  int idle = 0;
  for (;;) {
    if (result_.relative_gap <= settings_.relative_gap) return finish(TrainingStatus::kSolved);
    if (settings_.control.should_stop()) return finish(TrainingStatus::kLimit);
    if (idle >= kIdleRounds) {
      bound_where_it_stands();
      return finish(TrainingStatus::kReducedAccuracy);
    }
    ++result_.rounds;
    const Search answer = search();
    update_gap();
    if (answer == Search::kHolds) {
      if (result_.relative_gap > settings_.relative_gap) {
        slack_factor_ *= 0.1;
        ++idle;
      }
      continue;
    }
    if (answer == Search::kBounded) {
      if (result_.relative_gap <= settings_.relative_gap) return finish(TrainingStatus::kSolved);
      return finish(settings_.control.should_stop() ? TrainingStatus::kLimit
                                                    : TrainingStatus::kReducedAccuracy);
    }
    const double before = result_.objective;
    std::vector<Neuron> neurons = neurons_;
    const Vector fit = problem_.fit(result_.network);
    for (Neuron& neuron : entering_neurons(problem_, fit, nu_, violators_)) {
      neuron.w = space_.restrict_to(neuron.w);
      neurons.push_back(std::move(neuron));
    }
    report("descend");
    descend(std::move(neurons));
    idle = result_.objective < before * (1 - 1e-15) ? 0 : idle + 1;
  }
}

void ColumnGeneration::start_from(const std::optional<TwoLayerNetwork>& start) {
  result_.dual_norm = std::numeric_limits<double>::infinity();
  result_.lower_bound = -std::numeric_limits<double>::infinity();
  const Vector zero = Vector::Zero(problem_.samples());
  const double square = std::pow(4 * std::numeric_limits<double>::epsilon(), 2);
  const double scale = problem_.loss().value(zero, problem_.y());
  negligible_ = square * (scale > 0 ? scale : square);
  descend({});
  // At the optimum of the zero network D(nu) equals its objective, and tau = 0 is always legal.
  offer_bound(nu_, sum_bound(problem_.X(), nu_));
  update_gap();
  if (!start) return;
  problem_.check(*start);
  std::vector<Neuron> neurons = to_neurons(*start);
  std::stable_sort(neurons.begin(), neurons.end(),
                   [](const Neuron& a, const Neuron& b) { return a.w.norm() > b.w.norm(); });
  if (neurons.size() > kMostStartNeurons) neurons.resize(kMostStartNeurons);
  for (Neuron& neuron : neurons) neuron.w = space_.restrict_to(neuron.w);
  if (neurons.empty()) return;
  affine_ = space_.restrict_to(problem_.affine_part(*start));
  descend(std::move(neurons));
  update_gap();
}

void ColumnGeneration::descend(std::vector<Neuron> neurons) {
  const TrainingProblem& problem = space_.problem();
  if (neurons.empty()) {
    neurons_.clear();
    stationarity_ = 0;
  } else {
    SolverSettings settings;
    settings.stationarity = std::clamp(1e-2 * slack(), 1e-13, 1e-8);
    settings.control = settings_.control;
    KinkNewtonResult solved = kink_newton(problem, neurons, affine_, settings);
    result_.newton_steps += solved.info.steps;
    neurons_ = std::move(solved.neurons);
    affine_ = solved.affine();
    stationarity_ = solved.info.stationarity;
  }
  if (neurons_.empty()) affine_ = problem.best_affine_part();
  result_.network = merge(present_network());
  result_.objective = problem_.objective(result_.network);
  nu_ = problem_.project_to_dual_domain(problem_.dual_point(problem_.fit(result_.network)));
}

TwoLayerNetwork ColumnGeneration::present_network() const {
  return to_network(space_.lift(neurons_), problem_.dimension(), space_.lift(affine_));
}

void ColumnGeneration::polish() {
  if (neurons_.empty()) return;
  const PolishedPoint point = polish_dual(space_.problem(), neurons_, affine_);
  neurons_ = point.neurons;
  affine_ = point.affine();
  stationarity_ = point.stationarity;
  result_.network = merge(present_network());
  result_.objective = problem_.objective(result_.network);
  nu_ = problem_.project_to_dual_domain(point.dual);
}

double ColumnGeneration::slack() const {
  const double sum = nu_.sum();
  const double curvature =
      problem_.output_bias() == OutputBias::kPenalised ? sum * sum / problem_.beta() : 0.0;
  const auto slope = [&](double tau) {
    return problem_.loss().dual_slope(nu_, problem_.y(), tau) - curvature * tau;
  };
  // D is concave along the ray, so scaling nu by 1 / (1 + s) costs at most s slope(1 / (1 + s)).
  const double wanted = 0.5 * slack_factor_ * settings_.relative_gap;
  const double loss = wanted * result_.objective;
  double value = slope(1) > 0 ? wanted * std::max(1.0, result_.objective / slope(1)) : kMostSlack;
  value = std::clamp(value, kLeastSlack, kMostSlack);
  while (value > std::max(wanted, kLeastSlack) && value * slope(1 / (1 + value)) > 1.1 * loss) {
    value *= 0.5;
  }
  return std::max(value, kLeastSlack);
}

ColumnGeneration::Search ColumnGeneration::search() {
  const double beta = problem_.beta();
  const auto seed = settings_.seed + 1000003 * static_cast<std::uint64_t>(result_.rounds);
  if (stationarity_ > 0.02 * slack()) polish();
  report("climb");
  // A bound that ends in a violator is wasted work, so look for one longer than a climb takes.
  for (int attempt = 0; attempt < kClimbs; ++attempt) {
    const auto attempt_seed = seed + 7919 * static_cast<std::uint64_t>(attempt);
    violators_ = oracle_.climb(unit_ * nu_, unit_ * beta * (1 + slack()), kEntering, attempt_seed,
                               settings_.threads, {}, settings_.control);
    if (!violators_.empty()) return Search::kViolated;
  }
  report("bound");
  DualNormSettings decision;
  decision.threshold = unit_ * beta * (1 + slack());
  decision.relative_gap = std::max(1e-13, 0.1 * slack());
  decision.threads = settings_.threads;
  decision.seed = seed;
  decision.control = settings_.control;
  DualNormResult answer = oracle_.maximise(unit_ * nu_, decision);
  offer_bound(nu_, answer.upper / unit_, answer.source);
  if (answer.status == DualNormStatus::kThresholdExceeded) {
    violators_ = std::move(answer.maximisers);
    return Search::kViolated;
  }
  return answer.upper <= decision.threshold ? Search::kHolds : Search::kBounded;
}

/// Violators of the last digits that no step removes: what bound does this dual give?
void ColumnGeneration::bound_where_it_stands() {
  report("bound");
  DualNormSettings closing;
  closing.relative_gap = std::max(1e-13, 0.1 * slack());
  closing.threads = settings_.threads;
  closing.seed = settings_.seed;
  closing.control = settings_.control;
  const DualNormResult answer = oracle_.maximise(unit_ * nu_, closing);
  offer_bound(nu_, answer.upper / unit_, answer.source);
  update_gap();
}

void ColumnGeneration::offer_bound(const Vector& nu, double norm, DualNormSource source) {
  if (!(norm >= 0)) return;
  const double limit = norm > 0 ? std::min(1.0, problem_.beta() / norm) : 1.0;
  const double scale = problem_.best_dual_scale(nu, limit);
  const double bound = problem_.dual_objective(Vector(scale * nu));
  if (!(bound > result_.lower_bound)) return;
  result_.lower_bound = bound;
  result_.dual = nu;
  result_.dual_norm = norm;
  result_.dual_norm_source = source;
}

void ColumnGeneration::offer_cheap_bounds() {
  offer_bound(nu_, sum_bound(problem_.X(), nu_));
  const double work = static_cast<double>(problem_.samples()) *
                      static_cast<double>(problem_.dimension() * problem_.dimension());
  if (work <= kCheapWork) {
    const double norm = oracle_.whole_sphere_bound(unit_ * nu_, settings_.threads) / unit_;
    offer_bound(nu_, norm, DualNormSource::kWholeSphere);
  }
}

void ColumnGeneration::update_gap() {
  double gap = std::max(0.0, result_.objective - result_.lower_bound);
  if (gap <= negligible_) gap = 0;
  result_.relative_gap = result_.objective > 0 ? gap / result_.objective : gap;
}

void ColumnGeneration::report(std::string_view phase) const {
  if (settings_.control.progress == nullptr) return;
  char detail[128];
  std::snprintf(detail, sizeof detail, "round %lld, %zu neurons, objective %.10g, gap %.2g",
                static_cast<long long>(result_.rounds), neurons_.size(), result_.objective,
                result_.relative_gap);
  settings_.control.progress->report(phase, std::numeric_limits<double>::quiet_NaN(), detail);
}

TrainingResult ColumnGeneration::finish(TrainingStatus status) {
  if (status != TrainingStatus::kSolved) {
    offer_cheap_bounds();
    update_gap();
  }
  result_.status =
      result_.relative_gap <= settings_.relative_gap ? TrainingStatus::kSolved : status;
  result_.seconds = watch_.seconds();
  return std::move(result_);
}

}  // namespace thalweg::detail
