#pragma once

#include <optional>
#include <string_view>

namespace thalweg::io {

/// Whether the text is a plain decimal: [sign] digits [. digits] [e [sign] digits], with a digit
/// before or after the point.
[[nodiscard]] bool is_decimal(std::string_view text);

/// Whether the text is a usual spelling of NaN or infinity, in any case and with any sign.
[[nodiscard]] bool is_non_finite(std::string_view text);

/// The double nearest to a plain decimal, ties to even, in any locale; nothing when the text is no
/// plain decimal or the nearest double is infinite. Decimals too small for a subnormal number
/// become zero.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

}  // namespace thalweg::io
