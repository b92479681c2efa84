#pragma once

#include <cstdint>
#include <string>

#include "thalweg/core/random.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::bench {

/// Where the targets come from.
enum class Targets {
  kTeacher,  ///< y = sum over t < 5 of (-1)^t (X v_t)_+ + 0.3 noise, unit v_t
  kNoise,    ///< y ~ N(0, 1)
};

/// One size of the tables.
struct Spec {
  Index samples;
  Index dimension;
  Targets targets;
  double share;  ///< beta over beta_max
};

/// "1000 x 5 teacher bf .1"
[[nodiscard]] std::string name(const Spec& spec);

/// X ~ N(0, 1), row by row.
[[nodiscard]] Matrix gaussian_samples(Index samples, Index dimension, Random& random);

/// y = sum over t < neurons of (-1)^t (X v_t)_+ + noise N(0, 1), unit v_t.
[[nodiscard]] Vector planted_targets(const Matrix& X, int neurons, double noise, Random& random);

/// max over directions of |y^T (X u)_+| as the best of many climbs finds it: a lower bound of
/// beta_max for the squared loss.
[[nodiscard]] double climbed_beta_max(const Matrix& X, const Vector& y);

/// The instance of a size and seed: X ~ N(0, 1), squared loss, no biases. beta_max is taken from
/// the best of many climbs (a lower bound; `share` only sets the scale of the instance).
[[nodiscard]] TrainingProblem make_problem(const Spec& spec, std::uint64_t seed);

}  // namespace thalweg::bench
