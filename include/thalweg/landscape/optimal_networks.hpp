#pragma once

#include <string>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/landscape/optimal_set.hpp"

namespace thalweg {

/// Whether a network is a global minimum, and what the distance of its objective from the optimum
/// is made of.
///
/// *Lemma.* With nu* and the fit f* of the optimum, L(theta) - P* is the sum of three terms, none
/// negative:
///   balance    beta/2 sum_j (|w_j| - |alpha_j|)^2,
///   direction  sum_j |alpha_j| |w_j| (beta - s_j nu*^T (X w_j)_+ / |w_j|),
///   fit        l(f) - l(f*) + nu*^T (f - f*), plus gamma/2 (b - b*)^2 for a penalised bias.
/// *Proof.* L = l(f) + beta sum |alpha_j| |w_j| + balance (+ gamma b^2 / 2), P* = l(f*) + beta R*
/// with beta R* = nu*^T (f* - affine part), and sum |alpha_j| s_j nu*^T (X w_j)_+ = nu*^T (f -
/// affine part); nu* is orthogonal to unpenalised columns and gamma b* = 1^T nu*. Each term is at
/// least 0: |h| <= beta on the unit ball, and nu* = -grad l(f*) with l convex. QED
struct Membership {
  bool member = false;  ///< (L - lower_bound) / L <= tolerance
  double excess = 0;    ///< L - optimum of the refined point, at least 0
  double balance = 0;   ///< the three terms
  double direction = 0;
  double fit = 0;
  Index neuron = -1;   ///< largest share of balance or direction, where one of these leads
  std::string reason;  ///< one sentence; says what the largest term is when not a member
};

/// Range of a linear functional over the optimal networks.
struct OptimalRange {
  double lower = 0;
  double upper = 0;
};

/// How much equally optimal networks differ on other data.
struct PredictionRanges {
  std::vector<OptimalRange> predictions;  ///< of each row
  OptimalRange loss;      ///< of the problem's loss on given targets; 0 without targets
  bool complete = false;  ///< over all of the set; else over the listed vertices only
};

/// The global minima of width m as one object, on top of an optimal set.
///
/// A point of the polytope with a way to distribute each direction's mass over slots is a network;
/// every optimal network is one (theorem of OptimalSet). Both references must outlive the object.
class OptimalNetworks {
 public:
  OptimalNetworks(const TrainingProblem& problem, const OptimalSet& set);

  /// Errors: InvalidArgument when the network does not fit the problem. O(n m d).
  [[nodiscard]] Membership contains(const TwoLayerNetwork& network, double tolerance = 1e-8) const;

  /// One balanced neuron for each direction with mass; masses (N) >= 0. The affine part is the one
  /// that keeps the fit.
  [[nodiscard]] TwoLayerNetwork network(const Vector& masses) const;
  /// At the vertex with the fewest neurons, with the most, and at the centre of the polytope.
  [[nodiscard]] TwoLayerNetwork smallest() const;
  [[nodiscard]] TwoLayerNetwork most_irreducible() const;
  [[nodiscard]] TwoLayerNetwork centre() const;
  /// A random optimal network of the width: a random convex combination of vertices whose support
  /// fits, masses split at random over the slots, slots in random order. Errors: InvalidArgument
  /// when no vertex fits into the width.
  [[nodiscard]] TwoLayerNetwork sample(Index width, Random& random) const;

  /// Range of sum_q costs_q z_q over the polytope; costs (N). Taken at vertices. O(V N).
  [[nodiscard]] OptimalRange range(const Vector& costs) const;
  /// The optimal network that minimises or maximises the prediction at x (d).
  [[nodiscard]] TwoLayerNetwork extreme(const Vector& x, bool largest) const;
  /// Predictions at the rows of X2 (k x d), and with y2 (k) the range of the loss there: its
  /// maximum is at a vertex, its minimum found by Frank-Wolfe steps to 1e-6 of the maximum. Sample
  /// weights are not used there.
  [[nodiscard]] PredictionRanges predict(const Matrix& X2, const Vector& y2 = {}) const;

 private:
  [[nodiscard]] AffinePart affine(const Vector& masses) const;
  /// What the atoms, and the affine part that their masses entail, predict: predictions = constant
  /// + slopes z.
  struct Linear {
    Vector constant;  ///< (k)
    Matrix slopes;    ///< (k x N)
  };
  [[nodiscard]] Linear predictor(const Matrix& X2) const;

  const TrainingProblem& problem_;
  const OptimalSet& set_;
};

}  // namespace thalweg
