#pragma once

#include <optional>
#include <vector>

#include "landscape/polytope_enclosed.hpp"
#include "landscape/rounded_products.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// A hyperplane x^T w = 0 that a neuron is on: all rows of X that are multiples of one row.
struct Kink {
  Index neuron = 0;
  std::vector<Index> rows;           ///< the first one stands for the hyperplane
  std::vector<Enclosure> multiples;  ///< a_i with x_i = a_i x_first for each of the rows
};

/// The linear piece on which a network's neurons lie.
struct OwnPattern {
  std::vector<double> signs;  ///< (m) s_j, of the output weights
  Matrix gates;               ///< (n x m) slopes of the ReLUs
  std::vector<Kink> kinks;    ///< equations, independent for each neuron
  std::vector<Kink> implied;  ///< hyperplanes of normals in the span of a neuron's kinks, exactly

  /// Gates of a kink's rows: g where a_i > 0, 1 - g where a_i < 0. So s nu^T diag(gates) X w has
  /// the slope g of (t)_+ for t = x_first^T w. Precondition: 1 - g is not rounded.
  void set_gate(const Kink& kink, double g);
};

/// The stationarity equations of a pattern's convex program, in x = (w_1, ..., w_m, c, mu):
///   beta w_j / |w_j| - s_j X^T diag(g_j) nu - sum_k mu_jk x_k = 0        for each neuron,
///   gamma c - U^T nu = 0                                                 for the affine part,
///   x_k^T w_j = 0                                                        for each kink,
/// with x_k the first row of kink k, nu = -grad l at the fit sum_j s_j diag(g_j) X w_j + U c and
/// g_j the gates of neuron j. c are the stacked affine coefficients, gamma their penalties and U
/// the columns they multiply.
class StationaritySystem {
 public:
  /// `problem` must outlive the system.
  StationaritySystem(const TrainingProblem& problem, OwnPattern pattern);

  [[nodiscard]] const OwnPattern& pattern() const { return pattern_; }
  /// md + the affine coefficients.
  [[nodiscard]] Index weights() const { return slopes_.cols(); }
  /// Those and one multiplier a kink.
  [[nodiscard]] Index unknowns() const;
  /// Powers of two that the unknowns at a point (unknowns()) are measured in.
  [[nodiscard]] Vector units(const Vector& x) const;

  /// The fit and nu over an enclosure of x; none where the loss's curvature jumps or the numbers
  /// overflow.
  struct Fit {
    std::vector<Enclosure> fit;        ///< (n)
    std::vector<Enclosure> dual;       ///< (n) nu
    std::vector<Enclosure> curvature;  ///< (n)
  };
  [[nodiscard]] std::optional<Fit> fit(const std::vector<Enclosure>& x) const;
  /// The left-hand sides, (unknowns()). O(n d m).
  [[nodiscard]] std::vector<Enclosure> residual(const std::vector<Enclosure>& x,
                                                const Fit& fit) const;
  /// The second derivatives of the program in (w, c) over the enclosure, as a matrix with radii;
  /// none when a neuron may be 0. O(n weights()^2).
  [[nodiscard]] std::optional<RoundedMatrix> hessian(const std::vector<Enclosure>& x,
                                                     const Fit& fit) const;
  /// The rows (kinks x weights()) of the kink equations.
  [[nodiscard]] const Matrix& kink_rows() const { return kink_rows_; }
  /// l + beta sum_j |w_j| + sum gamma c^2 / 2.
  [[nodiscard]] Enclosure objective(const std::vector<Enclosure>& x, const Fit& fit) const;
  /// |w_j|.
  [[nodiscard]] Enclosure norm(const std::vector<Enclosure>& x, Index neuron) const;

 private:
  [[nodiscard]] Enclosure slope(Index row, Index weight) const;

  const TrainingProblem& problem_;
  OwnPattern pattern_;
  Matrix slopes_;  ///< (n x weights()), the fit's derivative; rounded at gates between 0 and 1
  Matrix kink_rows_;
  Vector penalties_;  ///< of the affine coefficients
};

}  // namespace thalweg::landscape
