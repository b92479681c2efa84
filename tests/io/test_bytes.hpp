#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::io {

/// Checks that a result is an error of this kind whose message has all the fragments.
template <class T>
void expect_error(const Expected<T>& result, ErrorCode code,
                  std::initializer_list<std::string_view> fragments) {
  ASSERT_FALSE(result.has_value()) << "accepted what must be refused";
  const std::string& message = result.error().message;
  EXPECT_EQ(static_cast<int>(result.error().code), static_cast<int>(code)) << message;
  for (const std::string_view fragment : fragments) {
    EXPECT_NE(message.find(fragment), std::string::npos)
        << "'" << fragment << "' is not in: " << message;
  }
}

inline Bytes to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// The low `size` bytes of a number, least significant first.
inline std::string little(std::uint64_t value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i, value >>= 8) text += static_cast<char>(value & 0xff);
  return text;
}

/// The same, most significant first.
inline std::string big(std::uint64_t value, std::size_t size) {
  const std::string text = little(value, size);
  return {text.rbegin(), text.rend()};
}

inline std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }
inline std::uint64_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

/// A `.npy` file of the given version around a header and data.
inline std::string npy_with_header(const std::string& header, const std::string& data,
                                   int version = 1) {
  return std::string("\x93NUMPY") + static_cast<char>(version) + '\0' +
         little(header.size(), version == 1 ? 2 : 4) + header + data;
}

/// A `.npy` file with a regular header.
inline std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                       bool fortran = false, int version = 1) {
  return npy_with_header("{'descr': '" + descr + "', 'fortran_order': " +
                             (fortran ? "True" : "False") + ", 'shape': " + shape + ", }   \n",
                         data, version);
}

/// A `.npy` file of little-endian doubles.
inline std::string npy_doubles(const std::string& shape, const std::vector<double>& values) {
  std::string data;
  for (const double value : values) data += little(bits(value), 8);
  return npy("<f8", shape, data);
}

/// A folder that is removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "thalweg-io-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  [[nodiscard]] std::size_t count_entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_),
                                                  std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace thalweg::io
