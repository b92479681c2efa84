#pragma once

#include <cstdint>
#include <random>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Seeded random numbers that are the same on every platform: std::mt19937_64 with this project's
/// own transformations (the standard's distributions differ between libraries).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1) with 53 random bits.
  [[nodiscard]] double uniform();
  /// Uniform integer in [0, count); precondition count >= 1. Unbiased (rejection).
  [[nodiscard]] std::uint64_t below(std::uint64_t count);
  /// Standard normal by the polar method.
  [[nodiscard]] double normal();
  /// Uniform direction on the unit sphere in R^dimension, as a (dimension) vector; precondition
  /// dimension >= 1.
  [[nodiscard]] Vector direction(Index dimension);

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace thalweg
