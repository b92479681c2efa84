#include "thalweg/io/architecture_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "io/strict_json.hpp"
#include "io/text.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::io {
namespace {

using Json = nlohmann::json;
using Kind = ArchitectureKind;

constexpr std::size_t kLargestFile = std::size_t{1} << 20;
constexpr int kDepth = 2;  // the object, its lists
/// Sizes beyond this belong to no data set that can be trained on.
constexpr std::int64_t kLargestSize = 1'000'000;
constexpr std::size_t kMostLayers = 16;

/// "'a', 'b' and 'c'".
std::string list_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += quote(words[i]);
  }
  return text;
}

/// What a list may hold and how long it may be.
struct ListRule {
  std::int64_t smallest = 1;
  std::vector<std::size_t> lengths;  ///< empty: up to kMostLayers
  std::string meaning;
};

/// Takes keys out of an object one after the other; the first error stays.
class Reader {
 public:
  Reader(const Json& object, std::string file) : object_(object), file_(std::move(file)) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  /// The number of a word in a list, or none.
  template <class Enum, std::size_t N>
  void word(const std::string& key, const std::array<Enum, N>& known, Enum& target, bool required) {
    const Json* value = find(key, required);
    if (value == nullptr) return;
    std::vector<std::string> words;
    for (const Enum kind : known) words.emplace_back(to_string(kind));
    if (!value->is_string()) return refuse_type(key, "one of " + list_words(words), *value);
    const auto at = std::find(words.begin(), words.end(), value->get<std::string>());
    if (at == words.end()) {
      return refuse(ErrorCode::kBadValue, key, "one of " + list_words(words), *value);
    }
    target = known[static_cast<std::size_t>(at - words.begin())];
  }

  void flag(const std::string& key, bool& target) {
    const Json* value = find(key, false);
    if (value == nullptr) return;
    if (!value->is_boolean()) return refuse_type(key, "true or false", *value);
    target = value->get<bool>();
  }

  void size(const std::string& key, Index smallest, Index largest, Index& target) {
    const Json* value = find(key, true);
    if (value == nullptr) return;
    const std::string range =
        "an integer from " + std::to_string(smallest) + " to " + std::to_string(largest);
    if (!value->is_number_integer()) return refuse_type(key, range, *value);
    if (!within(*value, smallest, largest)) return refuse(ErrorCode::kBadValue, key, range, *value);
    target = value->get<Index>();
  }

  void sizes(const std::string& key, const ListRule& rule, bool required,
             std::vector<Index>& target) {
    const Json* value = find(key, required);
    if (value == nullptr) return;
    if (!value->is_array()) return refuse_type(key, rule.meaning, *value);
    const bool fits = rule.lengths.empty()
                          ? value->size() <= kMostLayers
                          : std::count(rule.lengths.begin(), rule.lengths.end(), value->size()) > 0;
    if (!fits) return refuse(ErrorCode::kBadShape, key, rule.meaning, *value);
    for (const Json& entry : *value) {
      if (!entry.is_number_integer()) return refuse_type(key, rule.meaning, *value);
      if (!within(entry, rule.smallest, kLargestSize)) {
        return refuse(ErrorCode::kBadValue, key,
                      "integers from " + std::to_string(rule.smallest) + " to " +
                          std::to_string(kLargestSize),
                      *value);
      }
      target.push_back(entry.get<Index>());
    }
  }

  void numbers(const std::string& key, std::size_t length, std::vector<double>& target) {
    const Json* value = find(key, true);
    if (value == nullptr) return;
    const std::string expected = "a list of " + std::to_string(length) + " numbers";
    if (!value->is_array()) return refuse_type(key, expected, *value);
    if (value->size() != length) return refuse(ErrorCode::kBadShape, key, expected, *value);
    for (const Json& entry : *value) {
      if (!entry.is_number()) return refuse_type(key, expected, *value);
      target.push_back(entry.get<double>());
    }
  }

  /// Whether a key was given is known by its name; every other one is refused.
  void refuse_others(Kind kind) {
    if (error_) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(taken_.begin(), taken_.end(), key) != taken_.end()) continue;
      error_ = Error{ErrorCode::kMalformed,
                     file_ + ": key " + quote(key) + ": unknown to the architecture " +
                         quote(to_string(kind)) + ", whose keys are " + list_words(taken_)};
      return;
    }
  }

  void refuse(ErrorCode code, const std::string& key, const std::string& expected,
              const Json& found) {
    if (error_) return;
    error_ = Error{code, file_ + ": key " + quote(key) + ": expected " + expected + ", found " +
                             quote(found.dump(-1, ' ', true, Json::error_handler_t::replace))};
  }

 private:
  static bool within(const Json& value, std::int64_t smallest, std::int64_t largest) {
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(largest)) {
      return false;
    }
    const auto number = value.get<std::int64_t>();
    return smallest <= number && number <= largest;
  }

  void refuse_type(const std::string& key, const std::string& expected, const Json& found) {
    refuse(ErrorCode::kMalformed, key, expected, found);
  }

  /// The value of a key; null when there is none, an error when that was required.
  const Json* find(const std::string& key, bool required) {
    taken_.push_back(key);
    if (error_) return nullptr;
    const auto at = object_.find(key);
    if (at != object_.end()) return &*at;
    if (required) {
      error_ =
          Error{ErrorCode::kMissing, file_ + ": expected a key " + quote(key) + ", found none"};
    }
    return nullptr;
  }

  const Json& object_;
  std::string file_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

void read_patches(Reader& reader, ArchitectureDescription& description) {
  reader.sizes("input", {1, {1, 3}, "[length] of a signal or [channels, height, width]"}, true,
               description.input);
  const std::size_t axes = description.input.size() == 1 ? 1 : 2;
  const std::string meaning =
      axes == 1 ? "[length] as the input is a signal" : "[height, width] as the input is an image";
  reader.sizes("kernel", {1, {axes}, meaning}, true, description.kernel);
  reader.sizes("stride", {1, {axes}, meaning}, false, description.stride);
  reader.sizes("padding", {0, {axes}, meaning}, false, description.padding);
  reader.flag("filter_bias", description.filter_bias);
  if (reader.error()) return;
  for (std::size_t axis = 0; axis < description.padding.size(); ++axis) {
    if (description.padding[axis] < description.kernel[axis]) continue;
    reader.refuse(ErrorCode::kBadValue, "padding", "less than the kernel, else patches are zero",
                  Json(description.padding));
  }
}

void read_keys(Reader& reader, ArchitectureDescription& description) {
  switch (description.kind) {
    case Kind::kCnn:
      read_patches(reader, description);
      reader.word("pooling", kPoolingKinds, description.pooling, true);
      reader.flag("residual", description.residual);
      if (description.residual && description.pooling != Pooling::kNone) {
        reader.refuse(ErrorCode::kBadValue, "residual", "false unless 'pooling' is 'none'", true);
      }
      break;
    case Kind::kCnnFlattened:
    case Kind::kCnnThreeLayer:
      read_patches(reader, description);
      break;
    case Kind::kThreeLayer:
      reader.size("neurons", 1, 8, description.neurons);
      break;
    case Kind::kPath:
      reader.sizes("fan_in", {1, {}, "a list of fan-ins, one for each layer but two"}, true,
                   description.fan_in);
      break;
    case Kind::kPolynomial:
      reader.numbers("coefficients", 3, description.coefficients);
      break;
    case Kind::kOneDimensional:
      reader.size("layers", 2, 16, description.layers);
      break;
    case Kind::kThreshold:
      reader.size("layers", 2, 3, description.layers);
      break;
    case Kind::kTwoLayer:
    case Kind::kCircularLinear:
    case Kind::kCircularRelu:
      break;
  }
}

}  // namespace

Expected<ArchitectureDescription> parse_architecture(std::string_view text,
                                                     const std::string& file) {
  if (text.size() > kLargestFile) {
    return fail(ErrorCode::kTooLarge, file + ": expected a description of at most " +
                                          std::to_string(kLargestFile) + " bytes, found " +
                                          std::to_string(text.size()));
  }
  const auto document = parse_strict_json(text, kDepth, file);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object()) {
    return fail(ErrorCode::kMalformed, file + ": expected a JSON object with a key 'architecture'");
  }
  Reader reader(*document, file);
  ArchitectureDescription description;
  reader.word("architecture", kArchitectureKinds, description.kind, true);
  if (!reader.error()) read_keys(reader, description);
  reader.refuse_others(description.kind);
  if (reader.error()) return tl::unexpected(*reader.error());
  return description;
}

Expected<ArchitectureDescription> read_architecture(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_architecture(as_text(*bytes), path.string());
}

}  // namespace thalweg::io
