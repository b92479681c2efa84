#pragma once

#include <cstddef>
#include <vector>

#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::landscape {

/// Neurons and affine part of a network in the making.
struct ValleyPoint {
  std::vector<Neuron> neurons;
  AffinePart affine;
};

/// Makes networks from which stationary ones of a width are reached.
class ValleyStarts {
 public:
  /// `problem` must outlive it. width >= 1.
  ValleyStarts(const TrainingProblem& problem, Index width, std::uint64_t seed);

  /// Neurons along rows with pairwise negative inner products, greedily from row `first` on; those
  /// that would not pay for themselves are left out.
  [[nodiscard]] ValleyPoint singletons(Index first);
  /// A random choice of the width's number of neurons.
  [[nodiscard]] ValleyPoint subset(const TwoLayerNetwork& network);
  /// Neurons in random directions of the row space.
  [[nodiscard]] ValleyPoint random();
  /// Adds neurons in random violated directions up to the width, or where they are too rare to be
  /// hit, in directions that ascent finds; false when there are none either.
  [[nodiscard]] bool fill(ValleyPoint& point, const RunControl& control);

 private:
  [[nodiscard]] Vector random_direction();
  /// A neuron along u whose mass is the best for the present nu times `share`; mass 0 when u is not
  /// violated.
  [[nodiscard]] Neuron neuron_along(const Vector& u, const Vector& nu, const Vector& curvature,
                                    double share) const;
  void add_random(ValleyPoint& point, const Vector& fit);
  void add_climbed(ValleyPoint& point, const Vector& fit, const RunControl& control);

  const TrainingProblem& problem_;
  std::size_t width_;
  Random random_;
  DualOracle oracle_;
};

}  // namespace thalweg::landscape
