#pragma once

#include <optional>
#include <vector>

#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A network of threshold units, h_l = 1{W_l h_{l-1} >= t_l} entrywise with h_0 = x, and outputs
/// sum_j alpha_j h_j over the last layer plus the output bias.
struct ThresholdNetwork {
  std::vector<Matrix> weights;     ///< W_l (m_l x m_{l-1}), m_0 = d
  std::vector<Vector> thresholds;  ///< t_l (m_l)
  Vector alpha;                    ///< (m of the last layer)
  double output_bias = 0;

  /// The units of the last layer on samples X (n x d), (n x m) of zeros and ones.
  [[nodiscard]] Matrix activations(const Matrix& X) const;
  /// Outputs, (n). O(n sum_l m_l m_{l-1}).
  [[nodiscard]] Vector predict(const Matrix& X) const;
};

/// l(outputs, y) + beta |alpha|_1 + gamma/2 b^2: the objective of threshold networks, X, y, l, beta
/// and gamma the problem's.
[[nodiscard]] double threshold_objective(const TrainingProblem& problem,
                                         const ThresholdNetwork& network);

struct ThresholdSettings {
  EnumerationSettings enumeration;
  SolverSettings solver;
};

/// A solution of the two-layer program.
struct ThresholdSolution {
  EnumerationInfo cells;  ///< `complete()`: the network is optimal to info.relative_gap among all
                          ///< that have generic directions, else among those of some patterns
  SolverInfo info;        ///< of the Lasso; lower_bound holds for all networks. kStopped when not
                          ///< all cells are there, for whatever reason
  std::optional<ThresholdNetwork> network;  ///< at most n units; none where a cell has
                                            ///< no point of doubles inside
  double objective = 0;                     ///< of the network; of the Lasso without one
  Vector dual;                              ///< nu (n), before scaling
  double dual_norm = 0;                     ///< max |sum of nu over active samples| over columns
};

/// Trains two-layer threshold networks to global optimality over all widths:
///   min l(sum_j alpha_j 1{X w_j >= 0} + b, y) + beta |alpha|_1 + gamma/2 b^2
/// over generic directions: w_j = 0, or no sample is on the threshold (x_i^T w_j != 0 unless
/// x_i = 0). Hidden weights
/// cost nothing, as their length does not matter: this is beta/2 sum (alpha_j^2 + s_j^2) for units
/// s_j 1{.} of trainable height, and the infimum under weight decay on w_j too.
/// Convex program: the Lasso over the columns D_i 1 of all cells of {u : x_i^T u = 0}, and ones.
///
/// *Lemma.* Both have the same value. *Proof.* 1{X w >= 0} depends on w by its cell alone and is
/// its pattern, every cell has a direction inside, w = 0 makes ones, and equal columns merge at no
/// loss by the triangle inequality. QED A direction on walls counts the samples on them as active;
/// where those samples are linearly independent a cell beside has the same column. Where they are
/// dependent it may have a column that no generic direction has, and networks with such units may
/// be below the bound.
///
/// Dual: |sum of nu over the active samples| <= beta for every cell. Without all cells the Lasso is
/// over evenly spread ones of the list, and the bound from |sum of nu over any samples| <= beta,
/// which holds for units of any kind.
///
/// Errors: InvalidArgument for a skip connection, and as the enumerator for its settings;
/// constraints and ranges of work restrict the networks. Of a deadline at most 30 % go to the
/// cells; memory O(n P) bytes for P cells, of which at most 2^30 / n are listed. Source:
/// Ergen, Gulluk, Lacotte and Pilanci 2023; theory 8.5.
[[nodiscard]] ThresholdSolution solve_threshold(const TrainingProblem& problem,
                                                const ThresholdSettings& settings = {});

/// The optimum of deep threshold networks in closed form.
struct DeepThresholdOptimum {
  double value = 0;
  Vector fit;                ///< (n)
  ThresholdNetwork network;  ///< three layers; at most n units in both hidden layers
  double objective = 0;      ///< of the network
  double lower_bound = 0;    ///< up to rounding; of any depth and width
};

/// The t >= 0 with sum_i (y_i - t)_+ = budget, or 0 when the sum at 0 is no more: min over f of
/// 1/2 |f - y|^2 + budget max(0, max f) is min(y, t), for y >= 0. y (n), budget >= 0. O(n log n).
[[nodiscard]] double clip_level(const Vector& y, double budget);

/// The optimum of threshold networks of three or more layers whose first layer has thresholds of
/// its own and is wide enough (n units), with the squared loss:
///   min l(sum_j alpha_j h_j(X), y) + beta |alpha|_1
///     = min over f in R^n of c/2 |f - y|^2 + beta (max_i (f_i)_+ + max_i (-f_i)_+),
/// at f_i = min(y_i, t_+) where y_i > 0 and max(y_i, -t_-) elsewhere, t_+- the clip levels of the
/// parts of y for the budget beta / c (c = 1, or 1/n for the mean).
///
/// *Lemma.* A last hidden layer can put out every vector of zeros and ones, when the samples are
/// distinct. *Proof.* Along a direction v in which they have distinct places, first-layer units
/// 1{v^T x >= t_k} between neighbours tell the place; a second-layer unit that adds 1 where the
/// wanted vector rises and -1 where it falls along v, with the threshold 1/2, is that vector. QED
/// *Gauge.* min |alpha|_1 over f = sum alpha_j h_j with h_j in {0, 1}^n is max f_+ + max f_-: at
/// the largest entry the positive alphas must sum to it; and f_+ is the sum over its distinct
/// values v_1 < v_2 < .. of (v_k - v_{k-1}) 1{f_+ >= v_k}: one unit for each level. QED For f_i the
/// sign of y_i (or 0) is best, so the program splits in two, each a projection by clip_level().
/// Dual: the sum of the positive and that of the negative entries of nu are at most beta in size.
///
/// Errors: InvalidArgument unless the loss is the squared one without sample weights, there are no
/// output bias and no skip connection, and the samples are distinct and far enough apart that
/// doubles separate them along some tried direction. O(n log n + n d). Source: theory 8.5.
[[nodiscard]] DeepThresholdOptimum deep_threshold_optimum(const TrainingProblem& problem);

}  // namespace thalweg
