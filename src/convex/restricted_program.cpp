#include "thalweg/convex/restricted_program.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "convex/blas.hpp"
#include "convex/restricted_newton.hpp"
#include "convex/restricted_pricing.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using detail::RestrictedNewton;
using detail::RestrictedPricing;
using detail::Violator;
using detail::Walls;
using detail::WorkingBlock;

constexpr std::size_t kLeastGrowth = 16;  ///< blocks that may join the working set in a round
constexpr std::size_t kChoice = 2;        ///< violators looked for, a block that may join
constexpr double kFirstSigma = 10;  ///< times 1 / (curvature of the loss x mean square column of X)
constexpr double kSigmaGrowth = 5;
constexpr double kLongestKappa = 1e7;   ///< sigma beta against the longest weight: rounding
constexpr double kLargestNoise = 1e8;   ///< the fit's rounding, in units of 1e-16, against the dual
constexpr double kFinishingKappa = 10;  ///< the same in finishing rounds, unless that is below
constexpr double kFinishingSigma = 100;  ///< times the first sigma
constexpr double kSmallDefect = 1e-10;   ///< of the fit against the dual
constexpr double kInexact = 0.1;         ///< of a proximal step's fit, against the step
constexpr double kFewNew = 0.3;          ///< sigma grows when fewer of the working set are new
constexpr double kIdleValue = 0.9;       ///< of beta: zero blocks below leave the working set
constexpr double kLastPricing = 0.3;     ///< seconds after a limit for the bound
constexpr int kIdleRounds = 12;          ///< rounds without progress before giving up
constexpr int kFinishingRounds = 3;      ///< more rounds for stationarity once the gap is closed

/// A point of the program: nonzero blocks and the affine part.
struct Point {
  double objective = std::numeric_limits<double>::infinity();
  std::vector<std::pair<std::size_t, Vector>> blocks;
  Vector coefficients;
};

class RestrictedSolver {
 public:
  /// left_out: none, or a flag for each block.
  RestrictedSolver(const TrainingProblem& problem, const PatternSet& patterns,
                   std::vector<char> left_out, const SolverSettings& settings)
      : problem_(problem),
        patterns_(patterns),
        settings_(settings),
        walls_(problem.X()),
        pricing_(patterns, walls_, std::move(left_out), settings.threads),
        newton_(problem, patterns, walls_),
        known_(2 * static_cast<std::size_t>(patterns.size()), 0) {
    const double square = problem.X().squaredNorm() / static_cast<double>(problem.dimension());
    curvature_ = problem.loss().all_sample_weights(problem.samples()).maxCoeff();
    // Rounding of a loss near 0, where fit and targets are not.
    const Vector zero = Vector::Zero(problem.samples());
    negligible_ = std::pow(4 * std::numeric_limits<double>::epsilon(), 2) *
                  problem.loss().value(zero, problem.y());
    first_sigma_ = square > 0 ? kFirstSigma / (curvature_ * square) : 1;
    newton_.sigma = first_sigma_;
  }

  RestrictedSolution run() {
    const Stopwatch watch;
    const detail::BlasThreads threads(settings_.threads);
    price(kChoice * growth(), settings_.control);
    for (;;) {
      measure();
      if (finished()) break;
      choose_sigma(enter());
      info_.steps += 1 + newton_.proximal_step(settings_.max_steps - info_.steps,
                                               finishing_ > 0 ? 0 : kInexact, settings_.control);
      leave();
      price(kChoice * growth(), settings_.control);
    }
    restore();
    RestrictedSolution solution = collect();
    solution.info.seconds = watch.seconds();
    return solution;
  }

 private:
  void price(std::size_t wanted, const RunControl& control) {
    for (const WorkingBlock& block : newton_.blocks) {
      if (!block.w.isZero(0)) pricing_.suggest(block.block, block.face, 1 / newton_.last_sigma());
    }
    dual_ = problem_.project_to_dual_domain(newton_.nu);
    dual_norm_ = pricing_.price(dual_, problem_.beta(), known_, wanted, control);
  }

  /// Objective, lower bound and gap of the current point.
  void measure() {
    double mass = 0;
    for (const WorkingBlock& block : newton_.blocks) mass += block.w.norm();
    info_.objective = problem_.loss().value(newton_.fit(), problem_.y()) + problem_.beta() * mass +
                      0.5 * problem_.affine_penalties().dot(newton_.coefficients.cwiseAbs2());
    if (info_.objective < best_.objective) keep();
    const double limit = dual_norm_ > 0 ? problem_.beta() / dual_norm_ : 1.0;
    const double scale = problem_.best_dual_scale(dual_, std::min(1.0, limit));
    info_.lower_bound = problem_.dual_objective(Vector(scale * dual_));
    info_.relative_gap = relative_gap();
    info_.stationarity = newton_.stationarity();
  }

  [[nodiscard]] double relative_gap() const {
    const double gap = std::max(0.0, info_.objective - info_.lower_bound);
    return gap > negligible_ ? gap / info_.objective : 0;
  }

  /// The present point is the best so far: proximal steps that rounding spoils may leave it, the
  /// first one, without neurons, included.
  void keep() {
    best_ = {info_.objective, {}, newton_.coefficients};
    for (const WorkingBlock& block : newton_.blocks) {
      if (!block.w.isZero(0)) best_.blocks.emplace_back(block.block, block.w);
    }
  }

  /// Takes the best point back when the last one is worse and not solved.
  void restore() {
    if (info_.status == SolverStatus::kSolved || !(best_.objective < info_.objective)) return;
    info_.objective = best_.objective;
    info_.relative_gap = relative_gap();
    info_.stationarity = std::numeric_limits<double>::quiet_NaN();
    newton_.coefficients = best_.coefficients;
    newton_.blocks.clear();
    for (auto& [index, w] : best_.blocks) {
      WorkingBlock block;
      block.block = index;
      block.w = std::move(w);
      newton_.blocks.push_back(std::move(block));
    }
  }

  /// Whether to stop, with the status then.
  bool finished() {
    if (info_.relative_gap <= settings_.relative_gap) {
      info_.status = SolverStatus::kSolved;
      if (finishing_ == kFinishingRounds || accurate()) return true;
      ++finishing_;
    } else if (info_.steps >= settings_.max_steps) {
      info_.status = SolverStatus::kStepLimit;
    } else if (settings_.control.should_stop()) {
      info_.status = SolverStatus::kStopped;
    } else {
      return idle();
    }
    const bool limit = info_.steps >= settings_.max_steps || settings_.control.should_stop();
    if (limit && !pricing_.exhaustive()) {
      // The reported bound is that of all blocks, as good as a moment more makes it.
      RunControl moment;
      moment.deadline = Deadline::after(kLastPricing);
      price(RestrictedPricing::kAll, moment);
      measure();
    }
    return limit;
  }

  /// Whether primal and dual point fit each other better than the gap alone demands.
  [[nodiscard]] bool accurate() const {
    return info_.stationarity <= settings_.stationarity &&
           curvature_ * newton_.defect_norm() <= kSmallDefect * newton_.nu.norm();
  }

  /// Whether rounding ended progress.
  bool idle() {
    if (info_.relative_gap < 0.9 * best_gap_ || !pricing_.violators().empty()) idle_ = 0;
    best_gap_ = std::min(best_gap_, info_.relative_gap);
    if (++idle_ <= kIdleRounds) return false;
    info_.status = SolverStatus::kReducedAccuracy;
    return true;
  }

  /// How many blocks may join the working set now.
  [[nodiscard]] std::size_t growth() const {
    const auto support =
        std::count_if(newton_.blocks.begin(), newton_.blocks.end(),
                      [](const WorkingBlock& block) { return !block.w.isZero(0); });
    return std::max(kLeastGrowth, static_cast<std::size_t>(support));
  }

  std::size_t enter() {
    const std::vector<Violator>& violators = pricing_.violators();
    const std::size_t count = std::min(violators.size(), growth());
    for (std::size_t k = 0; k < count; ++k) {
      WorkingBlock block;
      block.block = violators[k].block;
      block.s = block.block % 2 == 0 ? 1 : -1;
      block.gate = patterns_.gate(static_cast<Index>(block.block / 2));
      block.side = (2 * block.gate.array() - 1).matrix();
      block.w = Vector::Zero(problem_.dimension());
      known_[block.block] = 1;
      newton_.blocks.push_back(std::move(block));
    }
    return count;
  }

  void leave() {
    const double least = kIdleValue * newton_.sigma * problem_.beta();
    std::erase_if(newton_.blocks, [&](const WorkingBlock& block) {
      const bool leaves = block.length < least && block.w.isZero(0);
      if (leaves) known_[block.block] = 0;
      return leaves;
    });
  }

  /// Larger sigma converges faster but carries rounding of the size sigma beta into the fit: the
  /// last rounds, which are there for accuracy only, use a smaller one.
  void choose_sigma(std::size_t entered) {
    double longest = 0;
    for (const WorkingBlock& block : newton_.blocks) longest = std::max(longest, block.w.norm());
    const double unit = longest / problem_.beta();
    if (finishing_ > 0 && unit > 0) {
      if (info_.stationarity <= settings_.stationarity)
        finishing_share_ *= 0.1;  // the defect is left
      const double enough = std::max(kFinishingKappa * unit, kFinishingSigma * first_sigma_);
      newton_.sigma = std::min(newton_.sigma, finishing_share_ * enough);
    } else if (pricing_.exhaustive() && static_cast<double>(entered) <=
                                            kFewNew * static_cast<double>(newton_.blocks.size())) {
      const double noise = curvature_ * problem_.X().norm() * problem_.beta();
      const double limit =
          std::max(kFinishingKappa * unit,
                   std::min(kLongestKappa * unit, kLargestNoise * newton_.nu.norm() / noise));
      const double next = std::max(newton_.sigma, std::min(kSigmaGrowth * newton_.sigma, limit));
      if (next > newton_.sigma) idle_ = 0;
      newton_.sigma = next;
    }
    // Rounding of sigma X X^T nu kept the last step from its accuracy: the next are smaller.
    if (!newton_.step_was_accurate()) {
      most_sigma_ = std::max(first_sigma_, newton_.last_sigma() / kSigmaGrowth);
    }
    newton_.sigma = std::min(newton_.sigma, most_sigma_);
  }

  RestrictedSolution collect() {
    RestrictedSolution solution;
    solution.info = info_;
    solution.blocks.resize(known_.size());
    for (std::size_t k = 0; k < known_.size(); ++k) {
      RestrictedBlock& block = solution.blocks[k];
      block.cell = static_cast<Index>(k / 2);
      block.sign = k % 2 == 0 ? Sign::kPlus : Sign::kMinus;
      block.multipliers = pricing_.multipliers(k);
    }
    for (WorkingBlock& block : newton_.blocks) {
      if (!block.w.isZero(0)) solution.blocks[block.block].w = std::move(block.w);
    }
    const AffinePart affine = problem_.unstack(newton_.coefficients);
    solution.bias = affine.bias;
    solution.skip = affine.skip;
    solution.dual = dual_;
    solution.dual_norm = dual_norm_;
    return solution;
  }

  const TrainingProblem& problem_;
  const PatternSet& patterns_;
  SolverSettings settings_;
  Walls walls_;
  RestrictedPricing pricing_;
  RestrictedNewton newton_;
  std::vector<char> known_;  ///< blocks in the working set
  SolverInfo info_;
  Vector dual_;
  double dual_norm_ = 0;
  double negligible_ = 0;  ///< a gap that counts as none
  double curvature_ = 1;   ///< of the loss in a sample, at most
  double best_gap_ = std::numeric_limits<double>::infinity();
  int idle_ = 0;
  int finishing_ = 0;
  double finishing_share_ = 1;
  double first_sigma_ = 1;
  double most_sigma_ = std::numeric_limits<double>::infinity();
  Point best_;
};

void check_samples(const TrainingProblem& problem, const PatternSet& patterns) {
  if (patterns.samples() == problem.samples()) return;
  throw InvalidArgument("patterns has " + std::to_string(patterns.samples()) +
                        " columns but X has " + std::to_string(problem.samples()) + " rows");
}

}  // namespace

std::vector<Neuron> RestrictedSolution::neurons() const {
  std::vector<Neuron> result;
  for (const RestrictedBlock& block : blocks) {
    if (block.w.size() > 0) result.push_back({block.w, block.sign, {}, block.cell});
  }
  return result;
}

RestrictedSolution restricted_program(const TrainingProblem& problem, const PatternSet& patterns,
                                      const SolverSettings& settings) {
  check_samples(problem, patterns);
  return RestrictedSolver(problem, patterns, {}, settings).run();
}

RestrictedSolution restricted_program(const TrainingProblem& problem, const PatternSet& patterns,
                                      const std::vector<Sign>& signs,
                                      const SolverSettings& settings) {
  check_samples(problem, patterns);
  if (static_cast<Index>(signs.size()) != patterns.size()) {
    throw InvalidArgument("signs has " + std::to_string(signs.size()) + " entries but there are " +
                          std::to_string(patterns.size()) + " patterns");
  }
  std::vector<char> left_out;
  for (const Sign sign : signs) {
    left_out.push_back(sign == Sign::kPlus ? 0 : 1);
    left_out.push_back(sign == Sign::kPlus ? 1 : 0);
  }
  return RestrictedSolver(problem, patterns, std::move(left_out), settings).run();
}

RestrictedSolution restricted_program(const TrainingProblem& problem, const Matrix& patterns,
                                      const SolverSettings& settings) {
  return restricted_program(problem, PatternSet(patterns), settings);
}

}  // namespace thalweg
