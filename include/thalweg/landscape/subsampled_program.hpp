#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/landscape/stationarity.hpp"

namespace thalweg {

/// Which convex program a stationary point is the global optimum of.
enum class SubsampledKind {
  kOwnPatterns,    ///< no ties: the neurons' own patterns, both signs
  kAdjacentCells,  ///< d-stationary: all cells that touch a neuron, with its own sign (Theorem S2)
  kFaces,          ///< Clarke stationary: the neurons' faces, ties held at 0 (Theorem S0)
};
/// "own_patterns", "adjacent_cells", "faces".
[[nodiscard]] std::string_view to_string(SubsampledKind kind);

struct SubsampledSettings {
  Index max_patterns = 4096;  ///< beyond as many adjacent cells the faces are taken
  double relative_gap = 1e-10;
  int threads = 1;
  RunControl control;
};

/// The convex program over the patterns that a network uses, its optimum and the network's distance
/// from it; all numbers are estimates. Reals that were not computed are NaN.
struct SubsampledProgram {
  SubsampledKind kind = SubsampledKind::kOwnPatterns;
  Index patterns = 0;  ///< blocks are these, or twice as many with both signs
  double objective = std::numeric_limits<double>::quiet_NaN();  ///< L of the point looked at
  /// D(tau nu) <= the program's optimum, nu the point's own dual.
  double lower_bound = std::numeric_limits<double>::quiet_NaN();
  double gap = std::numeric_limits<double>::quiet_NaN();  ///< objective - lower_bound
  /// max over the program's blocks of what nu reaches: beta at an optimum.
  double dual_norm = std::numeric_limits<double>::quiet_NaN();
  /// The program solved from scratch: its optimum is between the two. Not solved for points that
  /// are not Clarke stationary, unless it is small.
  SolverStatus status = SolverStatus::kUnsolved;
  double optimum = std::numeric_limits<double>::quiet_NaN();
  double optimum_lower_bound = std::numeric_limits<double>::quiet_NaN();
};

/// The subsampled convex program of the point `found.nearby` with ties `found.ties`, which must
/// come from stationarity() for the same problem.
///
/// *Theorem* (S0). A Clarke stationary point is a global optimum of min l(sum D_j X v_j + U c) +
/// beta sum |v_j| + gamma c^2 / 2 over v_j with x_i^T v_j = 0 on the ties of neuron j, at v_j = s_j
/// |alpha_j| w_j. *Proof.* Project beta w_j / |w_j| = s_j X^T (D_j + Lambda) nu on the kernel of
/// the ties: beta v_j / |v_j| = P_j X^T D_j nu. With the affine equation these are the optimality
/// conditions of this convex program. QED Its constraints are fewer than those of the faces
/// {x_i^T v >= 0 active, <= 0 inactive, = 0 tied}, which hold at the point: it is optimal over the
/// faces as well, both signs allowed, and without ties over its own patterns.
///
/// *Theorem* (S2). A balanced point is d-stationary iff max {s_j nu^T D_k X u : u in K_k, |u| <= 1}
/// = beta is reached at w_j / |w_j| for every closed cell K_k that contains w_j, nonzero, and the
/// affine equation holds; it is then a global optimum of the program of these cells, each with its
/// neuron's own sign. *Proof.* docs/theory/stationarity.md.
///
/// The dual bound is D(tau nu), tau <= beta over the largest block value. Own patterns and adjacent
/// cells are solved by restricted_program, faces by a group lasso over the kernels. Source: theory
/// section 3.2.
[[nodiscard]] SubsampledProgram subsampled_program(const TrainingProblem& problem,
                                                   const Stationarity& found,
                                                   const SubsampledSettings& settings = {});

}  // namespace thalweg
