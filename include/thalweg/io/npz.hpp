#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

struct BorrowedArray;

/// A NumPy `.npz` archive in memory: named arrays, decoded one at a time on request.
///
/// Entries may be stored or deflated; each is checked against its CRC. Arrays nobody asks for are
/// not decoded, so they may have any element type.
class NpzArchive {
 public:
  /// Opens an archive. Errors: kMalformed (not a zip, inconsistent directory, duplicate or unusable
  /// names), kUnsupported (a PyTorch pickle archive), kTooLarge (more than 4096 entries).
  [[nodiscard]] static Expected<NpzArchive> parse(Bytes bytes, std::string file);

  /// An archive of arrays that lie elsewhere in memory and outlive it; names are distinct.
  [[nodiscard]] static NpzArchive of(std::vector<BorrowedArray> arrays, std::string file);

  NpzArchive(NpzArchive&&) noexcept;
  NpzArchive& operator=(NpzArchive&&) noexcept;
  ~NpzArchive();

  /// Path as the user gave it.
  [[nodiscard]] const std::string& file() const;
  /// Array names without the `.npy` ending, in the order of the archive.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;

  /// Decodes one array. Errors: kMissing, kMalformed (CRC, truncation), kUnsupported (encrypted,
  /// another compression method), kTooLarge (more than 4 GiB, or a zip bomb: above 256 MiB at a
  /// compression ratio over 200), and those of parse_npy.
  [[nodiscard]] Expected<NdArray> read(std::string_view name) const;

 private:
  struct State;
  explicit NpzArchive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads the file and opens it as an archive. Errors: those of read_file and NpzArchive::parse.
[[nodiscard]] Expected<NpzArchive> read_npz(const std::filesystem::path& path);

/// One array of an archive to be written: its name and the bytes of its `.npy` file (encode_npy).
struct NpzEntry {
  std::string name;
  Bytes npy;
};

/// Writes an `.npz` archive (stored, not compressed) as write_file does. The same entries give the
/// same bytes. Errors: kUnwritable. Precondition: names are distinct and not empty, else
/// InvalidArgument.
[[nodiscard]] Expected<void> write_npz(const std::filesystem::path& path,
                                       std::span<const NpzEntry> entries);

}  // namespace thalweg::io
