#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

/// How one element is stored.
enum class ElementType {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kFloat16,
  kBfloat16,
  kFloat32,
  kFloat64,
};
enum class ByteOrder { kLittle, kBig };
/// Which index runs fastest in the file: the last (C) or the first (Fortran).
enum class ElementOrder { kC, kFortran };

struct Encoding {
  ElementType type;
  ByteOrder byte_order = ByteOrder::kLittle;
  ElementOrder element_order = ElementOrder::kC;
};

/// Bytes of one element.
[[nodiscard]] std::size_t element_size(ElementType type);

/// Elements of an array of this shape, checked.
///
/// Errors: kUnsupported (more than 4 dimensions), kTooLarge (an extent of 2^31 or more, or above
/// 2^20 where another extent is 0 and no data backs it; a size in bytes of 2^63 or more).
[[nodiscard]] Expected<std::size_t> element_count(const std::vector<std::uint64_t>& shape,
                                                  ElementType type, const ArrayLabel& label);

/// Widens the elements to doubles in C order.
///
/// Precondition: shape passed element_count and bytes.size() is its count times element_size.
/// Errors: kBadValue (NaN, infinity, a 64-bit integer that no double equals), kMalformed (a bool
/// that is neither 0 nor 1).
[[nodiscard]] Expected<NdArray> decode_elements(std::span<const std::byte> bytes,
                                                const std::vector<std::uint64_t>& shape,
                                                const Encoding& encoding, const ArrayLabel& label);

}  // namespace thalweg::io
