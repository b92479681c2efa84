#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "thalweg/core/error.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

/// Parses the bytes of a NumPy `.npy` file, format versions 1, 2 and 3.
///
/// Element types f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 in either byte order, C or Fortran order, 0 to 4
/// dimensions. Values are exact: float32 is widened, a 64-bit integer that no double equals is an
/// error, and so are NaN and infinity. The header is parsed strictly (exactly the three keys, no
/// evaluation) and the file must end with the last element.
///
/// Errors: kMalformed, kUnsupported (other element types, more dimensions), kTooLarge (a shape
/// whose size overflows), kBadValue. Complexity: O(bytes); nothing is allocated from a size in the
/// header before the bytes are known to exist. Source: NumPy enhancement proposal 1 and
/// numpy.lib.format.
[[nodiscard]] Expected<NdArray> parse_npy(std::span<const std::byte> bytes,
                                          const ArrayLabel& label);

/// Reads a `.npy` file; see parse_npy. Errors: also those of read_file.
[[nodiscard]] Expected<NdArray> read_npy(const std::filesystem::path& path);

/// The bytes of a `.npy` file (version 1, little-endian, C order) that holds `values` with the
/// given shape.
///
/// Defined for double, float, std::int8_t, std::uint8_t and std::int64_t. Precondition: the product
/// of shape is the number of values, else InvalidArgument. The same input gives the same bytes on
/// every machine.
template <class T>
[[nodiscard]] Bytes encode_npy(std::span<const Index> shape, std::span<const T> values);

/// The bytes of a `.npy` file with the matrix (rows x columns) as float64 in C order.
[[nodiscard]] Bytes encode_npy(const Matrix& matrix);
/// The bytes of a `.npy` file with the vector (n) as one-dimensional float64.
[[nodiscard]] Bytes encode_npy(const Vector& vector);

}  // namespace thalweg::io
