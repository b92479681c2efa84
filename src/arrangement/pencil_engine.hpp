#pragma once

#include <cstdint>
#include <functional>

#include "arrangement/flag_coordinates.hpp"
#include "arrangement/pencil_kernel.hpp"
#include "arrangement/vertex_pencils.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg {

/// Takes `count` patterns over hyperplanes (bit 1 where negative, one of each antipodal pair);
/// false stops. Called by one thread at a time.
using HyperplaneSink = std::function<bool(PatternWord* patterns, Index count)>;

struct PencilRun {
  int threads = 1;
  WorkRange range;
  RunControl control;
  const PencilKernels* kernels = nullptr;  ///< null: the best for this processor
};

struct PencilOutcome {
  EnumerationStatus status = EnumerationStatus::kUnsolved;
  PencilStatistics statistics;
};

/// The topes of the flag's arrangement (inside its wall, if it has one), one of each antipodal
/// pair, each once, in blocks of at most `block` patterns.
///
/// Level m = R, R-2, ... >= 1 of the flag finds the topes that W_m meets and W_{m-2} does not: see
/// docs/theory/arrangements.md.
[[nodiscard]] PencilOutcome enumerate_pencils(const FlagCoordinates& flag, const PencilRun& run,
                                              const HyperplaneSink& sink);

/// Work units: for each level the choices of its first rows (at most two).
[[nodiscard]] std::uint64_t pencil_units(Index hyperplanes, Index rank);

}  // namespace thalweg
