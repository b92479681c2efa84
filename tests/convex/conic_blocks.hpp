#pragma once

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <vector>

#include "thalweg/convex/conic_program.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::testing {

/// The block of beta sum_g |w_g| over consecutive groups of the given sizes with G w >= 0: x =
/// (t_1, w_1, t_2, w_2, ...).
inline ConicBlock group_block(const Matrix& A, const Matrix& G, double beta,
                              const std::vector<Index>& groups) {
  const Index bounds = static_cast<Index>(groups.size());
  const Index q = A.cols() + bounds;
  ConicBlock block;
  block.map = Matrix::Zero(A.rows(), q);
  block.cost = Vector::Zero(q);
  block.rows = Matrix::Zero(G.rows() + q, q);
  block.rows.bottomRows(q).setIdentity();
  block.cone.orthant = G.rows();
  Index from = 0;
  Index to = 0;
  for (const Index size : groups) {
    block.cost[to] = beta;
    block.map.middleCols(to + 1, size) = A.middleCols(from, size);
    block.rows.block(0, to + 1, G.rows(), size) = G.middleCols(from, size);
    block.cone.second_order.push_back(size + 1);
    from += size;
    to += size + 1;
  }
  return block;
}

/// The block of beta |w|_2 with G w >= 0.
inline ConicBlock norm_block(const Matrix& A, const Matrix& G, double beta) {
  return group_block(A, G, beta, {A.cols()});
}

/// All sign vectors s (n) with a w: diag(s) G w > 0, C w > 0, by brute force.
inline std::vector<Vector> sign_vectors(const Matrix& G, const Matrix& C) {
  std::vector<Vector> found;
  const Index n = G.rows();
  for (long mask = 0; mask < 1L << n; ++mask) {
    Vector s(n);
    for (Index i = 0; i < n; ++i) s[i] = (mask >> i & 1) != 0 ? 1 : -1;
    Matrix rows(n + C.rows(), G.cols());
    rows << s.asDiagonal() * G, C;
    if (strict_feasibility(rows).feasible) found.push_back(s);
  }
  return found;
}

/// Both blocks of every activation pattern of X: the program of two-layer ReLU networks.
inline std::vector<ConicBlock> two_layer_blocks(const Matrix& X, double beta) {
  std::vector<ConicBlock> blocks;
  for (const Vector& s : sign_vectors(X, Matrix(0, X.cols()))) {
    const Matrix G = s.asDiagonal() * X;
    const Matrix A = 0.5 * (G + X);
    blocks.push_back(norm_block(A, G, beta));
    blocks.push_back(norm_block(-A, G, beta));
  }
  return blocks;
}

/// How far s is outside the cone; 0 inside.
inline double distance_outside(const ConeProduct& cone, const Vector& s) {
  double outside = cone.orthant == 0 ? 0 : -s.head(cone.orthant).minCoeff();
  Index at = cone.orthant;
  for (const Index size : cone.second_order) {
    outside = std::max(outside, s.segment(at + 1, size - 1).norm() - s[at]);
    at += size;
  }
  for (const Index side : cone.semidefinite) {
    const Index size = side * (side + 1) / 2;
    const Matrix S = symmetric_matrix(s.segment(at, size));
    outside = std::max(
        outside,
        -Eigen::SelfAdjointEigenSolver<Matrix>(S, Eigen::EigenvaluesOnly).eigenvalues()[0]);
    at += size;
  }
  return std::max(outside, 0.0);
}

/// The conditions of optimality, each as its largest violation, from the program alone.
struct ConicViolations {
  double dual_fit = 0;         ///< |nu + grad l(fit)|
  double stationarity = 0;     ///< |c - A^T nu - F^T z|, |U^T nu|
  double slack = 0;            ///< distance of F x + f from K
  double multiplier = 0;       ///< distance of z from K
  double complementarity = 0;  ///< sum of z^T (F x + f)

  [[nodiscard]] double worst() const {
    return std::max({dual_fit, stationarity, slack, multiplier, complementarity});
  }
};

inline ConicViolations conic_violations(const ConicProgram& program,
                                        const ConicSolution& solution) {
  ConicViolations v;
  const auto worsen = [](double& worst, double value) { worst = std::max(worst, value); };
  Vector fit = Vector::Zero(program.targets.size());
  if (solution.free.size() > 0) fit += program.free_columns * solution.free;
  for (std::size_t i = 0; i < program.blocks.size(); ++i) {
    const ConicBlock& block = program.blocks[i];
    const Vector& z = solution.multipliers[i];
    Vector slack = block.rows * solution.x[i];
    if (block.offset.size() > 0) slack += block.offset;
    Vector residual = block.cost - block.rows.transpose() * z;
    if (block.map.size() > 0) {
      fit += block.map * solution.x[i];
      residual -= block.map.transpose() * solution.dual;
    }
    worsen(v.stationarity, residual.cwiseAbs().maxCoeff());
    worsen(v.slack, distance_outside(block.cone, slack));
    worsen(v.multiplier, distance_outside(block.cone, z));
    v.complementarity += z.dot(slack);
  }
  v.complementarity = std::abs(v.complementarity);
  if (fit.size() > 0) {
    v.dual_fit =
        (solution.dual + program.loss.gradient(fit, program.targets)).cwiseAbs().maxCoeff();
  }
  if (solution.free.size() > 0) {
    worsen(v.stationarity,
           (program.free_columns.transpose() * solution.dual).cwiseAbs().maxCoeff());
  }
  return v;
}

}  // namespace thalweg::testing
