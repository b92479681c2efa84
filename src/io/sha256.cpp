#include "thalweg/io/sha256.hpp"

#include <nettle/sha2.h>

#include <array>
#include <cstdint>

#include "io/byte_source.hpp"

namespace thalweg::io {
namespace {

class Digest {
 public:
  Digest() { sha256_init(&context_); }

  void add(std::span<const std::byte> bytes) {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  }

  std::string hexadecimal() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    sha256_digest(&context_, digest.size(), digest.data());
    std::string text;
    for (const std::uint8_t byte : digest) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }

 private:
  sha256_ctx context_{};
};

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hexadecimal();
}

Expected<std::string> sha256_of_file(const std::filesystem::path& path) {
  Digest digest;
  const auto done =
      for_each_chunk(path, [&](std::span<const std::byte> chunk) { digest.add(chunk); });
  if (!done) return tl::unexpected(done.error());
  return digest.hexadecimal();
}

}  // namespace thalweg::io
