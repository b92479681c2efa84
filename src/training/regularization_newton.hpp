#pragma once

#include <Eigen/LU>
#include <cstdint>
#include <optional>
#include <vector>

#include "thalweg/model/training_problem.hpp"
#include "training/regularization_pieces.hpp"

namespace thalweg::detail {

/// Derivative of a PathState along its branch.
struct PathTangent {
  std::vector<double> mass;
  std::vector<Vector> u;
  Vector affine;
};

/// The stationarity equations of given pieces at one beta, and Newton's method for them:
///   u_j^T c_j = beta,  Q_j^T c_j = 0,  a^T nu = gamma c,   c_j = s_j X^T (gate_j nu),
/// with Q_j the part of the piece's basis orthogonal to u_j, nu = -grad l(fit) and fit = sum z_j
/// s_j gate_j (X u_j) + A c, a the columns of A and c the coefficients of the affine part. Free
/// columns that depend on others keep their coefficient. In the unknowns (z, u, c) the Jacobian is
/// regular where a mass is 0.
class PathEquations {
 public:
  PathEquations(const TrainingProblem& problem, const std::vector<PathPiece>& pieces);

  /// Fit and dual of the state from its masses, directions and affine part.
  void refresh(PathState& state) const;

  /// The branch's point at `beta`, started from `guess`; nothing when Newton's method fails there.
  [[nodiscard]] std::optional<PathState> solve(const PathState& guess, double beta);

  /// The derivative in beta at a solution; nothing when the Jacobian is singular.
  [[nodiscard]] std::optional<PathTangent> tangent(const PathState& state);

  /// Derivatives in other parameters p with d(nu)/dp = `pulls` (n x q) at fixed weights, column by
  /// column; empty when the Jacobian is singular.
  [[nodiscard]] std::vector<PathTangent> tangents(const PathState& state, const Matrix& pulls);

  /// Largest residual of the equations, relative to beta.
  [[nodiscard]] double residual(const PathState& state) const;

  /// What rounding of fit and dual makes of the residual.
  [[nodiscard]] double noise(const PathState& state) const;

  [[nodiscard]] std::int64_t steps() const { return steps_; }

 private:
  struct System;

  [[nodiscard]] std::optional<System> system(const PathState& state) const;
  [[nodiscard]] Vector residuals(const PathState& state) const;
  [[nodiscard]] PathTangent expand(const PathState& state, const Vector& x) const;
  /// The k-th of the coefficients that move.
  [[nodiscard]] double coefficient(const PathState& state, Index k) const;
  [[nodiscard]] Index free_size() const { return static_cast<Index>(affine_at_.size()); }

  const TrainingProblem& problem_;
  const std::vector<PathPiece>& pieces_;
  std::vector<Index> affine_at_;  ///< which coefficients move: independent columns
  Matrix affine_;                 ///< (n x those)
  Vector penalised_;              ///< (those) their penalty is this times beta: 1 or 0
  std::int64_t steps_ = 0;
};

}  // namespace thalweg::detail
