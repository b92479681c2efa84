#pragma once

#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A deep narrow ReLU unit of one input with weights of size 1,
///   phi_1(x) = x,  phi_{l+1}(x) = (s_l (phi_l(x) - t_l))_+,  l = 1 .. L - 1.
struct NarrowFeature {
  std::vector<double> signs;       ///< s_1 .. s_{L-1}, each 1 or -1
  std::vector<double> thresholds;  ///< t_1 .. t_{L-1}

  /// phi_L at a point. O(L).
  [[nodiscard]] double value(double x) const;
  /// phi_L at points x (n), (n).
  [[nodiscard]] Vector column(const Vector& x) const;
};

/// A sum of K branches of L layers with one unit a layer, x -> sum_k w_kL h_k,L-1(x) + offset,
/// h_kl = (w_kl h_k,l-1 + b_kl)_+, h_k0 = x.
struct NarrowNetwork {
  Matrix weights;  ///< (K x L)
  Matrix biases;   ///< (K x (L - 1))
  double offset = 0;

  /// Outputs at points x (n), (n). O(n K L).
  [[nodiscard]] Vector predict(const Vector& x) const;
  /// sum of |w|^L / L over all weights: what beta multiplies. Biases and offset cost nothing.
  [[nodiscard]] double penalty() const;
};

/// The feature (r - t - (x - t)_+)_+ of L >= 3 layers, r > t: r - t up to t, falling to 0 at r.
[[nodiscard]] NarrowFeature capped_ramp(double t, double r, Index layers);

/// The network sum_k z_k phi_k + offset of penalty sum |z_k|: with g = |z|^(1/L) the weights s_l g,
/// the biases -s_l g^l t_l and the output weight sign(z) g. features (K) of one depth L, z (K);
/// zeros are left out.
[[nodiscard]] NarrowNetwork narrow_network(const std::vector<NarrowFeature>& features,
                                           const Vector& z, double offset, Index layers);

/// The distinct columns of a family of features on data.
struct FeatureColumns {
  std::vector<NarrowFeature> features;  ///< (P), one for each column
  Matrix columns;                       ///< (n x P), distinct and none zero
  Index generated = 0;                  ///< features tried
  Index distinct = 0;                   ///< distinct columns, the zero column counted
};

/// The features of "A Library of Mirrors" (Zeger et al. 2024) for L = 2, 3, 4 layers: all signs,
/// and thresholds t_l = phi_l(a_l) with a_l running over the samples; for L = 4 also a_1 = 2 a_2 -
/// x_j, the reflections of samples about a_2. That is 2^{L-1} n^{L-1} features, twice as many for L
/// = 4, of which few differ on the data (equality is that of doubles). x (n). InvalidArgument for
/// other L or an x that is not finite. O(2^L n^L).
[[nodiscard]] FeatureColumns recursive_features(const Vector& x, Index layers);

/// The features that suffice for optimality (lemma of solve_one_dimensional()), without columns
/// that differ from another one, or its negative, by a constant: for L = 2 the ramps (x - x_i)_+
/// and (x_i - x)_+, 2 m - 3 of them for m >= 2 distinct samples; for L >= 3 the capped ramps
/// (x_j - x_i - (x - x_i)_+)_+ for x_i < x_j, m (m - 1) / 2. Errors: InvalidArgument for L < 2 or
/// an x that is not finite. O(n m) and O(n m^2).
[[nodiscard]] FeatureColumns essential_features(const Vector& x, Index layers);

/// Features (K) of one depth with masses z (K).
struct WeightedFeatures {
  std::vector<NarrowFeature> features;
  Vector z;
};

/// The essential features and masses of least sum |z_k| among those whose function has the given
/// slopes between neighbours of the distinct, rising samples (m): slopes (m - 1). At most m - 1 of
/// them; none for m < 2.
///
/// *Lemma.* With c_i the changes of slope inside, the least sum for L = 2 is sum |c_i| plus the
/// distance of the first slope from [-sum c_i^+, sum c_i^-]; for L >= 3 half of the total variation
/// of the slopes, continued by 0 on both sides. *Proof.* L = 2: c_i = a_i + b_i, a_i the mass of
/// (x - x_i)_+ and b_i that of (x_i - x)_+, and the first slope is a_1 - sum b_i, a_1 the mass of
/// (x - x_1)_+. |a_i| + |b_i| >= |c_i| with equality for b_i between 0 and c_i, where sum b_i
/// covers [-sum c_i^-, sum c_i^+]; moving it further costs as much as a_1. L >= 3: a feature is a
/// slope on one interval, of total variation 2 |z|. The levels of the positive part and of the
/// negative part are intervals that attain the sum. QED O(m).
///
/// InvalidArgument for layers < 2 or sizes that do not fit.
[[nodiscard]] WeightedFeatures least_cost_features(const Vector& samples, const Vector& slopes,
                                                   Index layers);

/// A solution of the Lasso with its network.
struct OneDimensionalSolution {
  SolverInfo info;        ///< of the Lasso; lower_bound holds for all numbers of branches and all
                          ///< breakpoints (up to rounding)
  NarrowNetwork network;  ///< L layers, at most n - 1 branches; never worse than none
  double objective = 0;   ///< of the network's plain weights
  Vector dual;            ///< nu (n) with 1^T nu = 0, before scaling
  double dual_norm = 0;   ///< max |phi^T nu| over all features
};

/// Trains parallel narrow networks of L >= 2 layers on data of one dimension to global optimality:
///   min l(f(X), y) + beta/L sum |w|^L,  f as NarrowNetwork, any number of branches,
/// biases and offset free. Convex program: the Lasso min l(A z + offset, y) + beta |z|_1 over the
/// columns of essential_features().
///
/// *Lemma 1.* The cost of a branch with product p of |weights| is at least |p|, and the features
/// with s_l = +-1 and any real thresholds attain it. *Proof.* AM-GM; a positive factor moves
/// through a ReLU. QED
///
/// *Lemma 2.* Up to an added constant every feature is, for L = 2, 0 or a ramp (+-(x - t))_+; for
/// L >= 3, 0, a ramp, or plus or minus a capped ramp c(x; t, r) = min((x - t)_+, r - t), t < r.
/// *Proof.* Let F be the functions that are constant, then of slope 1 or of slope -1, then
/// constant, where any of the three stretches may be missing. x is in F, and with f also s (f - b)
/// and f_+ are; so all features are. Those that are bounded below are, up to constants, the ones
/// named. QED
///
/// *Theorem.* Samples suffice as breakpoints, and L >= 3 have one common optimum. *Proof.* By the
/// free offset the dual has 1^T nu = 0, so constants do not count, and G(t) = sum_i nu_i (x_i -
/// t)_+ is nu^T of the ramp at t, G(t) - G(x_1) that of the mirrored ramp, and G(t) - G(r) that of
/// c(.; t, r). G is piecewise linear with kinks at samples, constant below the first, and 0 above
/// the last: suprema are attained at samples. So the dual constraint over all features is that over
/// the columns of essential_features() (the ramp at x_i is the cap at the last sample; a mirrored
/// ramp is the cap from the first; L = 2: the mirrored ramp at the last sample is minus the first
/// ramp). QED So the reflections of recursive_features() give other optimal networks, never better
/// ones.
///
/// Errors: InvalidArgument unless X has one column, the output bias is free, there is no skip
/// connection, L >= 2, and room for the columns in 2^27 numbers: 2 n m for L = 2 (some 8000
/// samples), n m^2 / 2 for L >= 3 (some 600). Cost: the block solver on these columns, stored (L >=
/// 3, 200 samples: 0.7 s). Source: Lasso and features Zeger et al. 2024 (theory section 9); that no
/// L > 3 gains, derived.
[[nodiscard]] OneDimensionalSolution solve_one_dimensional(const TrainingProblem& problem,
                                                           Index layers,
                                                           const SolverSettings& settings);

}  // namespace thalweg
