#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace thalweg::io {

/// Bytes seen as characters.
[[nodiscard]] std::string_view as_text(std::span<const std::byte> bytes);

/// The text between quotes, shortened to 60 characters and with unprintable bytes as \xNN: what a
/// file holds may be anything and goes into messages.
[[nodiscard]] std::string quote(std::string_view text);

/// Shortest decimal that reads back as the number; "nan", "inf", "-inf".
[[nodiscard]] std::string format_number(double value);

/// The ending of a path in lower case, with its dot ("" when there is none).
[[nodiscard]] std::string lower_ending(std::string_view path);

/// Whether files with this ending (lower case, with the dot) are usually Python pickles.
[[nodiscard]] bool is_pickle_ending(std::string_view ending);

/// Why a pickle is not opened, and the lines that export a state dict from one.
[[nodiscard]] std::string pickle_advice();

}  // namespace thalweg::io
