#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "thalweg/core/error.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::io {

/// Reads the description of an architecture, a JSON object (docs/architectures.md lists the keys):
///   {"architecture": "cnn", "input": [1, 8, 8], "kernel": [3, 3], "pooling": "average"}
/// Keys that the architecture does not have are refused. Whether its numbers fit the data is told
/// by make_architecture(). Errors: those of read_file; kTooLarge (above 1 MiB), kMalformed (no
/// JSON, no object, a repeated or unknown key, another type), kMissing (a key), kBadValue (an
/// unknown word, a number out of range), kBadShape (a list of another length). Each message names
/// the file and the key.
[[nodiscard]] Expected<ArchitectureDescription> read_architecture(
    const std::filesystem::path& path);

/// The same from text; `file` is the name for messages.
[[nodiscard]] Expected<ArchitectureDescription> parse_architecture(std::string_view text,
                                                                   const std::string& file);

}  // namespace thalweg::io
