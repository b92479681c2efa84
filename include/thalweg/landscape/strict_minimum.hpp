#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// Whether a strict local minimum is proved, or else what stands in the way. None but kCertified
/// says anything about the network: it may still be a local minimum.
enum class StrictMinimumStatus {
  kUnsolved,     ///< nothing was computed
  kCertified,    ///< there is a strict local minimum within `distance` of `network`
  kEmptySlot,    ///< a neuron is zero: a local minimum with an empty slot can be moved
  kDependent,    ///< the activations on the neurons' kinks are not proved independent, as for
                 ///< colinear neurons of one sign: the minimum need not be strict
  kFar,          ///< Newton's method finds no stationary point within the allowed distance
  kKink,         ///< a neuron is too near a kink that it is not on
  kMultiplier,   ///< a multiplier of a kink is not proved strictly between its bounds; outside of
                 ///< them the objective falls on one side
  kCurvature,    ///< the curvature of the loss jumps there (Huber, squared hinge)
  kNotEnclosed,  ///< the equations are too ill-conditioned for double precision
};

/// One sentence for people.
[[nodiscard]] std::string_view describe(StrictMinimumStatus status);

struct StrictMinimumSettings {
  double distance = 1e-6;  ///< how far the minimum may be from the network, relative to its length
  double kink = 1e-9;  ///< rows with |x_i^T w| <= kink |x_i| |w| are taken as the neuron's kinks
};

/// A proof that a strict local minimum of the width-m objective L is near a network. Reals that
/// were not computed are NaN.
struct StrictMinimum {
  StrictMinimumStatus status = StrictMinimumStatus::kUnsolved;
  /// Refined by Newton's method and balanced; the given one when nothing was certified.
  TwoLayerNetwork network;
  /// At least the length of `network` - minimum, over all parameters.
  double distance = std::numeric_limits<double>::quiet_NaN();
  /// At least the length of given network - minimum.
  double moved = std::numeric_limits<double>::quiet_NaN();
  /// L(theta) > L(minimum) for every other theta whose weights w_j and alpha_j are all closer than
  /// this to the minimum's (any output bias and skip connection).
  double radius = std::numeric_limits<double>::quiet_NaN();
  /// L at the minimum is between these.
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  /// (m) rows each neuron is exactly on, ascending.
  std::vector<std::vector<Index>> kinks;
};

/// Certifies, for the stored doubles, that a network is next to a strict local minimum of L among
/// all networks of its width.
///
/// *Lemma.* Let each neuron j have a sign s_j, a set K_j of kinks and gates g_ij in {0, 1} off K_j;
/// rows of zeros are left out. On K_j all rows x_i = a_i x of one hyperplane x^T w = 0 share a
/// number g in (0, 1): g_ij is g where a_i > 0 and 1 - g where a_i < 0. Let (w, c) be such that,
/// with nu = -grad l at the fit,
///
///   (1) w_j != 0, x_i^T w_j = 0 on K_j, and x_i^T w_j > 0 or < 0 elsewhere as g_ij is 1 or 0;
///   (2) beta w_j / |w_j| = s_j X^T diag(g_j) nu for all j, and U^T nu = gamma c for the affine
///       part c with columns U and penalties gamma;
///   (3) sum s_j nu_i |a_i| < 0 over the rows of each hyperplane of K_j;
///   (4) the convex function F(w, c) = l(sum_j s_j diag(g_j) X w_j + U c) + beta sum |w_j| +
///       gamma c^2 / 2 has a positive definite Hessian there on V = {x_i^T w_j = 0 on K_j}.
///
/// Then the balanced network u_j = w_j / sqrt|w_j|, alpha_j = s_j sqrt|w_j| has a lower L than
/// every other (u', alpha', c') with s_j alpha_j' > 0 and x_i^T u_j' of the sign of x_i^T u_j off
/// K_j.
///
/// *Proof.* Let w_j' = |alpha_j'| u_j' and t_ij = x_i^T w_j'. By 2 |u| |alpha| <= |u|^2 + alpha^2,
/// L(u', alpha', c') >= l(f') + beta sum |w_j'| + gamma c'^2 / 2 with f' = sum_j s_j (X w_j')_+ +
/// U c', with equality only if balanced. By convexity l(f') >= l(f) - nu^T (f' - f), |w_j'| >=
/// w_j^T w_j' / |w_j| and c'^2 >= c^2 + 2 c (c' - c), so with (2) the right-hand side exceeds the
/// value at (w, c) by at least the sum over j and i in K_j of s_j nu_i (g_ij t_ij - (t_ij)_+). The
/// rows of one hyperplane, with t = x^T w_j', contribute (sum s_j nu_i |a_i|) (g t - (t)_+), which
/// by (3) is positive unless t = 0. If all t are 0 then (w', c') is in V and the right-hand side is
/// F(w', c'), whose only minimiser on V is (w, c) by (2) and (4). QED
///
/// Without kinks (4) says: the activations of the neurons, and the columns of the affine part, are
/// independent on the samples of positive curvature. Two colinear neurons of one sign are a split,
/// and fail it.
///
/// A point with (2) exists although no stored network is one: Newton's method refines the given
/// network, with the rows near a kink held on it (hyperplanes that follow from others exactly get a
/// gate chosen near 1/2), and the equations G(x) = 0 of src/landscape/stationarity_system.hpp are
/// enclosed. *Lemma* (interval Newton). If the solutions delta of B delta = -G(x~), for all B
/// within the entrywise range of G' over the box x~ + [-r, r], are enclosed in [-r, r] and all B
/// are regular, the box has exactly one zero of G, within that enclosure. *Proof.* For x in the box
/// G(x) - G(x~) = B(x) (x - x~) with B(x) the mean of G' on the segment; x -> x~ - B(x)^{-1} G(x~)
/// is continuous and maps the box into itself, so it has a fixed point (Brouwer), where G = 0. For
/// two zeros B (x - x') = 0 with such a B. QED
///
/// All losses; where the curvature jumps (Huber, squared hinge) samples must keep clear of the
/// jump. Nothing is rounded but outward, in doubles, without touching the rounding mode. `network`
/// (width m >= 1): throws InvalidArgument when it does not fit the problem. O(n p^2 + p^3) a Newton
/// step, p = m d plus the kinks and affine coefficients. Source: derived, theory 3.2 and 6.2.
[[nodiscard]] StrictMinimum strict_minimum(const TrainingProblem& problem,
                                           const TwoLayerNetwork& network,
                                           const StrictMinimumSettings& settings = {});

}  // namespace thalweg
