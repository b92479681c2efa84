#pragma once

#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/reformulation/gated_program.hpp"

namespace thalweg {

/// w = u - v with u and v in the closed cone of a pattern.
struct ConeParts {
  bool feasible = false;  ///< false: w is not a difference of cone vectors (no such u, v)
  Vector u;
  Vector v;
  double length = 0;       ///< |u| + |v|
  double lower_bound = 0;  ///< of |u| + |v| over all such parts, from the multipliers
  bool stopped = false;    ///< `control` cut the search; not feasible when no parts were found
};

/// How the parts are chosen.
enum class Decomposition {
  kMinimumNorm,   ///< min |u| + |v|
  kLeastSquares,  ///< min |u|^2 + |v|^2: one projection; at most sqrt(2) times the minimum
};

/// The parts of w (d) in K = {u : (2 D - 1) X u >= 0}; X (n x d), gates (n) with entries > 0 where
/// D is active.
///
/// u runs over P = {u : M u >= max(0, M w)}, M = (2 D - 1) X, and v = u - w. *Lemma.* Where u and v
/// are not 0, they are the parts of minimum norm if and only if u is the projection of theta w on P
/// with theta = |u| / (|u| + |v|). *Proof.* The program min |u| + |u - w| over P is convex with
/// linear constraints, so u is optimal exactly when u / |u| + (u - w) / |u - w| = M^T mu with mu >=
/// 0 complementary to the constraints; the left side is (1/|u| + 1/|v|) (u - theta w), and these
/// are the conditions of the projection. QED. So the minimum is a fixed point in one real variable.
/// lower_bound = mu^T max(0, M w) - q^T w with q = M^T mu - p, both p and q scaled into the unit
/// ball, holds for any mu >= 0 by Lagrangian duality. Projections are least-distance programs
/// solved by nonnegative least squares (Lawson and Hanson), O(n d) a step of the active set.
/// Errors: InvalidArgument on shapes. Source: Mishkin, Sahiner and Pilanci 2022 for the question;
/// the fixed point is derived.
[[nodiscard]] ConeParts cone_parts(const Matrix& X, const Vector& gates, const Vector& w,
                                   Decomposition decomposition, const RunControl& control = {});

/// A ReLU network from a gated solution: the same outputs on the training samples.
struct DecomposedNetwork {
  bool feasible = false;  ///< every block could be decomposed
  bool stopped = false;   ///< `control` cut the work; then not feasible, and nothing else is set
  std::vector<Neuron> neurons;
  double bias = 0;
  Vector skip;
  double objective = 0;      ///< of the ReLU network: an upper bound of the optimum over all widths
  double blow_up = 1;        ///< sum (|u| + |v|) / sum |w|, at least 1
  double worst_blow_up = 1;  ///< the largest (|u| + |v|) / |w| of a block
};

/// Decomposes every block of a gated solution: D X w = (X u)_+ - (X v)_+ on the samples. When
/// `control` says stop, blocks keep the best parts found so far; one that has none yet ends the
/// work. A projection is not interrupted.
[[nodiscard]] DecomposedNetwork cone_decomposition(const TrainingProblem& problem,
                                                   const Matrix& patterns,
                                                   const GatedSolution& solution,
                                                   Decomposition decomposition,
                                                   const RunControl& control = {});

}  // namespace thalweg
