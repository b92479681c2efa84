#pragma once

#include "thalweg/core/random.hpp"

namespace thalweg {

/// Independent standard normal entries, (size).
[[nodiscard]] inline Vector random_vector(Index size, Random& random) {
  Vector result(size);
  for (double& entry : result) entry = random.normal();
  return result;
}

}  // namespace thalweg
