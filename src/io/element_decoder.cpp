#include "io/element_decoder.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "io/text.hpp"

namespace thalweg::io {
namespace {

constexpr std::size_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxExtent = (std::uint64_t{1} << 31) - 1;
constexpr std::uint64_t kMaxExtentWithoutData = std::uint64_t{1} << 20;

/// The unsigned integer in sizeof(Unsigned) bytes.
template <class Unsigned>
Unsigned load(const std::byte* at, ByteOrder order) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    const std::size_t from = order == ByteOrder::kBig ? i : sizeof(Unsigned) - 1 - i;
    value = value << 8 | std::to_integer<std::uint64_t>(at[from]);
  }
  return static_cast<Unsigned>(value);
}

double widen_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int fraction = bits & 0x3ff;
  double magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(fraction + 0x400, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

/// Why an element cannot become a finite double.
struct Fault {
  ErrorCode code = ErrorCode::kBadValue;
  std::string expected;
  std::string found;
};

/// One element as a double; sets `fault` when no finite double equals it.
template <class Stored>
double widen(Stored value, std::optional<Fault>& fault) {
  const double widened = static_cast<double>(value);
  if constexpr (std::is_floating_point_v<Stored>) {
    if (!std::isfinite(widened)) {
      fault = Fault{ErrorCode::kBadValue, "a finite number", format_number(widened)};
    }
  } else if constexpr (sizeof(Stored) == 8) {
    // Rounding can reach 2^63 or 2^64, which does not convert back, so the comparison is on
    // magnitudes.
    const std::uint64_t magnitude = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                              : static_cast<std::uint64_t>(value);
    if (magnitude != 0 && std::bit_width(magnitude >> std::countr_zero(magnitude)) > 53) {
      fault = Fault{ErrorCode::kBadValue, "an integer that a double represents exactly",
                    std::to_string(value)};
    }
  }
  return widened;
}

double decode_one(const std::byte* at, const Encoding& encoding, std::optional<Fault>& fault) {
  const ByteOrder order = encoding.byte_order;
  switch (encoding.type) {
    case ElementType::kBool: {
      const auto value = load<std::uint8_t>(at, order);
      if (value > 1) {
        fault = Fault{ErrorCode::kMalformed, "a bool stored as 0 or 1", std::to_string(value)};
      }
      return value;
    }
    case ElementType::kInt8:
      return static_cast<std::int8_t>(load<std::uint8_t>(at, order));
    case ElementType::kInt16:
      return static_cast<std::int16_t>(load<std::uint16_t>(at, order));
    case ElementType::kInt32:
      return static_cast<std::int32_t>(load<std::uint32_t>(at, order));
    case ElementType::kInt64:
      return widen(static_cast<std::int64_t>(load<std::uint64_t>(at, order)), fault);
    case ElementType::kUint8:
      return load<std::uint8_t>(at, order);
    case ElementType::kUint16:
      return load<std::uint16_t>(at, order);
    case ElementType::kUint32:
      return load<std::uint32_t>(at, order);
    case ElementType::kUint64:
      return widen(load<std::uint64_t>(at, order), fault);
    case ElementType::kFloat16:
      return widen(widen_float16(load<std::uint16_t>(at, order)), fault);
    case ElementType::kBfloat16:
      return widen(std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(at, order)} << 16),
                   fault);
    case ElementType::kFloat32:
      return widen(std::bit_cast<float>(load<std::uint32_t>(at, order)), fault);
    case ElementType::kFloat64:
      return widen(std::bit_cast<double>(load<std::uint64_t>(at, order)), fault);
  }
  return 0;
}

/// Extents, strides or indices; missing leading dimensions have extent 1.
using Axes = std::array<std::size_t, kMaxDimensions>;

Axes extents_of(const std::vector<std::uint64_t>& shape) {
  Axes extents;
  extents.fill(1);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    extents[kMaxDimensions - shape.size() + i] = static_cast<std::size_t>(shape[i]);
  }
  return extents;
}

/// Elements between neighbours along each axis of the file.
Axes strides_of(const Axes& extents, ElementOrder order) {
  Axes strides;
  std::size_t step = 1;
  for (std::size_t i = 0; i < kMaxDimensions; ++i) {
    const std::size_t axis = order == ElementOrder::kC ? kMaxDimensions - 1 - i : i;
    strides[axis] = step;
    step *= extents[axis];
  }
  return strides;
}

std::string describe_position(const Axes& index, std::size_t dimensions) {
  const std::string counted = " (counted from 0)";
  if (dimensions == 0) return "its only element";
  if (dimensions == 1) return "element " + std::to_string(index.back()) + counted;
  const std::string cell = "row " + std::to_string(index[kMaxDimensions - 2]) + ", column " +
                           std::to_string(index.back()) + counted;
  if (dimensions == 2) return cell;
  std::string block = std::to_string(index[kMaxDimensions - dimensions]);
  for (std::size_t axis = kMaxDimensions - dimensions + 1; axis + 2 < kMaxDimensions; ++axis) {
    block += ", " + std::to_string(index[axis]);
  }
  return "block " + block + ", " + cell;
}

/// Steps to the next element in C order and returns its place in the file; `at` is this one's.
std::size_t advance(Axes& index, const Axes& extents, const Axes& strides, std::size_t at) {
  for (std::size_t axis = kMaxDimensions; axis-- > 0;) {
    at += strides[axis];
    if (++index[axis] < extents[axis]) break;
    at -= index[axis] * strides[axis];
    index[axis] = 0;
  }
  return at;
}

/// Doubles that lie as this machine stores them, in C order; none when one is not finite.
std::optional<std::vector<double>> copy_doubles(std::span<const std::byte> bytes,
                                                const Encoding& encoding) {
  const bool native = encoding.type == ElementType::kFloat64 &&
                      encoding.element_order == ElementOrder::kC &&
                      encoding.byte_order == ByteOrder::kLittle;
  if (!native || std::endian::native != std::endian::little || bytes.empty()) return std::nullopt;
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  for (const double value : values) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  return values;
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kInt8:
    case ElementType::kUint8:
      return 1;
    case ElementType::kInt16:
    case ElementType::kUint16:
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
      return 2;
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kFloat32:
      return 4;
    case ElementType::kInt64:
    case ElementType::kUint64:
    case ElementType::kFloat64:
      return 8;
  }
  return 8;
}

Expected<std::size_t> element_count(const std::vector<std::uint64_t>& shape, ElementType type,
                                    const ArrayLabel& label) {
  if (shape.size() > kMaxDimensions) {
    return fail(ErrorCode::kUnsupported, describe(label) + ": expected at most " +
                                             std::to_string(kMaxDimensions) +
                                             " dimensions, found " + std::to_string(shape.size()));
  }
  bool has_data = true;
  for (const std::uint64_t extent : shape) has_data = has_data && extent != 0;
  const std::uint64_t largest = has_data ? kMaxExtent : kMaxExtentWithoutData;
  std::uint64_t bytes = element_size(type);
  for (const std::uint64_t extent : shape) {
    if (extent > largest) {
      return fail(ErrorCode::kTooLarge, describe(label) + ": expected extents of at most " +
                                            std::to_string(largest) + ", found " +
                                            std::to_string(extent));
    }
    if (has_data && bytes > (std::numeric_limits<std::uint64_t>::max() >> 1) / extent) {
      return fail(ErrorCode::kTooLarge,
                  describe(label) + ": expected a size below 2^63 bytes, found a larger shape");
    }
    bytes *= extent;
  }
  return static_cast<std::size_t>(bytes / element_size(type));
}

Expected<NdArray> decode_elements(std::span<const std::byte> bytes,
                                  const std::vector<std::uint64_t>& shape, const Encoding& encoding,
                                  const ArrayLabel& label) {
  const std::size_t size = element_size(encoding.type);
  const Axes extents = extents_of(shape);
  const Axes strides = strides_of(extents, encoding.element_order);
  const std::size_t count = bytes.size() / size;
  NdArray array;
  for (const std::uint64_t extent : shape) array.shape.push_back(static_cast<Index>(extent));
  if (auto doubles = copy_doubles(bytes, encoding)) {
    array.values = std::move(*doubles);
    return array;
  }
  array.values.reserve(count);
  std::optional<Fault> fault;
  Axes index{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    array.values.push_back(decode_one(bytes.data() + at * size, encoding, fault));
    if (fault) {
      return fail(fault->code, describe(label) + ": " + describe_position(index, shape.size()) +
                                   ": expected " + fault->expected + ", found " + fault->found);
    }
    at = advance(index, extents, strides, at);
  }
  return array;
}

}  // namespace thalweg::io
