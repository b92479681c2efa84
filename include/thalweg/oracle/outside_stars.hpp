#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// A tie of a star may miss zero by this share of |x| |u|: the atom is rounded.
inline constexpr double kTieTolerance = 1e-9;

/// A direction with a list of rows whose hyperplanes it is meant to lie on.
///
/// Its *star* is the open cone {u : x_i^T u has the sign of x_i^T u_q for every nonzero row i not
/// tied}, the union of the cells that touch the atom: signs of the stored u_q, exact. A tied row
/// ties all rows parallel to it.
struct StarAtom {
  Vector u;                 ///< u_q, (d), not zero
  Sign sign = Sign::kPlus;  ///< s_q
  std::vector<Index> ties;  ///< rows with x_i^T u = 0 at the direction meant; zero rows are ignored
};

struct OutsideSettings {
  double beta = 0;  ///< > 0: the value at the atoms; the margin is 1 - upper / beta
  /// The bounds are closed to this share of beta - lower, so that the margin is known to this
  /// relative accuracy, but never closer than `relative_gap` times beta.
  double accuracy = 1e-3;
  double relative_gap = 1e-11;
  /// When positive: decide whether the maximum is at most this instead of closing the gap.
  double threshold = 0;
  Index directions = 32;  ///< at most so many are returned
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

struct OutsideResult {
  /// kClosed: upper - lower is at most what the settings ask for. The others as for maximise.
  DualNormStatus status = DualNormStatus::kUnsolved;
  double lower;  ///< rigorous: at least 0, and the value at directions.front() if there is one
  double upper;  ///< rigorous: the larger of upper_of_sign
  /// Rigorous bounds for plus and minus; only the larger is closed.
  std::array<double, 2> upper_of_sign{};
  /// Directions strictly outside the stars of their sign, best first: local maximisers, and points
  /// just beyond the stars' walls. Values may exceed beta: then an atom is missing.
  std::vector<DualDirection> directions;
  std::int64_t nodes = 0;
  double seconds = 0;
};

}  // namespace thalweg
