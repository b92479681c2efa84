#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::io {

/// A zip archive in memory, read through libzip.
class ZipArchive {
 public:
  /// Errors: kMalformed (not a zip, inconsistent directory, repeated names), kTooLarge (more than
  /// 4096 entries).
  [[nodiscard]] static Expected<ZipArchive> open(Bytes bytes, const std::string& file);

  ZipArchive(ZipArchive&&) noexcept;
  ZipArchive& operator=(ZipArchive&&) noexcept;
  ~ZipArchive();

  /// Entry names in archive order, as stored; all distinct.
  [[nodiscard]] const std::vector<std::string>& entries() const;

  /// The content of one entry, checked against its CRC and declared size.
  /// Errors: kMalformed, kUnsupported (encrypted, a compression method other than deflate),
  /// kTooLarge (above 4 GiB, or above 256 MiB at a compression ratio over 200).
  [[nodiscard]] Expected<Bytes> read(std::size_t entry) const;

 private:
  struct State;
  explicit ZipArchive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A file to be put into an archive; the content is referred to, not copied.
struct ZipEntry {
  std::string name;
  std::span<const std::byte> content;
};

/// The bytes of an archive with the entries stored and dated 1980-01-01, so that equal input gives
/// equal bytes. Errors: kUnwritable, naming `file`.
[[nodiscard]] Expected<Bytes> write_zip(std::span<const ZipEntry> entries, const std::string& file);

}  // namespace thalweg::io
