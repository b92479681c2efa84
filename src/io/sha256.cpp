#include "thalweg/io/sha256.hpp"

#include <nettle/sha2.h>

#include <string_view>

#include "io/byte_source.hpp"

namespace thalweg::io {

struct Sha256::State {
  sha256_ctx context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) { sha256_init(&state_->context); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  sha256_update(&state_->context, bytes.size(),
                reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::array<std::uint8_t, 32> Sha256::digest() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> result{};
  sha256_digest(&state_->context, result.size(), result.data());
  return result;
}

namespace {

std::string hexadecimal(const std::array<std::uint8_t, 32>& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 digest;
  digest.add(bytes);
  return hexadecimal(digest.digest());
}

Expected<std::string> sha256_of_file(const std::filesystem::path& path) {
  Sha256 digest;
  const auto done =
      for_each_chunk(path, [&](std::span<const std::byte> chunk) { digest.add(chunk); });
  if (!done) return tl::unexpected(done.error());
  return hexadecimal(digest.digest());
}

}  // namespace thalweg::io
