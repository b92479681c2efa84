#pragma once

#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/core/loss.hpp"

namespace thalweg {

/// A product of cones. A vector of it holds the entries of the orthant, then each second-order cone
/// {(t, v) : t >= |v|}, then each cone of semidefinite matrices as `symmetric_vector` orders them.
struct ConeProduct {
  Index orthant = 0;                     ///< number of nonnegative entries
  std::vector<Index> second_order = {};  ///< entries of each, t included, at least 1
  std::vector<Index> semidefinite = {};  ///< side of each matrix, at least 1

  /// k, the number of entries of a vector of the cone.
  [[nodiscard]] Index size() const;
};

/// The lower triangle of a symmetric matrix (m x m), column by column, off-diagonal entries times
/// sqrt 2: m (m + 1) / 2 entries whose inner product is the matrices'.
[[nodiscard]] Vector symmetric_vector(const Matrix& matrix);
/// The matrix (m x m) of such a vector. Throws InvalidArgument when no m has as many entries.
[[nodiscard]] Matrix symmetric_matrix(const Vector& entries);

/// A block x in R^q of a conic program: A x enters the fit, c^T x the objective, and F x + f must
/// lie in the cone K.
struct ConicBlock {
  Matrix map = {};        ///< A (n x q); 0 x 0 stands for zero
  Vector cost = {};       ///< c (q)
  Matrix rows = {};       ///< F (k x q), independent columns
  Vector offset = {};     ///< f (k); empty stands for 0
  ConeProduct cone = {};  ///< K
};

/// The convex program
///   minimise  l(sum_i A_i x_i + U v, y) + sum_i c_i^T x_i   s.t.  F_i x_i + f_i in K_i,
/// whose dual is
///   maximise  D(nu) - sum_i f_i^T z_i   s.t.  A_i^T nu + F_i^T z_i = c_i,  z_i in K_i,  U^T nu = 0
/// (the cones are their own duals). Without samples (n = 0) it is a linear, second-order cone or
/// semidefinite program.
struct ConicProgram {
  const Loss& loss;                     ///< l, with D its dual value; must outlive the program
  Vector targets = {};                  ///< y (n)
  std::vector<ConicBlock> blocks = {};  ///< at least one
  Matrix free_columns = {};             ///< U (n x r), v not penalised; 0 x 0 stands for none
};

/// What the end of the iterates shows about the program.
enum class ConicOutcome {
  kBounded,    ///< nothing but an optimum
  kUnbounded,  ///< the x are a direction along which the objective falls without end, to rounding
  kInfeasible  ///< the multipliers show that no x satisfies F x + f in K, to rounding
};

/// A primal and a dual point of a conic program.
struct ConicSolution {
  /// objective = l(fit) + sum c_i^T x_i of the returned x, which lie in the cones to within
  /// `infeasibility`. lower_bound is the dual value less sum_i |c_i - A_i^T nu - F_i^T z_i| |x_i|
  /// and |U^T nu| |v|: it bounds the objective of all points that are blockwise no longer than the
  /// returned one. What the returned x gain by leaving the cones, |z_i^T (F_i x_i + f_i - s_i)|, is
  /// deducted too: the gap counts it. stationarity is the largest residual of the dual's equations,
  /// relative to the largest c and A^T nu (to the largest U and |grad l(0)| for U^T nu); above 1e-6
  /// the lower bound is minus infinity. relative_gap = (objective - lower_bound) / max(|objective|,
  /// |lower_bound|, S) with S = 1e-8 (l(0) + largest cost times size of the starting point), and
  /// without samples at least 1e-2 times largest cost times largest offset: values below that count
  /// as 0.
  SolverInfo info;
  ConicOutcome outcome = ConicOutcome::kBounded;
  std::vector<Vector> x;
  std::vector<Vector> multipliers;  ///< z_i in the interior of K_i
  Vector free;                      ///< v (r)
  Vector dual;                      ///< nu (n), in the domain of D; -grad l(fit) to the gap
  double infeasibility = 0;  ///< largest entry of F_i x_i + f_i - s_i, s_i in K_i, relative to the
                             ///< largest offset and entry of the starting point; orthant rows of
                             ///< F_i divided by their lengths
};

/// Solves a conic program by a primal-dual interior-point method: Nesterov-Todd scaling, Mehrotra's
/// predictor and corrector, infeasible start.
///
/// A Newton step eliminates blocks by orthogonal factors W_i^{-T} F_i = Q_i R_i (which keeps the
/// accuracy that the normal equations lose as the gap closes), then factors the n x n system
/// I + E sum_i B_i B_i^T E, B_i = A_i R_i^{-1}, E^2 the second derivatives of the loss. Huber and
/// squared hinge enter through the bounds of their dual, each a pair of an orthant; the logistic
/// loss through its conjugate, a barrier of its dual's bounds. Rows of the orthant may have any
/// lengths; columns of F of very different lengths cost steps and accuracy.
///
/// Ends with kSolved at settings.relative_gap with residuals of the same size; with
/// kReducedAccuracy where rounding ends progress; an unbounded or infeasible program with
/// kReducedAccuracy and its outcome. Throws InvalidArgument when shapes do not fit, a number is not
/// finite, labels are not in {-1, 1} where the loss needs them, or the columns of an F_i are
/// dependent. Deterministic, one thread. O(sum_i (k_i q_i^2 + n q_i^2 + n^2 q_i) + n^3) a step and
/// some O(m^3) for each semidefinite cone of side m, O(m^3 q) in all; 10 to 30 steps. Source:
/// Vandenberghe 2010, "The CVXOPT linear and quadratic cone program solvers".
[[nodiscard]] ConicSolution solve_conic(const ConicProgram& program,
                                        const SolverSettings& settings);

}  // namespace thalweg
