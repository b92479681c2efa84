#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg::bench {

/// Samples with the activation patterns of random directions.
struct GatedInstance {
  std::string name;
  Matrix X;
  Vector y;
  Matrix patterns;  ///< (P x n) of 0 and 1, distinct

  /// The problem in the scale of the literature on these programs: 1/(2n) |f - y|^2 + lam sum |w|,
  /// times n.
  [[nodiscard]] TrainingProblem problem(double lam) const;
};

/// "200 x 10 P 500"
[[nodiscard]] std::string planted_name(Index samples, Index dimension, Index directions);

/// X ~ N(0, 1), targets of 5 planted neurons and 0.3 noise, the patterns of `directions` normal
/// directions without repetitions.
[[nodiscard]] GatedInstance planted_instance(Index samples, Index dimension, Index directions,
                                             std::uint64_t seed);

/// Data sets of scikit-learn (Debian: python3-sklearn), standardised, with the patterns of
/// `directions` normal directions; empty where it is not installed.
[[nodiscard]] std::vector<GatedInstance> real_instances(Index directions, std::uint64_t seed);

}  // namespace thalweg::bench
