#include "thalweg/convex/kkt_residuals.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

using Real = long double;
using RealVector = std::vector<Real>;

Real length(const RealVector& v) {
  Real sum = 0;
  for (const Real x : v) sum += x * x;
  return std::sqrt(sum);
}

/// x_i^T w.
Real row_dot(const Matrix& X, Index i, const Vector& w) {
  Real sum = 0;
  for (Index k = 0; k < w.size(); ++k) sum += static_cast<Real>(X(i, k)) * w[k];
  return sum;
}

/// s X^T D nu + X^T (2D - 1) rho.
RealVector block_vector(const Matrix& X, const Matrix& patterns, const RestrictedBlock& block,
                        const Vector& nu) {
  RealVector c(static_cast<std::size_t>(X.cols()), 0);
  const auto add_row = [&](Index i, Real factor) {
    for (Index k = 0; k < X.cols(); ++k) c[static_cast<std::size_t>(k)] += factor * X(i, k);
  };
  for (Index i = 0; i < X.rows(); ++i) {
    if (patterns(block.cell, i) > 0) add_row(i, static_cast<Real>(to_double(block.sign)) * nu[i]);
  }
  for (const auto& [i, rho] : block.multipliers) {
    add_row(i, patterns(block.cell, i) > 0 ? rho : -rho);
  }
  return c;
}

void judge_block(const TrainingProblem& problem, const Matrix& patterns,
                 const RestrictedBlock& block, const RealVector& c, KktResiduals& result) {
  const Matrix& X = problem.X();
  const Real beta = problem.beta();
  Real norm = 0;
  for (Index k = 0; k < block.w.size(); ++k) norm += static_cast<Real>(block.w[k]) * block.w[k];
  norm = std::sqrt(norm);
  Real off = 0;
  for (Index k = 0; k < block.w.size(); ++k) {
    const Real part = c[static_cast<std::size_t>(k)] - beta * block.w[k] / norm;
    off += part * part;
  }
  result.stationarity = std::max(result.stationarity, static_cast<double>(std::sqrt(off) / beta));
  for (Index i = 0; i < X.rows(); ++i) {
    Real row = 0;
    for (Index k = 0; k < X.cols(); ++k) row += static_cast<Real>(X(i, k)) * X(i, k);
    if (row == 0) continue;
    const Real side = patterns(block.cell, i) > 0 ? 1 : -1;
    const Real violation = -side * row_dot(X, i, block.w) / (std::sqrt(row) * norm);
    result.feasibility = std::max(result.feasibility, static_cast<double>(violation));
  }
  Real slack = 0;
  for (const auto& [i, rho] : block.multipliers) slack += rho * std::abs(row_dot(X, i, block.w));
  result.complementarity =
      std::max(result.complementarity, static_cast<double>(slack / (beta * norm)));
}

/// max over columns x_k of |x_k^T nu| / (|x_k| |nu|).
double skip_residual(const Matrix& X, const Vector& nu) {
  Real largest = 0;
  for (Index k = 0; k < X.cols(); ++k) {
    Real product = 0;
    Real square = 0;
    Real size = 0;
    for (Index i = 0; i < X.rows(); ++i) {
      product += static_cast<Real>(X(i, k)) * nu[i];
      square += static_cast<Real>(X(i, k)) * X(i, k);
      size += static_cast<Real>(nu[i]) * nu[i];
    }
    if (square * size > 0)
      largest = std::max(largest, std::abs(product) / std::sqrt(square * size));
  }
  return static_cast<double>(largest);
}

}  // namespace

KktResiduals kkt_residuals(const TrainingProblem& problem, const Matrix& patterns,
                           const RestrictedSolution& solution) {
  const Matrix& X = problem.X();
  const Index n = X.rows();
  KktResiduals result;
  RealVector fit(static_cast<std::size_t>(n), solution.bias);
  Real mass = 0;
  Real largest = 0;
  for (const RestrictedBlock& block : solution.blocks) {
    const RealVector c = block_vector(X, patterns, block, solution.dual);
    largest = std::max(largest, length(c));
    for (const auto& [i, rho] : block.multipliers) {
      result.multiplier = std::max(result.multiplier, -rho / solution.dual.norm());
    }
    if (block.w.size() == 0) continue;
    judge_block(problem, patterns, block, c, result);
    mass += block.w.norm();
    for (Index i = 0; i < n; ++i) {
      if (patterns(block.cell, i) > 0) {
        fit[static_cast<std::size_t>(i)] += to_double(block.sign) * row_dot(X, i, block.w);
      }
    }
  }
  if (solution.skip.size() > 0) {
    for (Index i = 0; i < n; ++i) fit[static_cast<std::size_t>(i)] += row_dot(X, i, solution.skip);
    result.skip = skip_residual(X, solution.dual);
  }
  Vector rounded(n);
  for (Index i = 0; i < n; ++i) rounded[i] = static_cast<double>(fit[static_cast<std::size_t>(i)]);
  const double gamma = problem.output_bias() == OutputBias::kPenalised ? problem.beta() : 0.0;
  const Vector slope = problem.loss().gradient(rounded, problem.y());
  const double size = solution.dual.norm();
  if (size > 0) result.dual_fit = (solution.dual + slope).norm() / size;
  if (problem.output_bias() != OutputBias::kNone && size > 0) {
    result.bias = std::abs(gamma * solution.bias - solution.dual.sum()) / solution.dual.lpNorm<1>();
  }
  result.objective = problem.loss().value(rounded, problem.y()) +
                     static_cast<double>(problem.beta() * mass) +
                     0.5 * gamma * solution.bias * solution.bias;
  const double excess = static_cast<double>(largest / problem.beta()) - 1;
  result.dual_excess = std::max(0.0, excess);
  const Vector feasible = solution.dual / (1 + result.dual_excess);
  result.dual_objective = problem.dual_objective(feasible);
  const double gap = result.objective - result.dual_objective;
  result.relative_gap = result.objective != 0 ? gap / std::abs(result.objective) : gap;
  return result;
}

}  // namespace thalweg
