#include "commands/architecture_examination.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "commands/report.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg::commands {
namespace {

/// A branch direction by its form.
struct Direction {
  Index form = 0;
  BranchMaximiser maximiser;
};

/// The steepest branch that ascent finds, from the network's own blocks too.
std::optional<Direction> climb(const BranchProblem& problem, const Vector& nu,
                               const std::vector<ActiveBlock>& blocks,
                               const TrainingSettings& settings) {
  std::optional<Direction> best;
  for (std::size_t k = 0; k < problem.forms().size(); ++k) {
    std::vector<Vector> starts;
    for (const ActiveBlock& block : blocks) {
      if (block.form == static_cast<Index>(k)) starts.push_back(block.w);
    }
    const BranchOracle oracle(problem.forms()[k]);
    auto found = oracle.climb(nu, 0, 1, settings.seed, starts, settings.control);
    if (found.empty()) continue;
    if (best && found.front().value <= best->maximiser.value) continue;
    best = Direction{static_cast<Index>(k), std::move(found.front())};
  }
  return best;
}

/// An upper bound of the dual norm; infinite where time or rounding left a form open.
double bound(const BranchProblem& problem, const Vector& nu, double relative_gap,
             const TrainingSettings& settings) {
  constexpr double kFinestGap = 1e-9;
  double upper = 0;
  for (const BranchForm& form : problem.forms()) {
    BranchNormSettings request;
    request.relative_gap = std::max(kFinestGap, relative_gap);
    request.seed = settings.seed;
    request.control = settings.control;
    upper = std::max(upper, BranchOracle(form).maximise(nu, request).upper);
  }
  return upper;
}

/// The t >= 0 of least l(fit + t g) + beta t, by bisection of the slope.
double best_step(const BranchProblem& problem, const Vector& fit, const Vector& g) {
  const auto slope = [&](double t) {
    return problem.affine().loss().gradient(fit + t * g, problem.targets()).dot(g) + problem.beta();
  };
  if (!(slope(0) < 0)) return 0;
  double high = 1;
  for (int k = 0; k < 60 && slope(high) < 0; ++k) high *= 2;
  double low = 0;
  for (int k = 0; k < 100; ++k) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return low;
}

std::optional<BranchImprovement> append_branch(const BranchProblem& problem,
                                               const BranchNetwork& network, double output_bias,
                                               const Vector& fit, const Direction& direction) {
  const BranchForm& form = problem.forms()[static_cast<std::size_t>(direction.form)];
  const Sign sign = direction.maximiser.sign;
  const Vector g = to_double(sign) * form.evaluate(direction.maximiser.w).outputs;
  const double t = best_step(problem, fit, g);
  if (!(t > 0)) return std::nullopt;
  ActiveBlock block{direction.form, sign, t * direction.maximiser.w};
  const auto branch = problem.architecture().decode(block);
  if (!branch) return std::nullopt;
  BranchImprovement result{ImprovementKind::kNeuron, 0, network, output_bias, std::move(block)};
  for (std::size_t l = 0; l < branch->size(); ++l) {
    Matrix& layer = result.network.layers[l];
    layer.conservativeResize(layer.rows() + 1, Eigen::NoChange);
    layer.bottomRows(1) = (*branch)[l].transpose();
  }
  result.objective_after = problem.objective(result.network, output_bias);
  return result;
}

/// The same outputs at least cost.
std::optional<BranchImprovement> balance(const BranchProblem& problem,
                                         const std::vector<ActiveBlock>& blocks,
                                         double output_bias) {
  auto network = decode_network(problem.architecture(), blocks);
  if (!network) return std::nullopt;
  BranchImprovement result{ImprovementKind::kBalance, 0, std::move(*network), output_bias,
                           std::nullopt};
  result.objective_after = problem.objective(result.network, output_bias);
  return result;
}

/// Keeps the lower one of what is there and what comes.
void offer(BranchExamination& answer, std::optional<BranchImprovement> improvement) {
  if (!improvement || !(improvement->objective_after < answer.objective)) return;
  if (answer.improvement && answer.improvement->objective_after <= improvement->objective_after) {
    return;
  }
  answer.improvement = std::move(improvement);
}

void raise_bound(BranchExamination& answer, double lower_bound, BoundSource source,
                 const Vector& dual, double dual_norm) {
  // A network of objective 0 has a dual point too: that of the bound 0.
  const bool first = answer.dual.size() == 0 && lower_bound == answer.lower_bound;
  if (!first && !(lower_bound > answer.lower_bound)) return;
  answer.lower_bound = lower_bound;
  answer.source = source;
  answer.dual = dual;
  answer.dual_norm = dual_norm;
}

void train(const BranchProblem& problem, const BranchNetwork& network, double tolerance,
           TrainingSettings settings, BranchExamination& answer) {
  settings.relative_gap = std::max(1e-10, 0.1 * tolerance);
  answer.trained = train_branches(problem, settings, network);
  const BranchTrainingResult& trained = *answer.trained;
  answer.stopped = trained.status == TrainingStatus::kLimit;
  raise_bound(answer, trained.lower_bound, BoundSource::kColumnGeneration, trained.dual,
              trained.dual_norm);
  offer(answer, BranchImprovement{ImprovementKind::kReplace, trained.objective, trained.network,
                                  trained.output_bias, std::nullopt});
}

void conclude(BranchExamination& answer, double tolerance) {
  answer.lower_bound = std::min(answer.lower_bound, answer.objective);
  answer.gap = answer.objective - answer.lower_bound;
  answer.relative_gap = answer.objective > 0 ? answer.gap / answer.objective : 0.0;
  const double share = tolerance * answer.objective;
  if (answer.relative_gap <= tolerance) {
    answer.verdict = Verdict::kGlobalMinimum;
    answer.stopped = false;
  } else if (answer.improvement && answer.objective - answer.improvement->objective_after > share) {
    answer.verdict = Verdict::kSuboptimal;
    answer.stopped = false;
  }
}

/// Why an objective is not finite.
std::string describe_infinity(const Architecture& architecture, const BranchNetwork& network) {
  const auto* trees = dynamic_cast<const ParallelNetwork*>(&architecture);
  if (trees != nullptr && trees->cost() == BranchCost::kConstrained) {
    Index k = 0;
    const double norm = network.layers[0].rowwise().stableNorm().maxCoeff(&k);
    if (norm > 1) {
      const std::string digits = exact_digits(norm);
      return "branch " + std::to_string(k) + ": |W_1|_F = " + digits + " > 1: scale W1 by 1/" +
             digits + " and W2 by " + digits + ", for the same outputs";
    }
  }
  return "its objective is not finite: the weights are too large, or leave the constraints of the "
         "architecture";
}

}  // namespace

double objective_of(const BranchProblem& problem, const BranchNetwork& network,
                    double output_bias) {
  const double objective = problem.objective(network, output_bias);
  if (std::isfinite(objective)) return objective;
  throw InvalidArgument("network: " + describe_infinity(problem.architecture(), network));
}

BranchExamination examine_branches(const BranchProblem& problem, const BranchNetwork& network,
                                   double output_bias, double tolerance,
                                   const TrainingSettings& settings) {
  BranchExamination answer;
  answer.objective = objective_of(problem, network, output_bias);
  const Vector fit = problem.architecture().predict(problem.X(), network).array() + output_bias;
  const TrainingProblem& affine = problem.affine();
  const Vector nu = affine.project_to_dual_domain(affine.dual_point(fit));
  const std::vector<ActiveBlock> blocks = problem.architecture().lift(network);
  const std::optional<Direction> steepest = climb(problem, nu, blocks, settings);
  if (steepest) {
    answer.own_dual_norm_found = steepest->maximiser.value;
    if (answer.own_dual_norm_found > problem.beta()) {
      answer.improving_branch = append_branch(problem, network, output_bias, fit, *steepest);
    }
    if (answer.improving_branch && answer.improving_branch->objective_after >= answer.objective) {
      answer.improving_branch.reset();
    }
  }
  offer(answer, answer.improving_branch);
  offer(answer, balance(problem, blocks, output_bias));
  // The own residual cannot prove more than it would if ascent missed nothing.
  const double hope = problem.lower_bound(nu, answer.own_dual_norm_found);
  if (answer.objective - hope <= tolerance * answer.objective) {
    answer.own_dual_norm = bound(problem, nu, 0.1 * tolerance, settings);
    raise_bound(answer, problem.lower_bound(nu, answer.own_dual_norm), BoundSource::kOwnResidual,
                nu, answer.own_dual_norm);
  }
  if (answer.objective - answer.lower_bound > tolerance * answer.objective) {
    train(problem, network, tolerance, settings, answer);
  }
  conclude(answer, tolerance);
  return answer;
}

}  // namespace thalweg::commands
