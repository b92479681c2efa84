#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/error.hpp"

namespace thalweg::report {

/// A JSON value that keeps the digits of its numbers as they are written in the file.
struct JsonValue {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text;               ///< of a number its digits, of a string its letters, "true"
  std::vector<std::string> keys;  ///< of an object, in the order of the file
  std::vector<JsonValue> items;   ///< of an array; of an object as many as keys

  /// The member of an object; null when there is none, or this is no object.
  [[nodiscard]] const JsonValue* find(std::string_view key) const;
  /// The double nearest to a number; NaN for everything else.
  [[nodiscard]] double number() const;
};

/// "a number", "an object": what a value is, in words.
[[nodiscard]] std::string describe(JsonValue::Kind kind);

inline constexpr std::size_t kMostJsonBytes = std::size_t{64}
                                              << 20;  ///< larger documents are refused
inline constexpr std::size_t kDeepestJson = 32;       ///< deeper ones, too

/// Parses exactly one JSON document; `name` stands in front of what is wrong. Errors: kMalformed
/// (not JSON, a key twice in one object), kTooLarge (longer than kMostJsonBytes, nested deeper than
/// kDeepestJson). O(length), and O(k^2) in the keys of one object.
[[nodiscard]] Expected<JsonValue> parse_json(const std::string& name, const std::string& text);

}  // namespace thalweg::report
