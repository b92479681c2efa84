#include "convex/block_point.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

/// The square of a rounding error: objectives below this share of the loss of the zero network
/// count as 0.
constexpr double kPerfectFit = 1e-28;

}  // namespace

BlockDual::BlockDual(const BlockProgram& program)
    : program_(program),
      all_(static_cast<std::size_t>(program.maps.blocks())),
      squares_(program.maps.squares()) {
  std::iota(all_.begin(), all_.end(), Index{0});
  const TrainingProblem& problem = program.problem;
  free_ = problem.free_columns();
  penalties_ = problem.affine_penalties();
  columns_ = free_;
  if (problem.output_bias() == OutputBias::kPenalised) {
    ridge_ = 1 / problem.beta();
    columns_.resize(problem.samples(), free_.cols() + 1);
    columns_ << Vector::Ones(problem.samples()), free_;
  }
  const Vector zero = Vector::Zero(problem.samples());
  rounding_ = kPerfectFit * problem.loss().value(zero, problem.y());
}

double BlockDual::norm(std::span<const Index> list, const Matrix& G) const {
  double largest = 0;
  for (std::size_t k = 0; k < list.size(); ++k) {
    largest = std::max(largest, G.col(static_cast<Index>(k)).norm() / program_.weights[list[k]]);
  }
  return largest;
}

BlockDual::Bound BlockDual::bound(const Vector& nu, const Matrix& G) const {
  const Vector legal = program_.problem.project_to_dual_domain(nu);
  if (free_.cols() == 0 && legal == nu) return bound_over(all_, nu, G);
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
  // A^T nu is known to rounding, about sqrt(n) eps |A_i|_F |nu|: the scale stays below the true
  // limit. The constant is that of errors that do not conspire (Higham and Mary 2019).
  const double unit = 1.2e-16 * (8 + 4 * std::sqrt(static_cast<double>(problem.samples())));
  double most = 0;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const double error = unit * std::sqrt(squares_[list[k]]) * nu.norm();
    most = std::max(most, (G.col(static_cast<Index>(k)).norm() * (1 + unit) + error) /
                              program_.weights[list[k]]);
  }
  const double limit = most > 0 ? std::min(1.0, problem.beta() * (1 - 1e-15) / most) : 1.0;
  result.scale = problem.best_dual_scale(nu, limit);
  result.value = problem.dual_objective(Vector(result.scale * nu));
  return result;
}

Vector BlockDual::curvature_bound() const {
  const Loss& loss = program_.problem.loss();
  const double most = loss.kind() == LossKind::kLogistic ? 0.25 : 1.0;
  return most * loss.all_sample_weights(program_.problem.samples());
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

double BlockDual::gap_between(double objective, double bound) const {
  return objective <= rounding_ ? 0 : relative_gap(objective, bound);
}

void BlockDual::put_unpenalised(const Vector& coefficients, double penalised_bias,
                                BlockSolution& solution) const {
  const TrainingProblem& problem = program_.problem;
  const bool free_bias = problem.output_bias() == OutputBias::kFree;
  solution.bias = free_bias ? coefficients[0] : penalised_bias;
  if (problem.skip() == SkipConnection::kFree) {
    solution.skip = coefficients.tail(problem.dimension());
  }
}

}  // namespace thalweg::detail
