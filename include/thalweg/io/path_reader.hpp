#pragma once

#include <filesystem>
#include <optional>

#include "thalweg/core/error.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/model/network_path.hpp"
#include "thalweg/model/standardization.hpp"

namespace thalweg::io {

/// A path of networks as a file holds it.
struct StoredPath {
  NetworkPath path;
  bool has_output_bias = false;  ///< whether the file has output biases, be they zero
  /// What is done to data before the networks see them, and to their outputs after.
  std::optional<Standardization> standardization = std::nullopt;
};

/// Reads a path of networks from `.npz`; the arrays and what they mean: docs/files.md, "Paths".
///
/// What is exact comes from `direction`, `sign` and `mass`, the two ends from `W` and `alpha`;
/// equal directions are stored once. A segment that re-aims empty slots in between changes nothing
/// and is left out. Whether the states are those of a path, with equal products at its ends and
/// segments on which the objective is convex, is decided by find_fault
/// (certificate/path_value.hpp).
///
/// Errors: those of read_npz; kUnsupported (another ending, a rescaling in between), kMissing,
/// kBadShape, kBadValue (an unknown kind, a sign that is not 1 or -1, a mass < 0, a slot of nonzero
/// mass and direction 0, neighbours that contradict each other, W and alpha of a waypoint further
/// than 1e-9, relatively, from what the exact arrays say). O(size of the arrays).
[[nodiscard]] Expected<StoredPath> read_path(const std::filesystem::path& file);

/// The path inside an open archive. Errors: as read_path.
[[nodiscard]] Expected<StoredPath> path_from(const NpzArchive& archive);

}  // namespace thalweg::io
