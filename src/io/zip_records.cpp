#include "io/zip_records.hpp"

namespace thalweg::io {
namespace {

constexpr std::uint64_t kVersion = 45;  // the first with 64-bit sizes
constexpr std::uint64_t kUtf8 = 1 << 11;
constexpr std::uint64_t kFirstDay = 1 << 5 | 1;   // 1980-01-01
constexpr std::uint64_t kElsewhere = 0xffffffff;  // the number is in the 64-bit field
constexpr std::uint64_t kElsewhereShort = 0xffff;
constexpr std::uint64_t kWideField = 1;  // tag of the extra field with 64-bit numbers
constexpr std::size_t kFixedBytes = 30;
constexpr std::size_t kLocalExtraBytes = 20;

/// The low `size` bytes of a number, least significant first.
std::string little(std::uint64_t value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i, value >>= 8) text += static_cast<char>(value & 0xff);
  return text;
}

/// The fields that local header and directory share, from the version needed to the extra size.
std::string common_fields(const ZipRecord& record, std::size_t extra_size) {
  return little(kVersion, 2) + little(kUtf8, 2) + little(0, 2) + little(0, 2) +
         little(kFirstDay, 2) + little(record.crc, 4) + little(kElsewhere, 4) +
         little(kElsewhere, 4) + little(record.name.size(), 2) + little(extra_size, 2);
}

std::string directory_entry(const ZipRecord& record) {
  const std::string extra = little(kWideField, 2) + little(24, 2) + little(record.size, 8) +
                            little(record.size, 8) + little(record.offset, 8);
  return "PK\x01\x02" + little(kVersion, 2) + common_fields(record, extra.size()) + little(0, 2) +
         little(0, 2) + little(0, 2) + little(0, 4) + little(kElsewhere, 4) + record.name + extra;
}

}  // namespace

std::size_t zip_local_header_bytes(std::size_t name_size) {
  return kFixedBytes + name_size + kLocalExtraBytes;
}

std::string zip_local_header(const ZipRecord& record) {
  return "PK\x03\x04" + common_fields(record, kLocalExtraBytes) + record.name +
         little(kWideField, 2) + little(16, 2) + little(record.size, 8) + little(record.size, 8);
}

std::string zip_directory(std::span<const ZipRecord> records, std::uint64_t offset) {
  std::string directory;
  for (const ZipRecord& record : records) directory += directory_entry(record);
  const std::uint64_t end = offset + directory.size();
  const std::string wide_end = "PK\x06\x06" + little(44, 8) + little(kVersion, 2) +
                               little(kVersion, 2) + little(0, 4) + little(0, 4) +
                               little(records.size(), 8) + little(records.size(), 8) +
                               little(directory.size(), 8) + little(offset, 8);
  const std::string locator = "PK\x06\x07" + little(0, 4) + little(end, 8) + little(1, 4);
  const std::string short_end = "PK\x05\x06" + little(0, 2) + little(0, 2) +
                                little(kElsewhereShort, 2) + little(kElsewhereShort, 2) +
                                little(kElsewhere, 4) + little(kElsewhere, 4) + little(0, 2);
  return directory + wide_end + locator + short_end;
}

}  // namespace thalweg::io
