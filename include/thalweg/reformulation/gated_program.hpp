#pragma once

#include <functional>
#include <vector>

#include "thalweg/convex/block_solver.hpp"

namespace thalweg {

/// A solution of the gated program. Everything refers to rows of the given pattern matrix.
struct GatedSolution {
  SolverInfo info;          ///< lower_bound bounds this program, over these patterns
  BlockMethod method;       ///< the solver that was used
  std::vector<Index> rows;  ///< patterns with a nonzero block, ascending; of equal ones the first
  Matrix W;                 ///< (d x |rows|) their weights
  double bias = 0;          ///< output bias, 0 when the problem has none
  Vector skip;              ///< (d) skip connection, empty when the problem has none
  Vector dual;              ///< nu (n), in the domain of D, before scaling to feasibility
  double dual_norm = 0;     ///< max_i |X^T D_i nu|
  Index distinct = 0;       ///< distinct patterns with an active sample: the blocks of the program
};

struct GatedSettings {
  SolverSettings solver;
  BlockMethod method = BlockMethod::kAutomatic;
};

/// The convex program of gated ReLU networks over given patterns,
///   min l(sum_i D_i X w_i + X v + b 1, y) + beta sum_i |w_i| + gamma/2 b^2,
/// to a relative duality gap.
///
/// patterns (p x n): entries > 0 mean active, others inactive. Equal patterns and patterns without
/// an active sample change nothing and are left out.
///
/// What its value says about ReLU networks: with *all* patterns of the arrangement {x_i^T u = 0} it
/// is a lower bound of the ReLU optimum over all widths (the cones (2 D_i - 1) X w_i >= 0 are
/// dropped, and both signs of a neuron use one block). Over a subset of the patterns it is neither
/// a lower nor an upper bound; cone_decomposition() turns its solution into a ReLU network, whose
/// objective is an upper bound.
///
/// `start` (optional) warm-starts from a solution over the same patterns. Throws InvalidArgument
/// when the matrix has not n columns. Complexity and source: the block solvers'.
[[nodiscard]] GatedSolution solve_gated(const TrainingProblem& problem, const Matrix& patterns,
                                        const GatedSettings& settings = {},
                                        const GatedSolution* start = nullptr);

/// The gated program for a list of beta, each solved from the one before, to the relative duality
/// gap of `settings` at every value; `problem`'s own beta is not used. What the solvers make of the
/// patterns (distinct rows, eigendecompositions, the last prices) is made once. A solution's
/// `method` is the rule's first choice; block_path may change to another on the way. `deliver`
/// receives every solution in order and returns whether to go on. Throws InvalidArgument when a
/// beta is not positive and finite, or as solve_gated.
void gated_path(const TrainingProblem& problem, const Matrix& patterns,
                const std::vector<double>& betas, const GatedSettings& settings,
                const std::function<bool(double beta, const GatedSolution&)>& deliver);

/// Objective of gated weights, recomputed from the data by plain loops: for checks.
[[nodiscard]] double gated_objective(const TrainingProblem& problem, const Matrix& patterns,
                                     const GatedSolution& solution);

}  // namespace thalweg
