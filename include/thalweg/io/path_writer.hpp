#pragma once

#include <filesystem>

#include "thalweg/core/error.hpp"
#include "thalweg/io/path_reader.hpp"

namespace thalweg::io {

/// Writes a path of networks as an `.npz` that read_path reads back to the same doubles; the arrays
/// and what they mean: docs/files.md, "Paths".
///
/// Waypoints are the start, the states and the end as stored; one more beside an end that has
/// neurons with w = 0 or alpha = 0 but not both, which shrink to 0 first or grow last. The same
/// path gives the same bytes. Errors: kUnwritable. Precondition: one output, fitting shapes, finite
/// values, a path that ends in `.npz`, else InvalidArgument.
[[nodiscard]] Expected<void> write_path(const std::filesystem::path& file,
                                        const StoredPath& stored);

}  // namespace thalweg::io
