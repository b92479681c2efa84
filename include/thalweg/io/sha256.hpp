#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// SHA-256 (FIPS 180-4) of bytes that come in parts.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(std::span<const std::byte> bytes);
  /// The digest of everything added since the last one; the next part begins anew.
  [[nodiscard]] std::array<std::uint8_t, 32> digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of the bytes, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
/// SHA-256 of a file's content. Errors: as read_file. Memory: the file is streamed.
[[nodiscard]] Expected<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace thalweg::io
