#pragma once

#include <vector>

#include "thalweg/convex/kink_newton.hpp"

namespace thalweg::detail {

/// A neuron during the solve: its weight, which linear piece it is on, and the walls it must keep.
struct GatedNeuron {
  Vector w;
  double s = 1;
  std::vector<Index> kinks;  ///< closed: every row in the span of kink rows is one
  Vector gate;               ///< (n) slope 0 or 1 of each row's ReLU; at kinks 0
  Vector t;                  ///< (n) X w, exactly 0 at kinks
  Matrix basis;              ///< (d x k) orthonormal basis of {v : x_i^T v = 0 for all kinks i}
};

/// The current point of the Newton method.
class NeuronModel {
 public:
  NeuronModel(const TrainingProblem& problem, const std::vector<Neuron>& start,
              const AffinePart& affine);

  /// Recomputes t, gates, fit and dual from the weights.
  void refresh();
  [[nodiscard]] double objective() const;
  /// Gradient of the objective on the neuron's linear piece, (d).
  [[nodiscard]] Vector gradient(const GatedNeuron& neuron) const;
  /// Gradient of the objective in the affine part's reduced coordinates, (r).
  [[nodiscard]] Vector affine_gradient() const;
  /// Basis of the affine part's moves (affine size x r): the penalised bias by itself; the free
  /// coefficients such that their columns are orthogonal; all of length |X|_F.
  [[nodiscard]] const Matrix& affine_basis() const { return affine_basis_; }
  /// What these moves do to the fit, (n x r).
  [[nodiscard]] const Matrix& affine_columns() const { return affine_columns_; }
  [[nodiscard]] const Vector& affine_penalties() const { return affine_penalties_; }
  /// Makes `rows` (and every row tied with them) the neuron's kinks and projects its weight.
  void set_kinks(GatedNeuron& neuron, std::vector<Index> rows) const;
  /// Rows with x_i^T w = 0 to rounding, kinks included; zero rows of X excluded. Sorted.
  [[nodiscard]] std::vector<Index> ties(const GatedNeuron& neuron) const;
  /// Contribution s gate t of a neuron to the fit, (n).
  [[nodiscard]] static Vector contribution(const GatedNeuron& neuron);
  [[nodiscard]] std::vector<Neuron> neurons_out() const;

  [[nodiscard]] const TrainingProblem& problem() const { return problem_; }
  [[nodiscard]] const Vector& row_norms() const { return row_norms_; }
  /// Smallest stationarity (relative to beta) that double precision can show at this point.
  [[nodiscard]] double noise_floor() const;

  std::vector<GatedNeuron> neurons;
  Vector affine;  ///< coefficients as TrainingProblem::stack orders them
  Vector fit;
  Vector nu;

 private:
  void set_affine_basis();

  const TrainingProblem& problem_;
  Vector row_norms_;
  double frobenius_;
  Vector affine_penalties_;
  Matrix affine_basis_;
  Matrix affine_columns_;
};

}  // namespace thalweg::detail
