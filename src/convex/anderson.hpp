#pragma once

#include <optional>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::detail {

/// Anderson extrapolation of a fixed-point iteration, offline in batches of kMemory + 1 iterates.
class Anderson {
 public:
  static constexpr int kMemory = 5;

  /// An iterate and an affine image of it (both are combined with the same coefficients).
  struct Point {
    Vector state;
    Vector image;
  };

  /// Adds an iterate; every kMemory + 1 of them gives the affine combination with the smallest
  /// combined change of the images.
  [[nodiscard]] std::optional<Point> push(Point point);

 private:
  std::vector<Point> points_;
};

}  // namespace thalweg::detail
