#include "thalweg/training/multi_output_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/core/error.hpp"
#include "training/vector_bound.hpp"
#include "training/vector_generation.hpp"

namespace thalweg {
namespace {

constexpr double kSharedShare = 0.7;  ///< of the time, before independent outputs get the rest
constexpr double kLooseGap = 1e-2;    ///< and how closely these are trained

void require_legal(const TrainingSettings& settings) {
  if (!(settings.relative_gap > 0)) {
    throw InvalidArgument("relative_gap: expected a positive number, got " +
                          std::to_string(settings.relative_gap));
  }
  if (settings.threads < 1) {
    throw InvalidArgument("threads: expected at least 1, got " + std::to_string(settings.threads));
  }
}

double zero_loss(const MultiOutputProblem& problem) {
  return problem.loss().value(Matrix::Zero(problem.samples(), problem.outputs()), problem.Y());
}

/// The neurons of one output as a scalar network.
TwoLayerNetwork part_of(const TwoLayerNetwork& network, Index output) {
  std::vector<Index> rows;
  for (Index j = 0; j < network.width(); ++j) {
    if (network.alpha(j, output) != 0) rows.push_back(j);
  }
  TwoLayerNetwork part;
  part.W = network.W(rows, Eigen::all);
  part.alpha = network.alpha(rows, std::vector<Index>{output});
  part.output_bias = network.output_bias.segment(output, 1);
  part.hidden_bias = network.hidden_bias;
  return part;
}

/// The worse of two endings.
TrainingStatus worse(TrainingStatus a, TrainingStatus b) {
  const auto rank = [](TrainingStatus status) {
    switch (status) {
      case TrainingStatus::kSolved:
        return 0;
      case TrainingStatus::kReducedAccuracy:
        return 1;
      case TrainingStatus::kLimit:
        return 2;
      case TrainingStatus::kUnsolved:
        return 3;
    }
    return 3;
  };
  return rank(a) >= rank(b) ? a : b;
}

/// c scalar trainings; the time left is shared equally by the outputs still to do.
MultiOutputTrainingResult train_outputs(const MultiOutputProblem& problem,
                                        const TrainingSettings& settings,
                                        const std::optional<TwoLayerNetwork>& start) {
  const Stopwatch watch;
  const Index c = problem.outputs();
  MultiOutputTrainingResult result;
  result.status = TrainingStatus::kSolved;
  result.bound.dual.resize(problem.samples(), c);
  std::vector<TwoLayerNetwork> parts;
  Index width = 0;
  for (Index k = 0; k < c; ++k) {
    const TrainingProblem scalar = problem.scalar_problem(k);
    TrainingSettings own = settings;
    const double share = settings.control.deadline.remaining() / static_cast<double>(c - k);
    own.control.deadline = Deadline::earlier(settings.control.deadline, Deadline::after(share));
    const TrainingResult one =
        train(scalar, own, start ? std::optional(part_of(*start, k)) : std::nullopt);
    const double limit = one.dual_norm > 0 ? std::min(1.0, problem.beta() / one.dual_norm) : 1.0;
    const double scale = scalar.best_dual_scale(one.dual, limit);
    result.bound.dual.col(k) = scale * one.dual;
    result.bound.dual_norm = std::max(result.bound.dual_norm, scale * one.dual_norm);
    result.bound.objective += one.objective;
    result.bound.lower_bound += one.lower_bound;
    result.rounds += one.rounds;
    result.newton_steps += one.newton_steps;
    result.status = worse(result.status, one.status);
    width += one.network.width();
    parts.push_back(one.network);
  }
  result.network = TwoLayerNetwork::empty(problem.dimension(), c);
  result.network.W.resize(width, problem.dimension());
  result.network.alpha = Matrix::Zero(width, c);
  Index at = 0;
  for (Index k = 0; k < c; ++k) {
    const TwoLayerNetwork& part = parts[static_cast<std::size_t>(k)];
    result.network.W.middleRows(at, part.width()) = part.W;
    result.network.alpha.block(at, k, part.width(), 1) = part.alpha;
    result.network.output_bias[k] = part.output_bias[0];
    at += part.width();
  }
  result.bound.relative_gap =
      detail::gap_between(result.bound.objective, result.bound.lower_bound, zero_loss(problem));
  if (result.bound.relative_gap <= settings.relative_gap) result.status = TrainingStatus::kSolved;
  result.seconds = watch.seconds();
  return result;
}

/// Shared neurons under a time limit. Independent outputs are legal shared neurons of the same
/// objective, and their scalar trainings come far in a short time: where the limit cuts the search,
/// they get the rest, and the better network stays, with the bound over shared neurons.
MultiOutputTrainingResult train_shared_in_time(const MultiOutputProblem& problem,
                                               const TrainingSettings& settings,
                                               const std::optional<TwoLayerNetwork>& start) {
  const Stopwatch watch;
  TrainingSettings first = settings;
  first.control.deadline = Deadline::after(kSharedShare * settings.control.deadline.remaining());
  MultiOutputTrainingResult result =
      detail::VectorGeneration(problem, OutputModel::kShared, first).run(start);
  if (result.status != TrainingStatus::kLimit) return result;
  TrainingSettings rest = settings;
  rest.relative_gap = std::max(kLooseGap, settings.relative_gap);
  MultiOutputTrainingResult other = train_outputs(problem, rest, start);
  result.rounds += other.rounds;
  result.newton_steps += other.newton_steps;
  if (other.bound.objective < result.bound.objective) {
    result.network = std::move(other.network);
    result.bound.objective = other.bound.objective;
    result.bound.relative_gap =
        detail::gap_between(result.bound.objective, result.bound.lower_bound, zero_loss(problem));
  }
  result.seconds = watch.seconds();
  return result;
}

}  // namespace

MultiOutputTrainingResult train_multi_output(const MultiOutputProblem& problem, OutputModel model,
                                             const TrainingSettings& settings,
                                             const std::optional<TwoLayerNetwork>& start) {
  require_legal(settings);
  if (start) problem.check(*start, model);
  if (model == OutputModel::kIndependent && !problem.loss().is_softmax()) {
    return train_outputs(problem, settings, start);
  }
  const bool limited = std::isfinite(settings.control.deadline.remaining());
  if (limited && model == OutputModel::kShared && !problem.loss().is_softmax()) {
    return train_shared_in_time(problem, settings, start);
  }
  return detail::VectorGeneration(problem, model, settings).run(start);
}

MultiOutputBound bound_multi_output(const MultiOutputProblem& problem, OutputModel model,
                                    const TwoLayerNetwork& network,
                                    const TrainingSettings& settings) {
  require_legal(settings);
  problem.check(network, model);
  const double objective = problem.objective(network);
  const Matrix N = problem.project_to_dual_domain(problem.dual_point(problem.fit(network)));
  const detail::ModelOracle oracle(problem, model);
  VectorNormSettings norm;
  norm.relative_gap = detail::tolerable_excess(problem, N, 0.5 * settings.relative_gap * objective);
  norm.threads = settings.threads;
  norm.seed = settings.seed;
  norm.control = settings.control;
  MultiOutputBound bound = detail::scaled_bound(problem, N, oracle.maximise(N, norm).upper);
  bound.objective = objective;
  bound.relative_gap = detail::gap_between(objective, bound.lower_bound, zero_loss(problem));
  return bound;
}

}  // namespace thalweg
