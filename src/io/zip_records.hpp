#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace thalweg::io {

/// One stored entry of a zip archive that is written in place.
struct ZipRecord {
  std::string name;
  std::uint32_t crc;     ///< of the content
  std::uint64_t size;    ///< of the content
  std::uint64_t offset;  ///< of the local header
};

/// What stands before the content (APPNOTE.TXT 4.3.7), with sizes of 64 bits, dated 1980-01-01.
[[nodiscard]] std::string zip_local_header(const ZipRecord& record);
/// Its size, which does not depend on the content.
[[nodiscard]] std::size_t zip_local_header_bytes(std::size_t name_size);

/// What stands behind the last content, at `offset`: central directory and end records (4.3.12,
/// 4.3.14 to 4.3.16), with sizes and offsets of 64 bits.
[[nodiscard]] std::string zip_directory(std::span<const ZipRecord> records, std::uint64_t offset);

}  // namespace thalweg::io
