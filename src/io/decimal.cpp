#include "io/decimal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace thalweg::io {
namespace {

/// Removes leading digits and says how many there were.
std::size_t skip_digits(std::string_view& text) {
  const std::size_t count = std::min(text.size(), text.find_first_not_of("0123456789"));
  text.remove_prefix(count);
  return count;
}

void skip_sign(std::string_view& text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
}

/// The exponent that a plain decimal ends with, 0 when it has none, clamped to what no digits can
/// offset.
std::int64_t exponent_of(std::string_view text) {
  constexpr std::int64_t kClamp = std::int64_t{1} << 60;
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return 0;
  text.remove_prefix(mark + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto status = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (status != std::errc{}) return text.starts_with('-') ? -kClamp : kClamp;
  return std::clamp(value, -kClamp, kClamp);
}

/// Whether a plain decimal that no double can hold is too small rather than too large: its leading
/// digit stands for a negative power of ten.
bool underflows(std::string_view text) {
  const std::string_view digits = text.substr(0, text.find_first_of("eE"));
  const std::size_t leading = digits.find_first_of("123456789");
  if (leading == std::string_view::npos) return true;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  return static_cast<std::int64_t>(point) - static_cast<std::int64_t>(leading) +
             exponent_of(text) <=
         0;
}

}  // namespace

bool is_decimal(std::string_view text) {
  skip_sign(text);
  std::size_t digits = skip_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += skip_digits(text);
  }
  if (digits == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    skip_sign(text);
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

bool is_non_finite(std::string_view text) {
  skip_sign(text);
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 3> kSpellings = {"nan", "inf", "infinity"};
  return std::find(kSpellings.begin(), kSpellings.end(), lower) != kSpellings.end();
}

std::optional<double> parse_decimal(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto status = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (status == std::errc::result_out_of_range) {
    if (!underflows(text)) return std::nullopt;
    return text.starts_with('-') ? -0.0 : 0.0;
  }
  if (status != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace thalweg::io
