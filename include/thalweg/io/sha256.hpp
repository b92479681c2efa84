#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// SHA-256 (FIPS 180-4) of the bytes, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
/// SHA-256 of a file's content. Errors: as read_file. Memory: the file is streamed.
[[nodiscard]] Expected<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace thalweg::io
