#include "io/crc32.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace thalweg::io {
namespace {

/// x^32 + x^26 + x^23 + ... + 1 without its leading term; bit 31 - k is the coefficient of x^k.
constexpr std::uint32_t kPolynomial = 0xedb88320;
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

/// tables[k][b]: the remainder of byte b followed by k zero bytes.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < kSlices; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

/// The product of two polynomials modulo the generator.
std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (std::uint32_t term = std::uint32_t{1} << 31; term != 0; term >>= 1) {
    if ((a & term) != 0) product ^= b;
    b = b >> 1 ^ ((b & 1) != 0 ? kPolynomial : 0);
  }
  return product;
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  static_assert(std::endian::native == std::endian::little);
  std::uint32_t crc = ~before;
  std::size_t at = 0;
  for (; bytes.size() - at >= kSlices; at += kSlices) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < kSlices; ++k) crc ^= kTables[kSlices - 1 - k][word >> 8 * k & 0xff];
  }
  for (; at < bytes.size(); ++at) {
    crc = crc >> 8 ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(bytes[at])) & 0xff];
  }
  return ~crc;
}

std::uint32_t crc32_joined(std::uint32_t crc_of_a, std::uint32_t crc_of_b,
                           std::uint64_t length_of_b) {
  // What stands before b counts times x^(8 length), by repeated squaring of x^8.
  std::uint32_t power = std::uint32_t{1} << 23;
  std::uint32_t shifted = crc_of_a;
  for (std::uint64_t length = length_of_b; length != 0; length >>= 1) {
    if ((length & 1) != 0) shifted = multiply(shifted, power);
    power = multiply(power, power);
  }
  return shifted ^ crc_of_b;
}

}  // namespace thalweg::io
