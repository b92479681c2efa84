#pragma once

#include "arrangement/flag_coordinates.hpp"
#include "arrangement/sample_rows.hpp"
#include "arrangement/sample_run.hpp"

namespace thalweg {

/// A flag of an arrangement as samplers need it.
struct SampleFlag {
  const FlagCoordinates& flag;
  const SampleRows& rows;
};

/// Runs a sampler on a random flag, and on another one when it meets a vertex at infinity.
template <class MakeSource>
[[nodiscard]] CellSample sample_on_flag(const HyperplaneArrangement& arrangement,
                                        const SampleSettings& settings, std::uint64_t chunk_size,
                                        const MakeSource& make_source) {
  constexpr std::uint64_t kFlags = 8;
  const RowDependence dependence(arrangement.normals());
  for (std::uint64_t attempt = 0; attempt < kFlags; ++attempt) {
    try {
      const FlagCoordinates flag(arrangement, dependence, settings.seed + attempt);
      const SampleRows rows(flag.rows(), flag.error());
      return run_samples(arrangement, settings, chunk_size, [&] {
        return make_source(SampleFlag{flag, rows});
      });
    } catch (const UnluckyFlag&) {
      continue;
    }
  }
  CellSample sample;
  sample.status = SampleStatus::kUnluckyFlag;
  sample.cells.samples = arrangement.samples();
  sample.cells.words = pattern_words(arrangement.samples());
  return sample;
}

}  // namespace thalweg
