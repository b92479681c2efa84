#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <vector>

#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::arrangement {

enum class WalkGoal {
  kCount,            ///< the polynomial, whatever coincides
  kGeneralPosition,  ///< give up when anything coincides
};

enum class WalkStatus {
  kUnsolved,
  kComplete,
  kNotGeneral,  ///< some r normals are dependent modulo each of the primes
  kUnproved,    ///< a dependence modulo the last of the primes is not one of the stored doubles
  kStopped,     ///< by the limit of work or the control
};

struct WalkResult {
  WalkStatus status = WalkStatus::kUnsolved;
  bool general_position = true;     ///< nothing coincided
  std::vector<mpz_class> absolute;  ///< |coefficients| of the characteristic polynomial, (r + 1)
};

/// Work is counted in numbers of restrictions: this much to look up a dependence that needs a
/// proof,
inline constexpr std::uint64_t kMergeWork = 150;
/// and this much to find a basis of `count` rows.
[[nodiscard]] constexpr std::uint64_t elimination_work(std::size_t count, std::size_t length) {
  return count * count * length;
}

/// Whether some minors are too large for a prime to prove that they vanish.
[[nodiscard]] bool needs_circuits(const HyperplaneArrangement& arrangement);

/// Deletion and restriction over all chains of hyperplanes; docs at characteristic_polynomial().
/// Precondition: the rank is proved.
[[nodiscard]] WalkResult walk_restrictions(const HyperplaneArrangement& arrangement, WalkGoal goal,
                                           std::uint64_t max_work, const RunControl& control);

}  // namespace thalweg::arrangement
