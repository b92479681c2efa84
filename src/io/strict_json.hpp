#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// Parses one JSON document (RFC 8259, valid UTF-8) that nests at most `depth` deep and repeats no
/// key in an object. Errors: kMalformed, starting with `where`.
[[nodiscard]] Expected<nlohmann::json> parse_strict_json(std::string_view text, int depth,
                                                         const std::string& where);

}  // namespace thalweg::io
