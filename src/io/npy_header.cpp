#include "io/npy_header.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/text.hpp"

namespace thalweg::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
/// No legal header of three keys is longer, padding included.
constexpr std::size_t kLongestHeader = 65535;

/// A parser for the one Python literal that a header may be:
/// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }, the keys in any order.
class LiteralParser {
 public:
  LiteralParser(std::string_view text, std::size_t first_byte, const ArrayLabel& label)
      : text_(text), first_byte_(first_byte), label_(label) {}

  Expected<NpyHeader> parse() {
    if (!take('{')) return expected("'{'");
    while (!take('}')) {
      const auto key = take_string();
      if (!key) return expected("a quoted key or '}'");
      if (!take(':')) return expected("':'");
      if (auto done = parse_value(*key); !done) return tl::unexpected(done.error());
      if (!take(',') && peek() != '}') return expected("',' or '}'");
    }
    if (position_ + 1 != text_.size() || text_[position_] != '\n') {
      return expected("only blanks and a final newline after '}'");
    }
    if (!seen_descr_ || !seen_order_ || !seen_shape_) {
      return fail(ErrorCode::kMalformed,
                  describe(label_) +
                      ": header: expected the keys 'descr', 'fortran_order' and 'shape', "
                      "found only some of them");
    }
    return header_;
  }

 private:
  Expected<void> parse_value(std::string_view key) {
    if (key == "descr" && !std::exchange(seen_descr_, true)) return parse_descr();
    if (key == "fortran_order" && !std::exchange(seen_order_, true)) return parse_order();
    if (key == "shape" && !std::exchange(seen_shape_, true)) return parse_shape();
    return fail(ErrorCode::kMalformed, describe(label_) +
                                           ": header: expected the keys 'descr', 'fortran_order' "
                                           "and 'shape' once each, found " +
                                           quote(key));
  }

  Expected<void> parse_descr() {
    if (peek() == '[') return unsupported("a structured type");
    const auto text = take_string();
    if (!text) return expected("an element type in quotes");
    const auto type = type_named(*text);
    if (!type) return unsupported(quote(*text));
    header_.encoding.type = *type;
    header_.encoding.byte_order = text->front() == '>' ? ByteOrder::kBig : ByteOrder::kLittle;
    return {};
  }

  Expected<void> parse_order() {
    if (take_word("True")) {
      header_.encoding.element_order = ElementOrder::kFortran;
    } else if (take_word("False")) {
      header_.encoding.element_order = ElementOrder::kC;
    } else {
      return expected("True or False");
    }
    return {};
  }

  Expected<void> parse_shape() {
    if (!take('(')) return expected("'('");
    bool comma = true;
    while (!take(')')) {
      if (!comma) return expected("',' or ')'");
      const auto extent = take_integer();
      if (!extent) return expected("a shape of integers below 2^64");
      header_.shape.push_back(*extent);
      comma = take(',');
    }
    // (3) is a number in Python, (3,) a tuple.
    if (header_.shape.size() == 1 && !comma) return expected("a shape that is a tuple");
    return {};
  }

  /// '<f8' and the like; a one-byte element may say '|' for "no byte order".
  static std::optional<ElementType> type_named(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, ElementType>, 11> kTypes = {{
        {"f4", ElementType::kFloat32},
        {"f8", ElementType::kFloat64},
        {"i1", ElementType::kInt8},
        {"i2", ElementType::kInt16},
        {"i4", ElementType::kInt32},
        {"i8", ElementType::kInt64},
        {"u1", ElementType::kUint8},
        {"u2", ElementType::kUint16},
        {"u4", ElementType::kUint32},
        {"u8", ElementType::kUint64},
        {"b1", ElementType::kBool},
    }};
    if (text.size() != 3) return std::nullopt;
    for (const auto& [name, type] : kTypes) {
      const bool ordered = text[0] == '<' || text[0] == '>';
      if (text.substr(1) == name && (ordered || (text[0] == '|' && element_size(type) == 1))) {
        return type;
      }
    }
    return std::nullopt;
  }

  void skip_blanks() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  char peek() {
    skip_blanks();
    return position_ < text_.size() ? text_[position_] : '\0';
  }

  /// Takes one character with the blanks around it.
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++position_;
    skip_blanks();
    return true;
  }

  bool take_word(std::string_view word) {
    skip_blanks();
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }

  /// A string in single or double quotes, without escapes.
  std::optional<std::string_view> take_string() {
    const char mark = peek();
    if (mark != '\'' && mark != '"') return std::nullopt;
    const std::size_t end = text_.find(mark, position_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto inside = text_.substr(position_ + 1, end - position_ - 1);
    if (inside.find('\\') != std::string_view::npos) return std::nullopt;
    position_ = end + 1;
    return inside;
  }

  std::optional<std::uint64_t> take_integer() {
    skip_blanks();
    std::uint64_t value = 0;
    const auto [end, status] =
        std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
    if (status != std::errc{}) return std::nullopt;
    position_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  tl::unexpected<Error> expected(const std::string& what) const {
    const std::string found =
        position_ < text_.size() ? quote(text_.substr(position_, 1)) : "the end of the header";
    return fail(ErrorCode::kMalformed, describe(label_) + ": header, byte " +
                                           std::to_string(first_byte_ + position_) +
                                           " of the file: expected " + what + ", found " + found);
  }

  tl::unexpected<Error> unsupported(const std::string& found) const {
    return fail(ErrorCode::kUnsupported,
                describe(label_) +
                    ": expected element type f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 or b1, found " +
                    found);
  }

  std::string_view text_;
  std::size_t first_byte_;
  const ArrayLabel& label_;
  std::size_t position_ = 0;
  bool seen_descr_ = false;
  bool seen_order_ = false;
  bool seen_shape_ = false;
  NpyHeader header_;
};

}  // namespace

Expected<NpyHeader> parse_npy_header(std::span<const std::byte> bytes, const ArrayLabel& label) {
  const std::string_view text = as_text(bytes);
  if (!text.starts_with(kMagic)) {
    return fail(ErrorCode::kMalformed, describe(label) +
                                           ": expected a .npy file (\\x93NUMPY), found " +
                                           quote(text.substr(0, kMagic.size())));
  }
  if (text.size() < kMagic.size() + 2) {
    return fail(ErrorCode::kMalformed,
                describe(label) + ": expected a format version, found the end of the file");
  }
  const auto major = std::to_integer<int>(bytes[kMagic.size()]);
  const auto minor = std::to_integer<int>(bytes[kMagic.size() + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    return fail(ErrorCode::kUnsupported,
                describe(label) + ": expected .npy format version 1.0, 2.0 or 3.0, found " +
                    std::to_string(major) + "." + std::to_string(minor));
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t start = kMagic.size() + 2 + length_bytes;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes && start <= bytes.size(); ++i) {
    length |= std::to_integer<std::size_t>(bytes[kMagic.size() + 2 + i]) << 8 * i;
  }
  if (start > bytes.size() || length > bytes.size() - start) {
    return fail(ErrorCode::kMalformed,
                describe(label) + ": expected a header, found the end of the file inside it");
  }
  if (length > kLongestHeader) {
    return fail(ErrorCode::kTooLarge, describe(label) + ": expected a header of at most " +
                                          std::to_string(kLongestHeader) + " bytes, found " +
                                          std::to_string(length));
  }
  auto header = LiteralParser(text.substr(start, length), start, label).parse();
  if (header) header->size = start + length;
  return header;
}

}  // namespace thalweg::io
