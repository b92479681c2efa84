#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// Hands the content of a file to `take`, a chunk at a time, in order.
/// Errors: kUnreadable (missing, a directory, a device, no permission, reading failed), kTooLarge
/// (above kMaxFileBytes).
[[nodiscard]] Expected<void> for_each_chunk(
    const std::filesystem::path& path, const std::function<void(std::span<const std::byte>)>& take);

}  // namespace thalweg::io
