#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// The bytes of a file.
using Bytes = std::vector<std::byte>;

/// Largest file that is read: 8 GiB.
inline constexpr std::size_t kMaxFileBytes = std::size_t{8} << 30;

/// Reads a whole file. Errors: kUnreadable (missing, a directory, a device, no permission, reading
/// failed), kTooLarge.
[[nodiscard]] Expected<Bytes> read_file(const std::filesystem::path& path);

/// Writes a file so that `path` holds either its old content or all of the new: the bytes go to a
/// new file in the same folder, which is renamed once it is complete and removed when anything
/// fails. Errors: kUnwritable.
[[nodiscard]] Expected<void> write_file(const std::filesystem::path& path,
                                        std::span<const std::byte> bytes);
/// The same for text (JSON documents, reports).
[[nodiscard]] Expected<void> write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace thalweg::io
