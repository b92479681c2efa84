#include "thalweg/io/npz_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "io/crc32.hpp"
#include "io/text.hpp"
#include "io/zip_records.hpp"
#include "thalweg/core/file_replacement.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {
namespace {

/// Bytes before the data of an array; room for every shape, so that the number of rows can be
/// filled in later.
constexpr std::size_t kNpyHeaderBytes = 128;
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

constexpr std::string_view descriptor(NpyType type) {
  switch (type) {
    case NpyType::kBool:
      return "|b1";
    case NpyType::kInt8:
      return "|i1";
    case NpyType::kUint8:
      return "|u1";
    case NpyType::kInt64:
      return "<i8";
    case NpyType::kDouble:
      return "<f8";
  }
  return "";
}

template <class T>
constexpr NpyType kTypeOf = NpyType::kBool;
template <>
constexpr NpyType kTypeOf<std::int8_t> = NpyType::kInt8;
template <>
constexpr NpyType kTypeOf<std::uint8_t> = NpyType::kUint8;
template <>
constexpr NpyType kTypeOf<std::int64_t> = NpyType::kInt64;
template <>
constexpr NpyType kTypeOf<double> = NpyType::kDouble;

std::string npy_header(NpyType type, const std::vector<Index>& shape) {
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(kNpyHeaderBytes - 10);
  header += '\0';
  header += "{'descr': '" + std::string(descriptor(type)) +
            "', 'fortran_order': False, 'shape': " + describe_shape(shape) + ", }";
  if (header.size() >= kNpyHeaderBytes) {
    throw InvalidArgument("row_shape " + describe_shape(shape) + " is too long for a header");
  }
  header.append(kNpyHeaderBytes - 1 - header.size(), ' ');
  return header + '\n';
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// One array on its way into the archive.
struct GrowingArray {
  std::string name;
  NpyType type = NpyType::kBool;
  std::vector<Index> row_shape = {};
  bool scalar = false;
  Index row_values = 1;
  Index values = 0;
  std::uint64_t data_bytes = 0;
  std::uint32_t data_crc = 0;
  std::string kept = {};  ///< a scalar's data
  std::optional<FileReplacement> spill =
      std::nullopt;  ///< none for the first array; never committed

  [[nodiscard]] std::string header() const {
    if (scalar) return npy_header(type, {});
    std::vector<Index> shape = {row_values == 0 ? 0 : values / row_values};
    shape.insert(shape.end(), row_shape.begin(), row_shape.end());
    return npy_header(type, shape);
  }
  [[nodiscard]] ZipRecord record(std::uint64_t offset) const {
    return {name + ".npy", crc32_joined(crc32(bytes_of(header())), data_crc, data_bytes),
            kNpyHeaderBytes + data_bytes, offset};
  }
};

}  // namespace

struct NpzStream::State {
  std::string path;
  FileReplacement file;
  std::vector<GrowingArray> arrays;

  void require_new(const std::string& name) const {
    const bool taken = std::any_of(arrays.begin(), arrays.end(),
                                   [&](const GrowingArray& other) { return other.name == name; });
    if (name.empty() || taken) {
      throw InvalidArgument("name is " + quote(name) +
                            " where a new one that is not empty was expected");
    }
  }

  void add_scalar(const std::string& name, NpyType type, std::string data) {
    require_new(name);
    GrowingArray array{name, type, {}};
    array.scalar = true;
    array.data_bytes = data.size();
    array.data_crc = crc32(bytes_of(data));
    array.kept = std::move(data);
    arrays.push_back(std::move(array));
  }

  [[nodiscard]] tl::unexpected<Error> unwritable() const {
    return fail(ErrorCode::kUnwritable, path + ": " + std::strerror(errno));
  }

  [[nodiscard]] Expected<void> write(const FileReplacement& target,
                                     std::span<const std::byte> bytes, std::uint64_t offset) const {
    while (!bytes.empty()) {
      const ssize_t done =
          ::pwrite(target.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return unwritable();
      bytes = bytes.subspan(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
    return {};
  }

  /// Copies the rows that waited in the array's own file into the archive.
  [[nodiscard]] Expected<void> copy(const GrowingArray& array, std::uint64_t offset) const {
    Bytes buffer(kCopyBytes);
    std::uint64_t done = 0;
    while (done < array.data_bytes) {
      const std::size_t wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, array.data_bytes - done));
      const ssize_t got =
          ::pread(array.spill->descriptor(), buffer.data(), wanted, static_cast<off_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return unwritable();
      const auto part = std::span<const std::byte>(buffer).first(static_cast<std::size_t>(got));
      if (auto written = write(file, part, offset + done); !written) return written;
      done += part.size();
    }
    return {};
  }

  /// Everything of an entry at `offset`, but the data of an array that lies there already.
  [[nodiscard]] Expected<void> write_entry(const GrowingArray& array,
                                           const ZipRecord& record) const {
    const std::string front = zip_local_header(record) + array.header();
    if (auto done = write(file, bytes_of(front), record.offset); !done) return done;
    const std::uint64_t data = record.offset + front.size();
    return array.spill ? copy(array, data) : write(file, bytes_of(array.kept), data);
  }
};

NpzStream::NpzStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
NpzStream::NpzStream(NpzStream&&) noexcept = default;
NpzStream& NpzStream::operator=(NpzStream&&) noexcept = default;
NpzStream::~NpzStream() = default;

Expected<NpzStream> NpzStream::create(const std::filesystem::path& path) {
  if (FileReplacement::is_special(path)) {
    return fail(ErrorCode::kUnwritable,
                path.string() + ": expected a file, found a device, a pipe or a folder");
  }
  auto file = FileReplacement::create(path);
  if (!file) return tl::unexpected(file.error());
  return NpzStream(std::unique_ptr<State>(new State{path.string(), std::move(*file), {}}));
}

Expected<std::size_t> NpzStream::add_array(const std::string& name, NpyType type,
                                           const std::vector<Index>& row_shape) {
  GrowingArray array{name, type, row_shape};
  for (const Index extent : row_shape) {
    if (extent < 0) {
      throw InvalidArgument("row_shape has the negative extent " + std::to_string(extent));
    }
    array.row_values *= extent;
  }
  state_->require_new(name);
  (void)array.header();  // throws when there are too many extents
  if (!state_->arrays.empty()) {
    auto spill = FileReplacement::create(state_->path);
    if (!spill) return tl::unexpected(spill.error());
    array.spill.emplace(std::move(*spill));
  }
  state_->arrays.push_back(std::move(array));
  return state_->arrays.size() - 1;
}

void NpzStream::add_scalar(const std::string& name, bool value) {
  state_->add_scalar(name, NpyType::kBool, std::string(1, value ? '\1' : '\0'));
}

void NpzStream::add_scalar(const std::string& name, std::int64_t value) {
  std::string data(sizeof value, '\0');
  std::memcpy(data.data(), &value, sizeof value);
  state_->add_scalar(name, NpyType::kInt64, std::move(data));
}

template <class T>
Expected<void> NpzStream::append(std::size_t array, std::span<const T> values) {
  static_assert(std::endian::native == std::endian::little);
  GrowingArray& target = state_->arrays.at(array);
  const auto count = static_cast<Index>(values.size());
  const bool whole = target.row_values == 0 ? count == 0 : count % target.row_values == 0;
  if (target.type != kTypeOf<T> || target.scalar || !whole) {
    throw InvalidArgument("values has " + std::to_string(count) + " elements of type " +
                          std::string(descriptor(kTypeOf<T>)) + " where rows of " +
                          std::to_string(target.row_values) + " of type " +
                          std::string(descriptor(target.type)) + " were expected");
  }
  const auto bytes = std::as_bytes(values);
  const std::uint64_t front =
      target.spill ? 0 : zip_local_header_bytes(target.name.size() + 4) + kNpyHeaderBytes;
  const FileReplacement& file = target.spill ? *target.spill : state_->file;
  auto done = state_->write(file, bytes, front + target.data_bytes);
  if (!done) return done;
  target.data_crc = crc32(bytes, target.data_crc);
  target.data_bytes += bytes.size();
  target.values += count;
  return {};
}

template Expected<void> NpzStream::append(std::size_t, std::span<const std::int8_t>);
template Expected<void> NpzStream::append(std::size_t, std::span<const std::uint8_t>);
template Expected<void> NpzStream::append(std::size_t, std::span<const std::int64_t>);
template Expected<void> NpzStream::append(std::size_t, std::span<const double>);

Expected<void> NpzStream::commit() {
  std::vector<ZipRecord> records;
  std::uint64_t offset = 0;
  for (const GrowingArray& array : state_->arrays) {
    records.push_back(array.record(offset));
    if (auto done = state_->write_entry(array, records.back()); !done) return done;
    offset += zip_local_header_bytes(records.back().name.size()) + records.back().size;
  }
  const std::string directory = zip_directory(records, offset);
  if (auto done = state_->write(state_->file, bytes_of(directory), offset); !done) return done;
  return state_->file.commit();
}

}  // namespace thalweg::io
