#include "thalweg/convex/restricted_program.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/convex/cone_value.hpp"
#include "thalweg/convex/dual_polish.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr std::size_t kEnteringBlocks = 8;  ///< blocks that join the working set in one round
constexpr int kIdleRounds = 3;              ///< rounds without progress before giving up

struct Candidate {
  std::size_t block;
  ConeValue value;
};

class RestrictedSolver {
 public:
  RestrictedSolver(const TrainingProblem& problem, const Matrix& patterns,
                   const SolverSettings& settings)
      : problem_(problem),
        settings_(settings),
        gates_((patterns.array() > 0).cast<double>().matrix()) {
    for (Index i = 0; i < gates_.rows(); ++i) {
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
        RestrictedBlock block;
        block.cell = i;
        block.sign = sign;
        solution_.blocks.push_back(std::move(block));
      }
    }
    solution_.bias = problem.bias_of_zero_network();
    const Vector fit = Vector::Constant(problem.samples(), solution_.bias);
    solution_.dual = problem.project_to_dual_domain(problem.dual_point(fit));
  }

  RestrictedSolution run() {
    const Stopwatch watch;
    SolverInfo& info = solution_.info;
    int idle = 0;
    for (;;) {
      const std::vector<Candidate> entering = price();
      const bool better = update_bounds();
      idle = better ? 0 : idle + 1;
      if (info.relative_gap <= settings_.relative_gap) {
        info.status = SolverStatus::kSolved;
        break;
      }
      if (settings_.control.should_stop()) {
        info.status = SolverStatus::kStopped;
        break;
      }
      if (info.steps >= settings_.max_steps || idle > kIdleRounds) {
        info.status = info.steps >= settings_.max_steps ? SolverStatus::kStepLimit
                                                        : SolverStatus::kReducedAccuracy;
        break;
      }
      add(entering);
      solve();
    }
    restore_best();
    info.seconds = watch.seconds();
    return std::move(solution_);
  }

 private:
  /// Values of all blocks at the current dual; returns the violators, worst first.
  std::vector<Candidate> price() {
    std::vector<Candidate> violators;
    solution_.dual_norm = 0;
    for (std::size_t k = 0; k < solution_.blocks.size(); ++k) {
      RestrictedBlock& block = solution_.blocks[k];
      ConeValue value =
          cone_value(problem_.X(), gates_.row(block.cell).transpose(), block.sign, solution_.dual);
      block.multipliers = value.multipliers;
      solution_.dual_norm = std::max(solution_.dual_norm, value.upper);
      if (block.w.size() == 0 && value.upper > problem_.beta()) {
        violators.push_back({k, std::move(value)});
      }
    }
    std::stable_sort(
        violators.begin(), violators.end(),
        [](const Candidate& a, const Candidate& b) { return a.value.upper > b.value.upper; });
    if (violators.size() > kEnteringBlocks) violators.resize(kEnteringBlocks);
    return violators;
  }

  /// Objective, lower bound and gap of the current point; keeps the best. True on progress.
  bool update_bounds() {
    SolverInfo& info = solution_.info;
    info.objective =
        problem_.objective(to_network(solution_.neurons(), problem_.dimension(), solution_.bias));
    const double limit = solution_.dual_norm > 0 ? problem_.beta() / solution_.dual_norm : 1.0;
    const double scale = problem_.best_dual_scale(solution_.dual, std::min(1.0, limit));
    const double bound = problem_.dual_objective(Vector(scale * solution_.dual));
    info.lower_bound = bound;
    const double gap = info.objective - bound;
    info.relative_gap =
        info.objective > 0 ? std::max(0.0, gap / info.objective) : std::max(0.0, gap);
    if (best_.info.status != SolverStatus::kUnsolved &&
        !(info.relative_gap < 0.9 * best_.info.relative_gap) &&
        !(info.objective < best_.info.objective * (1 - 1e-14))) {
      return false;
    }
    best_ = solution_;
    best_.info.status = SolverStatus::kSolved;  // marks that a best point exists
    return true;
  }

  void restore_best() {
    if (solution_.info.relative_gap <= best_.info.relative_gap) return;
    const SolverInfo last = solution_.info;
    solution_ = best_;
    solution_.info.status = last.status;
    solution_.info.steps = last.steps;
  }

  /// Entering blocks get masses from the curvature along their atoms, halved until the loss falls.
  void add(const std::vector<Candidate>& entering) {
    neurons_ = solution_.neurons();
    if (entering.empty()) return;
    const Vector fit = fit_of(neurons_);
    const Vector curvature = problem_.loss().curvature(fit, problem_.y());
    Vector move = Vector::Zero(problem_.samples());
    double mass = 0;
    std::vector<Neuron> fresh;
    for (const Candidate& candidate : entering) {
      const RestrictedBlock& block = solution_.blocks[candidate.block];
      Neuron neuron;
      neuron.sign = block.sign;
      neuron.cell = block.cell;
      neuron.w = candidate.value.projection / candidate.value.upper;
      for (const auto& [row, value] : candidate.value.multipliers) neuron.kinks.push_back(row);
      const Vector atom = to_double(block.sign) *
                          gates_.row(block.cell).transpose().cwiseProduct(problem_.X() * neuron.w);
      const double bend = atom.cwiseAbs2().dot(curvature);
      const double weight = problem_.loss().weight(problem_.samples());
      neuron.w *= (candidate.value.upper - problem_.beta()) /
                  std::max(bend, 1e-3 * weight * atom.squaredNorm());
      mass += neuron.w.norm();
      move += neuron.w.norm() * atom;
      fresh.push_back(std::move(neuron));
    }
    const double before = problem_.loss().value(fit, problem_.y());
    double scale = 1;
    while (scale > 1e-12 && problem_.loss().value(fit + scale * move, problem_.y()) - before +
                                    problem_.beta() * scale * mass >=
                                0) {
      scale *= 0.5;
    }
    for (Neuron& neuron : fresh) {
      neuron.w *= scale;
      neurons_.push_back(std::move(neuron));
    }
  }

  Vector fit_of(const std::vector<Neuron>& neurons) const {
    Vector fit = Vector::Constant(problem_.samples(), solution_.bias);
    for (const Neuron& neuron : neurons) {
      fit += to_double(neuron.sign) *
             gates_.row(neuron.cell).transpose().cwiseProduct(problem_.X() * neuron.w);
    }
    return fit;
  }

  void solve() {
    SolverSettings settings = settings_;
    settings.max_steps = std::max<std::int64_t>(1, settings_.max_steps - solution_.info.steps);
    KinkNewtonResult result =
        kink_newton(problem_, neurons_, solution_.bias, Crossing::kFixed, settings, &gates_);
    solution_.info.steps += result.info.steps + 1;
    const PolishedPoint polished =
        polish_dual(problem_, result.neurons, result.bias, Crossing::kFixed, &gates_);
    solution_.info.stationarity = polished.stationarity;
    for (RestrictedBlock& block : solution_.blocks) block.w.resize(0);
    for (const Neuron& neuron : polished.neurons) {
      const std::size_t k =
          2 * static_cast<std::size_t>(neuron.cell) + (neuron.sign == Sign::kPlus ? 0 : 1);
      solution_.blocks[k].w = neuron.w;
    }
    solution_.bias = polished.bias;
    solution_.dual = problem_.project_to_dual_domain(polished.dual);
  }

  const TrainingProblem& problem_;
  SolverSettings settings_;
  Matrix gates_;
  std::vector<Neuron> neurons_;
  RestrictedSolution solution_;
  RestrictedSolution best_;
};

}  // namespace

std::vector<Neuron> RestrictedSolution::neurons() const {
  std::vector<Neuron> result;
  for (const RestrictedBlock& block : blocks) {
    if (block.w.size() > 0) result.push_back({block.w, block.sign, {}, block.cell});
  }
  return result;
}

RestrictedSolution restricted_program(const TrainingProblem& problem, const Matrix& patterns,
                                      const SolverSettings& settings) {
  if (patterns.cols() != problem.samples()) {
    throw InvalidArgument("patterns has " + std::to_string(patterns.cols()) +
                          " columns but X has " + std::to_string(problem.samples()) + " rows");
  }
  return RestrictedSolver(problem, patterns, settings).run();
}

}  // namespace thalweg
