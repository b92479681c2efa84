#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/landscape/strict_minimum.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// What was found out about a property.
enum class Finding { kUndecided, kYes, kNo };
/// "yes", "no", "undecided".
[[nodiscard]] std::string_view to_string(Finding finding);

/// A finding, and whether it is proved: with outward rounding or in rational arithmetic, not only
/// estimated. False when undecided.
struct ProvedFinding {
  Finding finding = Finding::kUndecided;
  bool proved = false;
};

/// What moves along a descent direction.
enum class DescentKind {
  kNeuron,     ///< one neuron turns
  kRescale,    ///< one neuron is balanced: (w, alpha) grows on one side and shrinks on the other
  kAffine,     ///< output bias and skip connection
  kEmptySlot,  ///< a zero neuron grows: the objective falls at second order
};
/// "neuron", "rescale", "affine", "empty_slot".
[[nodiscard]] std::string_view to_string(DescentKind kind);

/// A direction of unit length in which the objective of the stored network falls.
struct DescentDirection {
  DescentKind kind = DescentKind::kNeuron;
  Index neuron = -1;  ///< -1 for kAffine
  Vector w;           ///< (d); empty for kAffine
  double alpha = 0;
  Vector affine;  ///< (affine_size()); empty unless kAffine
  /// One-sided derivative of L at `Stationarity::nearby`, an estimate; below 0, or 0 at an empty
  /// slot.
  double slope = 0;
  double step = 0;  ///< the length of the step that was tried, 0 when none was lower
  /// At least L(network) - L(network + step direction), in enclosing arithmetic; 0 when none.
  double decrease = 0;
};

struct StationaritySettings {
  /// How far, relative to its own length, every neuron (w_j, alpha_j) and the affine part may move.
  /// A neuron shorter than this share of the longest one may also become 0.
  double distance = 1e-9;
  double residual = 1e-8;  ///< times beta: what counts as no gradient
  /// Cells of one neuron's ties that are listed where the ties alone do not decide.
  Index max_cells = 4096;
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

/// Verdicts on a network. Reals that were not computed are NaN.
struct Stationarity {
  /// Robust: some point within the distance has the property, with a residual that is at most
  /// settings.residual * beta ("yes"), or none has ("no").
  ProvedFinding balanced;
  ProvedFinding clarke;
  ProvedFinding d_stationary;
  ProvedFinding local_minimum;
  /// 0 in the Clarke subdifferential at the network as stored, in rational arithmetic.
  Finding clarke_exact = Finding::kUndecided;

  TwoLayerNetwork nearby;  ///< the point that was looked at: on its ties, balanced; rounded
  Vector dual;             ///< (n) nu = -grad l there, rounded once
  /// How far that is from the network: the largest relative move of a neuron.
  double moved = std::numeric_limits<double>::quiet_NaN();
  /// Length of the shortest element of the Clarke subdifferential there, rounded up.
  double clarke_residual = std::numeric_limits<double>::quiet_NaN();
  /// Steepest descent there, rounded up; infinite when it was not computed (too many tie cells).
  double descent_rate = std::numeric_limits<double>::quiet_NaN();
  /// Every point within the distance has at least this Clarke residual.
  double clarke_residual_at_least = 0;
  double clarke_residual_stored = std::numeric_limits<double>::quiet_NaN();  ///< as stored
  double balance_defect = 0;  ///< max_j | |alpha_j| - |w_j| |, as stored

  std::vector<std::vector<Index>> ties;  ///< (m) nonzero rows on x_i^T w_j = 0 at `nearby`
  Index exact_ties = 0;                  ///< pairs (row, neuron) with x_i^T w_j = 0 as stored
  Index near_ties = 0;                   ///< pairs with |x_i^T w_j| <= 1e-3 |x_i| |w_j|
  /// Neurons that are zero, or become so because no point nearby keeps them stationary.
  std::vector<Index> empty_slots;

  /// With empty slots: max over unit u of |nu^T (X u)_+| is between these.
  double dual_norm_lower = std::numeric_limits<double>::quiet_NaN();
  double dual_norm_upper = std::numeric_limits<double>::quiet_NaN();
  /// Whether a strict local minimum is near, with its radius.
  StrictMinimum strict;
  std::optional<DescentDirection> descent;
  /// The least distance at which a stationary point to settings.residual was found near the
  /// network; infinity when none was found within 1e-2.
  double stationary_within = std::numeric_limits<double>::infinity();
  bool stopped_at_limit = false;
  double seconds = 0;
};

/// Is a network a stationary point, or next to one?
///
/// With nu = -grad l at the fit, T_j = {i : x_i^T w_j = 0} the ties of neuron j and D_j the rows it
/// is active on, the Clarke subdifferential of L is the product over neurons of
///
///   { beta alpha_j - nu^T (X w_j)_+ }  x  ( beta w_j - alpha_j conv { X^T (D_j + E) nu } ),
///
/// E over the patterns that generic vectors have on T_j, and of gamma c - U^T nu for the affine
/// part c with columns U. *Proof.* L is a smooth function of (X w_j)_+, alpha and c, so its
/// gradients near theta converge to these vectors with E any pattern of x_i^T delta, delta generic;
/// neurons choose delta independently, and the hull of a product is the product of the hulls. QED
///
/// 0 in it implies |alpha_j| = |w_j|: the inner products of the two parts with w_j and alpha_j are
/// beta |w_j|^2 - alpha_j nu^T (X w_j)_+ and beta alpha_j^2 - the same, as ties contribute 0.
///
/// *Ties.* Parallel tied rows x_i = a_i x are one hyperplane with one gate g: g where a_i > 0, 1 -
/// g where a_i < 0; its pull is W x, W = sum nu_i |a_i|. The hull lies in the zonotope of all gates
/// g in [0, 1]. *Lemma* (span test). They are equal when the span of the hyperplanes of W > 0 and
/// that of W < 0 meet in 0 only. *Proof.* For W > 0 only, the hull is the subdifferential of the
/// convex function sum W_t (x_t^T u)_+ at 0, which is the sum of those of its terms; likewise for
/// W < 0. With independent spans delta chooses both patterns independently. QED Otherwise the cells
/// of the arrangement of the ties are listed.
///
/// *d-stationarity* (no direction of descent, to first order). L'(theta; v) of neuron j is
/// |alpha_j| (r^T v - sum_t s_j W_t (x_t^T v)_+) with r = beta w_j / |w_j| - s_j X^T D_j nu (rows
/// of a_i < 0 active). Where all s_j W_t <= 0 it is convex in v, and nonnegative iff 0 is in the
/// zonotope. A tie of s_j W_t > 0 is a downward kink: for v orthogonal to the other ties the
/// slopes at v and -v add up to -|alpha_j| s_j W_t |x_t^T v| < 0, so one of them is negative.
/// Otherwise the steepest slope is the maximum over the cells C of the ties of the length of the
/// projection of s_j q_C - beta w_j / |w_j| on the closed cone C, q_C the gradient there.
///
/// *Local minimum* (theory Thm LM): without zero neurons iff d-stationary; with one iff global.
///
/// *Robust yes* exhibits a point: neurons are projected on their near ties, balanced, and refined
/// by Newton's method where the residual is not small enough; its fit and nu are rational numbers
/// (for the logistic loss enclosures), and the residual is rounded up. *Robust no* bounds all
/// points of the ball. *Lemma.* For any vectors p_j the Clarke residual at every point (w', alpha',
/// c') of the ball is at least the root of the sum of the squares of
///   min over the ball of (beta p_j^T w_j' - alpha_j' p_j^T X^T (D' + Lambda) nu') / |p_j|,
/// gates of rows that cannot vanish in the ball being fixed and the others in [0, 1], of the least
/// |beta alpha_j' - nu'^T (X w_j')_+| and of the affine part's. *Proof.* Every element of the
/// Clarke set at such a point has this form, and |g| >= p^T g / |p|. QED All of it is evaluated in
/// enclosing arithmetic. *Lemma* (d-stationarity). Let s_j W_t > 0 on the ball for some hyperplanes
/// t of neuron j. If for every pattern of gates that generic vectors have on them, the others as
/// above, the bound is above e, every point of the ball has a direction of slope below -e. *Proof.*
/// Fix a point, and choose the pattern of a generic point next to it: off t that is its gate. For g
/// in [0, 1] and s_j W_t > 0, -s_j W_t (z)_+ <= -g s_j W_t z, so the slope along v = -p_j is at
/// most the largest -p_j^T g_elem over the elements with these gates, which is below -e |p_j|. QED
///
/// `yes` for local_minimum is proved when `strict` is certified within the distance; otherwise it
/// says that the point is d-stationary to the residual, and globally optimal to 1e-8 when a slot is
/// empty. `network` (one output): throws InvalidArgument when it does not fit the problem.
/// O(n d m) interval and integer operations, beside Newton's method on small networks and the
/// dual oracle when a slot is empty. Source: theory sections 3.1 to 3.3,
/// docs/theory/stationarity.md.
[[nodiscard]] Stationarity stationarity(const TrainingProblem& problem,
                                        const TwoLayerNetwork& network,
                                        const StationaritySettings& settings = {});

}  // namespace thalweg
