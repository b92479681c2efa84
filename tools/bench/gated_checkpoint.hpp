#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "thalweg/convex/block_program.hpp"

namespace thalweg::bench {

/// Which problem a solve is about: SHA-256 of gates, samples, targets and seed, and the penalty.
struct GatedProblemKey {
  std::array<std::uint8_t, 32> data{};
  std::uint64_t seed = 0;
  double beta = 0;
  bool operator==(const GatedProblemKey&) const = default;
};

/// The key of gates (P x d), samples X (n x d) and targets y (n).
[[nodiscard]] GatedProblemKey key_of(const Matrix& gates, const Matrix& X, const Vector& y,
                                     std::uint64_t seed, double beta);

/// Where a long solve stands, in a file that a killed run goes on from.
struct GatedCheckpoint {
  GatedProblemKey key;
  double gap = 0;  ///< the relative gap that was asked for
  bool finished = false;
  double seconds = 0;  ///< spent so far
  BlockSolution solution;
};

/// Replaces the file in one step. Ends the program when it cannot be written.
void write_checkpoint(const std::filesystem::path& path, const GatedCheckpoint& checkpoint);

/// The checkpoint of this problem, for a solve to relative gap `gap`: `finished` only when it was
/// finished for that gap or a smaller one; what a looser solve reached is a start. Nothing when
/// there is no file, or when it is of another problem or shape.
[[nodiscard]] std::optional<GatedCheckpoint> read_checkpoint(const std::filesystem::path& path,
                                                             const GatedProblemKey& key, double gap,
                                                             Index samples, Index width);

}  // namespace thalweg::bench
