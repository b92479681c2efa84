#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "landscape/polytope_enclosed.hpp"
#include "landscape/stationary_ties.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// Gates of ties in a bound that are not free in [0, 1].
struct BallGates {
  std::vector<std::pair<Index, int>> fixed;  ///< hyperplanes with gate 0 or 1
  /// With `cells` (c x planes.size()): the gates of these hyperplanes are in the hull of its rows.
  std::vector<Index> planes;
  const Matrix* cells = nullptr;
};

/// All networks whose neurons (w_j, alpha_j) are within distance * |(w_j, alpha_j)| of the given
/// ones, or 0 where listed as such, and whose affine part is within distance of its own length.
///
/// Lower bounds over the ball of parts of the Clarke subdifferential, in enclosing arithmetic
/// (lemma at `stationarity`).
class NetworkBall {
 public:
  /// may_vanish: neurons that may become 0, ascending. O(n d m).
  NetworkBall(const TrainingProblem& problem, const Hyperplanes& planes,
              const TwoLayerNetwork& network, double distance, std::vector<Index> may_vanish);

  /// Whether everything is finite.
  [[nodiscard]] bool is_bounded() const { return bounded_; }
  /// nu_i over the ball.
  [[nodiscard]] const Enclosure& dual(Index row) const {
    return nu_[static_cast<std::size_t>(row)];
  }

  /// At least the length of the gradient in w_j of every element, by its part along p (d).
  [[nodiscard]] double weight_gradient(Index neuron, const Vector& p,
                                       const BallGates& gates = {}) const;
  /// At least the length of the gradient in (w_j, alpha_j), given that of the part in w_j.
  [[nodiscard]] double gradient(Index neuron, double weight_part) const;
  /// At least the length of the affine part's gradient.
  [[nodiscard]] double affine_gradient() const;
  /// The jump s_j W_t of a hyperplane, relative to its first row.
  [[nodiscard]] Enclosure jump(Index neuron, Index plane) const;

 private:
  void enclose_activations(const Matrix& W);
  void enclose_dual();
  [[nodiscard]] std::vector<Enclosure> products(const Vector& p) const;
  /// A hyperplane's part of p^T X^T D nu: with gate 0, and what gate 1 adds.
  struct PlanePart {
    Enclosure base;
    Enclosure pull;
  };
  [[nodiscard]] PlanePart part_of(Index plane, const std::vector<Enclosure>& along) const;
  [[nodiscard]] std::vector<Enclosure> pulls(Index neuron, const Vector& p,
                                             const BallGates& gates) const;
  [[nodiscard]] Enclosure alpha(Index neuron) const;
  [[nodiscard]] bool vanishes(Index neuron) const;
  /// 0, 1, or -1 where the sign is open.
  [[nodiscard]] int gate(Index row, Index neuron) const;

  const TrainingProblem& problem_;
  const Hyperplanes& planes_;
  const TwoLayerNetwork& network_;
  double distance_;
  std::vector<Index> may_vanish_;
  std::vector<double> radii_;  ///< of the neurons
  Matrix lower_;               ///< (n x m) bounds of x_i^T w_j
  Matrix upper_;
  std::vector<Enclosure> affine_;
  std::vector<Enclosure> nu_;
  bool bounded_ = true;
};

}  // namespace thalweg::landscape
