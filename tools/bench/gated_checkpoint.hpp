#pragma once

#include <filesystem>
#include <optional>

#include "thalweg/convex/block_program.hpp"

namespace thalweg::bench {

/// Where a long solve stands, in a file that a killed run goes on from.
struct GatedCheckpoint {
  double beta = 0;
  bool finished = false;
  double seconds = 0;  ///< spent so far
  BlockSolution solution;
};

/// Replaces the file in one step. Ends the program when it cannot be written.
void write_checkpoint(const std::filesystem::path& path, const GatedCheckpoint& checkpoint);

/// Nothing when there is no file, or when it belongs to another beta or shape.
[[nodiscard]] std::optional<GatedCheckpoint> read_checkpoint(const std::filesystem::path& path,
                                                             double beta, Index samples,
                                                             Index width);

}  // namespace thalweg::bench
