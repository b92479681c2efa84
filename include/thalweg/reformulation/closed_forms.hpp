#pragma once

#include <vector>

#include "thalweg/model/branch_network.hpp"
#include "thalweg/model/multi_output_problem.hpp"
#include "thalweg/model/network.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// Data count as of a special kind up to this relative defect; the bounds say what a defect costs.
inline constexpr double kClosedFormDefect = 1e-6;

/// An optimum in closed form. `value` and `fit` are those of data exactly of the special kind;
/// doubles seldom are, so `objective` and `lower_bound` hold for the data as stored (estimates:
/// floating point, no directed rounding) and enclose the optimum over all widths.
struct ClosedForm {
  double value = 0;         ///< of the formula
  Vector fit;               ///< (n), of the formula
  TwoLayerNetwork network;  ///< balanced, at most two neurons
  double objective = 0;     ///< of `network` on the data
  double lower_bound = 0;
  double defect = 0;  ///< how far the data are from their kind, as the function says
};

/// The optimum on whitened data, X X^T = I (n <= d), with the squared loss: min over all widths of
///   c/2 |sum_j (X w_j)_+ alpha_j - y|^2 + beta/2 sum_j (|w_j|^2 + alpha_j^2)
///     = c (h(|y_+|) + h(|y_-|)),  h(t) = b t - b^2/2 if t >= b, t^2/2 if not,  b = beta / c,
/// at the fit (1 - b/|y_+|)_+ y_+ - (1 - b/|y_-|)_+ y_-, with c = 1, or 1/n for the mean.
///
/// *Lemma.* The atoms {(X u)_+ : |u| <= 1} are the set S = {z >= 0 : |z| <= 1}. *Proof.* |(X u)_+|
/// <= |X u| <= |u|; and z = X (X^T z) with |X^T z| = |z|. QED The gauge of the atoms and their
/// negatives is then |f_+| + |f_-|: f = p - q with p, q >= 0 has p >= f_+ and q >= f_- entrywise.
/// So the program is min c/2 |f - y|^2 + beta (|f_+| + |f_-|), which splits by the sign of y into
/// two soft thresholds. *Any depth.* Parallel three-layer branches ((X W)_+ w_2)_+ w_3 with |W|_F
/// <= 1 and cost |w_2| |w_3| have the same atoms: the output is nonnegative and at most sum_j
/// |w_2j| (X w_1j)_+ entrywise, of length at most sum_j |w_2j| |w_1j| <= |w_2|; one neuron attains
/// it.
///
/// *With a defect* e = |X X^T - I|_F the atoms lie in sqrt(1 + e) S, so |nu^T (X u)_+| <= sqrt(1 +
/// e) max(|nu_+|, |nu_-|), and nu = c (y - fit) gives lower_bound after scaling.
///
/// Errors: InvalidArgument when the loss is not the squared one without sample weights, there is
/// an output bias or a skip connection, or e > kClosedFormDefect. O(n^2 d). Source:
/// theory/architectures.md section 8.1; Ergen and Pilanci 2021 for the subject.
[[nodiscard]] ClosedForm whitened_optimum(const TrainingProblem& problem);

/// A deep network's optimum in closed form, for the data as exact: re-evaluate `network` on X.
struct DeepClosedForm {
  double value = 0;
  Vector fit;              ///< (n)
  BranchNetwork network;   ///< at most two branches
  double lower_bound = 0;  ///< for the data as stored, as in ClosedForm
};

/// The optimum of parallel three-layer networks sum_k ((X W_k)_+ w_2k)_+ w_3k, W_k (d x width),
///   c/2 |f - y|^2 + beta/2 sum_k (|w_2k|^2 + w_3k^2)  subject to |W_k|_F <= 1,
/// on whitened data: that of two layers, by the lemma of whitened_optimum(). The network is one of
/// ParallelNetwork with the constrained cost. Errors as there, and width < 1.
[[nodiscard]] DeepClosedForm whitened_three_layer_optimum(const TrainingProblem& problem,
                                                          Index width);

/// The optimum of path-regularised parallel networks of L = fan_ins.size() + 2 layers,
///   c/2 |sum_k f_k(X) - y|^2 + beta sum_k r_k,  r_k^2 = sum over paths of |w_1|^2 prod w_l^2,
/// on whitened data: that of two layers with beta / sqrt(M) in place of beta, M = prod fan_ins the
/// number of paths of a branch. Branches are trees (a node of layer l + 1 reads fan_ins[l - 1] own
/// nodes); layered branches of the widths fan_ins have the same optimum.
///
/// *Proof.* Let a_p be the product of the weights of path p behind the first layer and v_p = |a_p|
/// w_p its first-layer weights scaled by it. A branch's output is of one sign and its size is
/// entrywise at most sum_p (X v_p)_+, whose length is at most sum_p |v_p| <= sqrt(M) r; and M equal
/// paths v_p = X^T z / M give z with r = |z| / sqrt(M). QED
///
/// The network is one of ParallelNetwork with these fan-ins and the path norm. Errors as
/// whitened_optimum(), and a fan-in < 1. Source:
/// theory/architectures.md section 8.1, derived.
[[nodiscard]] DeepClosedForm whitened_path_optimum(const TrainingProblem& problem,
                                                   const std::vector<Index>& fan_ins);

/// An optimum of several outputs in closed form; otherwise as ClosedForm.
struct MultiOutputClosedForm {
  double value = 0;
  Matrix fit;               ///< (n x c)
  TwoLayerNetwork network;  ///< at most one neuron for each output
  double objective = 0;
  double lower_bound = 0;
  double defect = 0;
};

/// The optimum on whitened data with targets Y >= 0 of which every sample has at most one that is
/// not 0 (class indicators, times any positive sizes), squared loss: c sum_k h(|y_k|) over the
/// columns of Y, h as in whitened_optimum(), at the columns (1 - b/|y_k|)_+ y_k; neuron k has the
/// direction X^T y_k / |y_k| and feeds output k alone, so this is the optimum for shared neurons
/// and for independent outputs.
///
/// *Proof.* The columns have disjoint supports, so Y = sum_k |y_k| (y_k / |y_k|) e_k^T is a
/// singular value decomposition with nonnegative left vectors. The fit F is feasible at that cost;
/// N = c (Y - F) has the singular values min(c |y_k|, beta), so |N^T z| <= beta |z| for all z, the
/// atoms z = (X u)_+ among them; and <N, F> = beta sum_k |f_k|, so that D(N) equals the objective.
/// QED A defect e of the whitening costs sqrt(1 + e), as there.
///
/// Errors: InvalidArgument as whitened_optimum(), and when Y is not of that form. O(n^2 d + n c).
/// Source: theory/architectures.md section 8.2.
[[nodiscard]] MultiOutputClosedForm whitened_one_hot_optimum(const MultiOutputProblem& problem);

/// The optimum on data of rank one, X = g a^T with |a| = 1, squared loss. With the features f_+ =
/// g_+ and f_- = (-g)_+, whose supports are disjoint,
///   value = c/2 |y|^2 - sum over s of (|f_s^T y| - b)_+^2 c / (2 |f_s|^2),
/// at z_+ f_+ + z_- f_-, z_s = soft(f_s^T y, b) / |f_s|^2, soft the soft threshold; the neurons are
/// z_+ (a^T x)_+ and z_- (-a^T x)_+.
///
/// *Proof.* (X u)_+ is (a^T u) f_+ if a^T u >= 0 and -(a^T u) f_- if not: the atoms are the
/// segments from 0 to f_+ and f_-, and the program is a Lasso with orthogonal columns. QED
/// Parallel three-layer branches with |W|_F <= 1 have the same hull of atoms: the output on a line
/// is p f_+ + q f_- with p + q at most the cost.
///
/// `defect` is s_2 / s_1, the singular values of X; |(X u)_+ - (X_1 u)_+| <= s_2 for the rank-one
/// part X_1, so |nu^T (X u)_+| <= max_s |f_s^T nu| + s_2 |nu|, which gives lower_bound. Errors:
/// InvalidArgument as whitened_optimum() for the problem, when X = 0, or when the defect exceeds
/// kClosedFormDefect. O(n d min(n, d)). Source:
/// theory/architectures.md section 8.3.
[[nodiscard]] ClosedForm rank_one_optimum(const TrainingProblem& problem);

}  // namespace thalweg
