#include "thalweg/io/safetensors.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "io/element_decoder.hpp"
#include "io/strict_json.hpp"
#include "io/text.hpp"

namespace thalweg::io {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kMaxTensors = 4096;
constexpr int kHeaderDepth = 3;  // the object, a tensor, its shape

/// Where one tensor lies in the file.
struct Tensor {
  ElementType type;
  std::vector<std::uint64_t> shape;
  std::size_t begin = 0;  ///< bytes from the start of the data
  std::size_t end = 0;
};

std::optional<ElementType> type_named(const std::string& name) {
  static const std::map<std::string, ElementType> kTypes = {
      {"BOOL", ElementType::kBool},     {"I8", ElementType::kInt8},
      {"I16", ElementType::kInt16},     {"I32", ElementType::kInt32},
      {"I64", ElementType::kInt64},     {"U8", ElementType::kUint8},
      {"U16", ElementType::kUint16},    {"U32", ElementType::kUint32},
      {"U64", ElementType::kUint64},    {"F16", ElementType::kFloat16},
      {"BF16", ElementType::kBfloat16}, {"F32", ElementType::kFloat32},
      {"F64", ElementType::kFloat64}};
  const auto found = kTypes.find(name);
  if (found == kTypes.end()) return std::nullopt;
  return found->second;
}

/// The value as a list of unsigned integers, or nothing.
std::optional<std::vector<std::uint64_t>> unsigned_list(const Json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::uint64_t> list;
  for (const Json& item : value) {
    if (!item.is_number_unsigned()) return std::nullopt;
    list.push_back(item.get<std::uint64_t>());
  }
  return list;
}

/// One header entry, checked against the number of data bytes.
Expected<Tensor> parse_tensor(const Json& entry, std::size_t data_bytes, const ArrayLabel& label) {
  const auto malformed = [&](const std::string& what) {
    return fail(ErrorCode::kMalformed, describe(label) + ": header: " + what);
  };
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
      !entry.contains("shape") || !entry.contains("data_offsets")) {
    return malformed(
        "expected exactly the keys dtype, shape and data_offsets, found other content");
  }
  if (!entry["dtype"].is_string())
    return malformed("expected a string for dtype, found another value");
  const auto name = entry["dtype"].get<std::string>();
  const auto type = type_named(name);
  if (!type) {
    return fail(
        ErrorCode::kUnsupported,
        describe(label) +
            ": expected element type F64, F32, F16, BF16, I8 to I64, U8 to U64 or BOOL, found " +
            quote(name));
  }
  auto shape = unsigned_list(entry["shape"]);
  if (!shape)
    return malformed("expected a list of non-negative integers for shape, found another value");
  const auto offsets = unsigned_list(entry["data_offsets"]);
  if (!offsets || offsets->size() != 2) {
    return malformed("expected two non-negative integers for data_offsets, found another value");
  }
  const std::uint64_t begin = offsets->front();
  const std::uint64_t end = offsets->back();
  if (begin > end || end > data_bytes) {
    return malformed("expected data_offsets in increasing order up to " +
                     std::to_string(data_bytes) + " (the bytes of data in the file), found " +
                     std::to_string(begin) + " and " + std::to_string(end));
  }
  const auto count = element_count(*shape, *type, label);
  if (!count) return tl::unexpected(count.error());
  if (*count * element_size(*type) != end - begin) {
    return malformed("expected " + std::to_string(*count * element_size(*type)) +
                     " bytes for this shape and dtype, found " + std::to_string(end - begin));
  }
  return Tensor{*type, std::move(*shape), static_cast<std::size_t>(begin),
                static_cast<std::size_t>(end)};
}

Expected<void> check_metadata(const Json& metadata, const std::string& file) {
  bool strings = metadata.is_object();
  if (strings) {
    for (const Json& value : metadata) strings = strings && value.is_string();
  }
  if (strings) return {};
  return fail(
      ErrorCode::kMalformed,
      file + ": header: expected an object of strings for __metadata__, found another value");
}

/// The header's JSON text. Errors: kMalformed, kTooLarge.
Expected<std::string_view> header_text(std::span<const std::byte> bytes, const std::string& file) {
  if (bytes.size() < kLengthBytes) {
    return fail(ErrorCode::kMalformed, file + ": expected 8 bytes of header length, found " +
                                           std::to_string(bytes.size()) + " bytes in the file");
  }
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;)
    length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  if (length > bytes.size() - kLengthBytes) {
    return fail(ErrorCode::kMalformed,
                file + ": expected a header of " + std::to_string(length) + " bytes, found " +
                    std::to_string(bytes.size() - kLengthBytes) + " bytes after its length");
  }
  if (length > kLongestHeader) {
    return fail(ErrorCode::kTooLarge, file + ": expected a header of at most " +
                                          std::to_string(kLongestHeader) + " bytes, found " +
                                          std::to_string(length));
  }
  const std::string_view text =
      as_text(bytes.subspan(kLengthBytes, static_cast<std::size_t>(length)));
  if (!text.starts_with('{')) {
    return fail(ErrorCode::kMalformed,
                file + ": header: expected '{' as first byte, found " + quote(text.substr(0, 1)));
  }
  return text;
}

}  // namespace

struct SafetensorsFile::State {
  std::string file;
  Bytes bytes;
  std::size_t data_start = 0;
  std::map<std::string, Tensor, std::less<>> tensors;
  std::vector<std::string> names;

  /// Sorts the names by their data and checks that the tensors fill it without overlap or hole.
  Expected<void> order_by_data() {
    for (const auto& [name, tensor] : tensors) names.push_back(name);
    std::stable_sort(names.begin(), names.end(), [&](const auto& left, const auto& right) {
      const Tensor& a = tensors.find(left)->second;
      const Tensor& b = tensors.find(right)->second;
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::size_t filled = 0;
    for (const std::string& name : names) {
      const Tensor& tensor = tensors.find(name)->second;
      if (tensor.begin != filled) {
        return fail(ErrorCode::kMalformed, describe({file, name}) +
                                               ": header: expected data from byte " +
                                               std::to_string(filled) + " on (" +
                                               (tensor.begin < filled ? "overlap" : "hole") +
                                               "), found " + std::to_string(tensor.begin));
      }
      filled = tensor.end;
    }
    if (data_start + filled != bytes.size()) {
      return fail(ErrorCode::kMalformed, file + ": expected " + std::to_string(filled) +
                                             " bytes of data as the header says, found " +
                                             std::to_string(bytes.size() - data_start));
    }
    return {};
  }
};

SafetensorsFile::SafetensorsFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

const std::string& SafetensorsFile::file() const { return state_->file; }
const std::vector<std::string>& SafetensorsFile::names() const { return state_->names; }
bool SafetensorsFile::contains(std::string_view name) const {
  return state_->tensors.contains(name);
}

Expected<SafetensorsFile> SafetensorsFile::parse(Bytes bytes, std::string file) {
  const auto text = header_text(bytes, file);
  if (!text) return tl::unexpected(text.error());
  const auto header = parse_strict_json(*text, kHeaderDepth, file + ": header");
  if (!header) return tl::unexpected(header.error());
  if (header->size() > kMaxTensors) {
    return fail(ErrorCode::kTooLarge, file + ": expected at most " + std::to_string(kMaxTensors) +
                                          " tensors, found " + std::to_string(header->size()));
  }
  auto state = std::make_unique<State>();
  state->file = std::move(file);
  state->data_start = kLengthBytes + text->size();
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") {
      if (auto done = check_metadata(entry, state->file); !done)
        return tl::unexpected(done.error());
      continue;
    }
    auto tensor = parse_tensor(entry, bytes.size() - state->data_start, {state->file, name});
    if (!tensor) return tl::unexpected(tensor.error());
    state->tensors.emplace(name, std::move(*tensor));
  }
  state->bytes = std::move(bytes);
  if (auto done = state->order_by_data(); !done) return tl::unexpected(done.error());
  return SafetensorsFile(std::move(state));
}

Expected<NdArray> SafetensorsFile::read(std::string_view name) const {
  const ArrayLabel label{state_->file, std::string(name)};
  const auto found = state_->tensors.find(name);
  if (found == state_->tensors.end()) {
    return fail(ErrorCode::kMissing,
                state_->file + ": expected an array " + quote(name) + ", found none of that name");
  }
  const Tensor& tensor = found->second;
  const auto data = std::span(state_->bytes)
                        .subspan(state_->data_start + tensor.begin, tensor.end - tensor.begin);
  return decode_elements(data, tensor.shape, {.type = tensor.type}, label);
}

Expected<SafetensorsFile> read_safetensors(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return SafetensorsFile::parse(std::move(*bytes), path.string());
}

}  // namespace thalweg::io
