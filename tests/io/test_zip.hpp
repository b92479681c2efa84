#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/test_bytes.hpp"

namespace thalweg::io {

/// An entry of a zip archive whose fields may be made to lie.
struct ZipPart {
  std::string name;
  std::string content;       ///< as stored in the archive
  std::uint32_t crc = 0;     ///< of the uncompressed content
  std::uint32_t size = 0;    ///< declared size of the uncompressed content
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  std::uint16_t flags = 0;   ///< 1 encrypted
};

/// CRC-32 as zip uses it, bit by bit.
inline std::uint32_t crc32(const std::string& text) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

/// An honest stored entry.
inline ZipPart stored(const std::string& name, const std::string& content) {
  return {name, content, crc32(content), static_cast<std::uint32_t>(content.size())};
}

/// An honest deflated entry, as one block of the kind "not compressed"; content below 64 KiB.
inline ZipPart deflated(const std::string& name, const std::string& content) {
  const std::uint64_t length = content.size();
  ZipPart part = stored(name, content);
  part.content = '\x01' + little(length, 2) + little(~length, 2) + content;
  part.method = 8;
  return part;
}

/// The bytes of the archive (APPNOTE.TXT 4.3: local headers, central directory, end record).
inline std::string zip(const std::vector<ZipPart>& parts) {
  std::string file;
  std::string directory;
  for (const ZipPart& part : parts) {
    const std::string common = little(20, 2) + little(part.flags, 2) + little(part.method, 2) +
                               little(0, 2) + little(33, 2) + little(part.crc, 4) +
                               little(part.content.size(), 4) + little(part.size, 4) +
                               little(part.name.size(), 2) + little(0, 2);
    directory +=
        "PK\x01\x02" + little(20, 2) + common + little(0, 10) + little(file.size(), 4) + part.name;
    file += "PK\x03\x04" + common + part.name + part.content;
  }
  const std::string end = "PK\x05\x06" + little(0, 4) + little(parts.size(), 2) +
                          little(parts.size(), 2) + little(directory.size(), 4) +
                          little(file.size(), 4) + little(0, 2);
  return file + directory + end;
}

}  // namespace thalweg::io
