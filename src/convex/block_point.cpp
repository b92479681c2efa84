#include "convex/block_point.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {

BlockDual::BlockDual(const BlockProgram& program)
    : program_(program),
      all_(static_cast<std::size_t>(program.maps.blocks())),
      squares_(program.maps.squares()) {
  std::iota(all_.begin(), all_.end(), Index{0});
  const TrainingProblem& problem = program.problem;
  free_.resize(problem.samples(), problem.output_bias() == OutputBias::kFree ? 1 : 0);
  free_.setOnes();
  if (problem.output_bias() == OutputBias::kPenalised) ridge_ = 1 / problem.beta();
}

double BlockDual::norm(std::span<const Index> list, const Matrix& G) const {
  double largest = 0;
  for (std::size_t k = 0; k < list.size(); ++k) {
    largest = std::max(largest, G.col(static_cast<Index>(k)).norm() / program_.weights[list[k]]);
  }
  return largest;
}

BlockDual::Bound BlockDual::bound(const Vector& nu, const Matrix& G) const {
  if (free_.cols() == 0) return bound_over(all_, nu, G);
  const Vector legal = program_.problem.project_to_dual_domain(nu);
  Matrix moved(G.rows(), G.cols());
  program_.maps.adjoint(all_, legal, moved);
  return bound_over(all_, legal, moved);
}

BlockDual::Bound BlockDual::bound_over(std::span<const Index> list, const Vector& nu,
                                       const Matrix& G) const {
  const TrainingProblem& problem = program_.problem;
  Bound result;
  result.nu = nu;
  result.norm = norm(list, G);
  // A^T nu is known to rounding: the scale stays below the true limit.
  const double rounding = 1 + 1e-15 * static_cast<double>(problem.samples() + 8);
  const double limit =
      result.norm > 0 ? std::min(1.0, problem.beta() / (rounding * result.norm)) : 1.0;
  result.scale = problem.best_dual_scale(nu, limit);
  result.value = problem.dual_objective(Vector(result.scale * nu));
  return result;
}

Vector BlockDual::curvature_bound() const {
  const Loss& loss = program_.problem.loss();
  const double most = loss.kind() == LossKind::kLogistic ? 0.25 : 1.0;
  return Vector::Constant(program_.problem.samples(),
                          most * loss.weight(program_.problem.samples()));
}

double BlockDual::objective(const Vector& fit, double mass, double bias) const {
  const TrainingProblem& problem = program_.problem;
  const double gamma = problem.output_bias() == OutputBias::kPenalised ? problem.beta() : 0;
  return problem.loss().value(fit, problem.y()) + problem.beta() * mass + 0.5 * gamma * bias * bias;
}

double BlockDual::relative_gap(double objective, double bound) {
  const double gap = std::max(0.0, objective - bound);
  return objective > 0 ? gap / objective : gap;
}

void BlockDual::put_unpenalised(const Vector& coefficients, double penalised_bias,
                                BlockSolution& solution) const {
  solution.bias = penalised_bias;
  if (program_.problem.output_bias() == OutputBias::kFree) solution.bias = coefficients[0];
}

}  // namespace thalweg::detail
