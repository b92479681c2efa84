#include "thalweg/reformulation/linear_convolution.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "thalweg/convex/conic_program.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr double kDroppedValue = 1e-8;  ///< singular values of Z, relative to the largest

/// The semidefinite program: its one block is symmetric_vector([B Z^T; Z A]), B (h x h) first.
ConicProgram semidefinite_program(const TrainingProblem& problem, const Matrix& stacked, Index K) {
  const Index n = problem.samples();
  const Index h = stacked.cols();
  const Index side = h + K;
  ConicBlock block;
  const Index entries = side * (side + 1) / 2;
  block.rows = Matrix::Identity(entries, entries);
  block.cone.semidefinite = {side};
  block.cost = symmetric_vector(problem.beta() / 2 * Matrix::Identity(side, side));
  block.map.resize(n, entries);
  Matrix pairing = Matrix::Zero(side, side);  // its product with the block is <P_i, Z>
  for (Index i = 0; i < n; ++i) {
    pairing.bottomLeftCorner(K, h) = stacked.middleRows(i * K, K) / 2;
    pairing.topRightCorner(h, K) = pairing.bottomLeftCorner(K, h).transpose();
    block.map.row(i) = symmetric_vector(pairing).transpose();
  }
  const Matrix free = problem.free_columns();
  return {problem.loss(), problem.y(), {block}, free.cols() > 0 ? free : Matrix()};
}

/// Filters and weights from the singular value decomposition of Z.
void factor(LinearConvolutionSolution& result) {
  const Eigen::JacobiSVD<Matrix> svd(result.Z, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& sigma = svd.singularValues();
  const Index rank = (sigma.array() > kDroppedValue * sigma[0]).count();
  const auto roots = sigma.head(rank).cwiseSqrt().asDiagonal();
  result.filters = roots * svd.matrixV().leftCols(rank).transpose();
  result.weights = roots * svd.matrixU().leftCols(rank).transpose();
}

/// The objective of the plain weights.
double network_objective(const TrainingProblem& problem, const Matrix& stacked,
                         const LinearConvolutionSolution& network) {
  const Index K = network.weights.cols();
  Vector fit = Vector::Constant(problem.samples(), network.bias);
  for (Index i = 0; i < problem.samples(); ++i) {
    const Matrix responses = stacked.middleRows(i * K, K) * network.filters.transpose();  // (K x m)
    fit[i] += responses.cwiseProduct(network.weights.transpose()).sum();
  }
  return problem.loss().value(fit, problem.y()) +
         problem.beta() / 2 * (network.filters.squaredNorm() + network.weights.squaredNorm());
}

/// Dual norm, bound and gap from the dual, by themselves.
void bound(const TrainingProblem& problem, const Matrix& stacked,
           LinearConvolutionSolution& result) {
  const Index K = result.Z.rows();
  Matrix sum = Matrix::Zero(K, stacked.cols());
  for (Index i = 0; i < problem.samples(); ++i) {
    sum += result.dual[i] * stacked.middleRows(i * K, K);
  }
  result.dual_norm = Eigen::JacobiSVD<Matrix>(sum).singularValues()[0];
  const double limit = result.dual_norm > problem.beta() ? problem.beta() / result.dual_norm : 1.0;
  result.info.lower_bound =
      problem.dual_objective(problem.best_dual_scale(result.dual, limit) * result.dual);
  const double gap = result.info.objective - result.info.lower_bound;
  result.info.relative_gap = gap > 0 ? gap / result.info.objective : 0.0;
}

}  // namespace

LinearConvolutionSolution solve_linear_convolution(const TrainingProblem& problem,
                                                   const PatchGeometry& patches,
                                                   const SolverSettings& settings) {
  if (problem.output_bias() == OutputBias::kPenalised || problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument(
        "linear convolutions: expected no skip connection, and an output bias that is free or "
        "absent");
  }
  const Matrix stacked = patches.stacked(problem.X());
  const Index K = patches.patches();
  const Index h = patches.size();
  const ConicSolution solved = solve_conic(semidefinite_program(problem, stacked, K), settings);
  LinearConvolutionSolution result;
  result.info = solved.info;
  result.Z = symmetric_matrix(solved.x.front()).bottomLeftCorner(K, h);
  result.bias = solved.free.size() > 0 ? solved.free[0] : 0.0;
  factor(result);
  result.objective = network_objective(problem, stacked, result);
  result.dual = problem.project_to_dual_domain(solved.dual);
  bound(problem, stacked, result);
  return result;
}

}  // namespace thalweg
