#include "thalweg/io/npy.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "io/borrowed_array.hpp"
#include "io/element_decoder.hpp"
#include "io/npy_header.hpp"
#include "io/text.hpp"

namespace thalweg::io {
namespace {

template <class T>
constexpr std::string_view kDescriptor = "";
template <>
constexpr std::string_view kDescriptor<double> = "<f8";
template <>
constexpr std::string_view kDescriptor<float> = "<f4";
template <>
constexpr std::string_view kDescriptor<std::int8_t> = "|i1";
template <>
constexpr std::string_view kDescriptor<std::uint8_t> = "|u1";
template <>
constexpr std::string_view kDescriptor<std::int64_t> = "<i8";

template <class T>
using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint8_t>>;

void append(Bytes& bytes, std::string_view text) {
  const auto added = std::as_bytes(std::span(text));
  bytes.insert(bytes.end(), added.begin(), added.end());
}

/// Magic, version 1.0, header length and header, padded so that the data starts at a multiple
/// of 64.
Bytes encode_header(std::string_view descriptor, bool fortran_order, std::span<const Index> shape) {
  constexpr std::size_t kPrefix = 10;
  std::string header = "{'descr': '" + std::string(descriptor) +
                       "', 'fortran_order': " + (fortran_order ? "True" : "False") +
                       ", 'shape': " + describe_shape({shape.begin(), shape.end()}) + ", }";
  header.append(63 - (kPrefix + header.size()) % 64, ' ');
  header += '\n';
  Bytes bytes;
  append(bytes, {"\x93NUMPY\x01\x00", 8});
  bytes.push_back(static_cast<std::byte>(header.size() & 0xff));
  bytes.push_back(static_cast<std::byte>(header.size() >> 8));
  append(bytes, header);
  return bytes;
}

/// The elements that a header announces. Errors: as parse_npy.
Expected<NdArray> decode(const NpyHeader& header, std::span<const std::byte> data,
                         const ArrayLabel& label) {
  const auto count = element_count(header.shape, header.encoding.type, label);
  if (!count) return tl::unexpected(count.error());
  const std::size_t expected = *count * element_size(header.encoding.type);
  if (data.size() != expected) {
    return fail(ErrorCode::kMalformed, describe(label) + ": expected " + std::to_string(expected) +
                                           " bytes of data after the header, found " +
                                           std::to_string(data.size()));
  }
  return decode_elements(data, header.shape, header.encoding, label);
}

}  // namespace

Expected<NdArray> parse_npy(std::span<const std::byte> bytes, const ArrayLabel& label) {
  const auto header = parse_npy_header(bytes, label);
  if (!header) return tl::unexpected(header.error());
  return decode(*header, bytes.subspan(header->size), label);
}

Expected<NdArray> decode_borrowed(const BorrowedArray& array, const ArrayLabel& label) {
  const Bytes front = encode_header(array.descriptor, array.fortran_order, array.shape);
  const auto header = parse_npy_header(front, label);
  if (!header) return tl::unexpected(header.error());
  return decode(*header, array.bytes, label);
}

Expected<NdArray> read_npy(const std::filesystem::path& path) {
  const ArrayLabel label{path.string(), ""};
  if (const MemoryFiles* memory = MemoryFiles::of(path)) {
    const auto arrays = memory->arrays(path);
    if (!arrays) return tl::unexpected(arrays.error());
    return decode_borrowed((*arrays)->front(), label);
  }
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_npy(*bytes, label);
}

template <class T>
Bytes encode_npy(std::span<const Index> shape, std::span<const T> values) {
  std::size_t count = 1;
  for (const Index extent : shape) {
    if (extent < 0)
      throw InvalidArgument("shape has the negative extent " + std::to_string(extent));
    count *= static_cast<std::size_t>(extent);
  }
  if (count != values.size()) {
    throw InvalidArgument("shape has " + std::to_string(count) + " elements but values has " +
                          std::to_string(values.size()));
  }
  Bytes bytes = encode_header(kDescriptor<T>, false, shape);
  bytes.reserve(bytes.size() + values.size() * sizeof(T));
  for (const T value : values) {
    const auto bits = std::bit_cast<Bits<T>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes.push_back(static_cast<std::byte>(bits >> 8 * i));
  }
  return bytes;
}

template Bytes encode_npy<double>(std::span<const Index>, std::span<const double>);
template Bytes encode_npy<float>(std::span<const Index>, std::span<const float>);
template Bytes encode_npy<std::int8_t>(std::span<const Index>, std::span<const std::int8_t>);
template Bytes encode_npy<std::uint8_t>(std::span<const Index>, std::span<const std::uint8_t>);
template Bytes encode_npy<std::int64_t>(std::span<const Index>, std::span<const std::int64_t>);

Bytes encode_npy(const Matrix& matrix) {
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = matrix;
  const Index shape[] = {rows.rows(), rows.cols()};
  return encode_npy<double>(shape, {rows.data(), static_cast<std::size_t>(rows.size())});
}

Bytes encode_npy(const Vector& vector) {
  const Index shape[] = {vector.size()};
  return encode_npy<double>(shape, {vector.data(), static_cast<std::size_t>(vector.size())});
}

}  // namespace thalweg::io
