#include "thalweg/reformulation/gated_program.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "thalweg/convex/block_path.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Rows with an active sample, of equal ones the first.
std::vector<Index> distinct_rows(const Matrix& patterns) {
  std::unordered_map<std::string, Index> seen;
  std::vector<Index> rows;
  std::string key(static_cast<std::size_t>(patterns.cols()), '0');
  for (Index k = 0; k < patterns.rows(); ++k) {
    bool any = false;
    for (Index i = 0; i < patterns.cols(); ++i) {
      const bool active = patterns(k, i) > 0;
      any = any || active;
      key[static_cast<std::size_t>(i)] = active ? '1' : '0';
    }
    if (any && seen.try_emplace(key, k).second) rows.push_back(k);
  }
  return rows;
}

/// The solution's rows as positions among the distinct rows.
BlockSolution to_blocks(const GatedSolution& solution, const std::vector<Index>& distinct) {
  BlockSolution start;
  start.W = solution.W;
  start.bias = solution.bias;
  start.skip = solution.skip;
  start.dual = solution.dual;
  for (const Index row : solution.rows) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), row);
    if (at == distinct.end() || *at != row) {
      throw InvalidArgument("start: its pattern " + std::to_string(row) +
                            " is not a distinct pattern of the matrix");
    }
    start.active.push_back(static_cast<Index>(at - distinct.begin()));
  }
  return start;
}

/// A block solution over the distinct rows as one over the pattern matrix.
GatedSolution to_gated(BlockSolution solution, const std::vector<Index>& distinct,
                       BlockMethod method) {
  GatedSolution result;
  result.method = method;
  result.distinct = static_cast<Index>(distinct.size());
  result.info = solution.info;
  for (const Index k : solution.active) {
    result.rows.push_back(distinct[static_cast<std::size_t>(k)]);
  }
  result.W = std::move(solution.W);
  result.bias = solution.bias;
  result.skip = std::move(solution.skip);
  result.dual = std::move(solution.dual);
  result.dual_norm = solution.dual_norm;
  return result;
}

}  // namespace

GatedSolution solve_gated(const TrainingProblem& problem, const Matrix& patterns,
                          const GatedSettings& settings, const GatedSolution* start) {
  const std::vector<Index> distinct = distinct_rows(patterns);
  const Matrix kept = patterns(distinct, Eigen::all);
  const MaskedMaps maps(problem.X(), kept);
  const BlockProgram program(problem, maps);
  const BlockSolution warm = start != nullptr ? to_blocks(*start, distinct) : BlockSolution{};
  BlockMethod method = settings.method;
  BlockSolution solution = solve_blocks(program, settings.method, settings.solver,
                                        start != nullptr ? &warm : nullptr, &method);
  return to_gated(std::move(solution), distinct, method);
}

void gated_path(const TrainingProblem& problem, const Matrix& patterns,
                const std::vector<double>& betas, const GatedSettings& settings,
                const std::function<bool(double beta, const GatedSolution&)>& deliver) {
  const std::vector<Index> distinct = distinct_rows(patterns);
  const Matrix kept = patterns(distinct, Eigen::all);
  const MaskedMaps maps(problem.X(), kept);
  BlockMethod method = settings.method;
  if (method == BlockMethod::kAutomatic) {
    method = choose_block_method(BlockProgram(problem, maps), settings.solver, true);
  }
  block_path(problem, maps, betas, settings.method, settings.solver,
             [&](double beta, const BlockSolution& solution) {
               return deliver(beta, to_gated(solution, distinct, method));
             });
}

double gated_objective(const TrainingProblem& problem, const Matrix& patterns,
                       const GatedSolution& solution) {
  Vector fit = Vector::Constant(problem.samples(), solution.bias);
  double mass = 0;
  for (std::size_t k = 0; k < solution.rows.size(); ++k) {
    const auto w = solution.W.col(static_cast<Index>(k));
    for (Index i = 0; i < problem.samples(); ++i) {
      if (patterns(solution.rows[k], i) > 0) fit[i] += problem.X().row(i).dot(w);
    }
    mass += w.norm();
  }
  if (solution.skip.size() > 0) fit += problem.X() * solution.skip;
  double value = problem.loss().value(fit, problem.y()) + problem.beta() * mass;
  if (problem.output_bias() == OutputBias::kPenalised) {
    value += 0.5 * problem.beta() * solution.bias * solution.bias;
  }
  return value;
}

}  // namespace thalweg
