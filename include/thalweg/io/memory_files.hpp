#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::io {

/// An array in somebody else's memory, described as the header of a `.npy` file does.
struct BorrowedArray {
  std::string name;        ///< inside an archive; empty when the file is one array
  std::string descriptor;  ///< NumPy's word for the elements, such as "<f8"
  bool fortran_order = false;
  std::vector<Index> shape;
  std::span<const std::byte> bytes;  ///< contiguous, not owned
};

/// Files that lie in memory, for callers in the same process.
///
/// While an object lives, its thread reads paths that start with `memory:` from what was added here
/// instead of the disk (`.npz`, `.npy` and text), and what that thread writes to such a path is
/// kept here. Elements are converted from where they lie. At most one object may live in a thread.
class MemoryFiles {
 public:
  static constexpr std::string_view kPrefix = "memory:";

  MemoryFiles();
  ~MemoryFiles();
  MemoryFiles(const MemoryFiles&) = delete;
  MemoryFiles& operator=(const MemoryFiles&) = delete;

  /// The object of this thread; none when `path` is an ordinary one or nothing lives.
  [[nodiscard]] static MemoryFiles* of(const std::filesystem::path& path);

  void add_arrays(const std::string& path, std::vector<BorrowedArray> arrays);
  void add_text(const std::string& path, std::string text);

  /// Errors: kUnreadable when nothing of that kind was added under the path.
  [[nodiscard]] Expected<const std::vector<BorrowedArray>*> arrays(
      const std::filesystem::path& path) const;
  [[nodiscard]] Expected<Bytes> text(const std::filesystem::path& path) const;

  void keep(const std::filesystem::path& path, std::span<const NpzEntry> entries);
  void keep(const std::filesystem::path& path, std::span<const std::byte> bytes);
  /// What was written, by path.
  [[nodiscard]] const std::map<std::string, std::vector<NpzEntry>>& written_archives() const {
    return written_archives_;
  }
  [[nodiscard]] const std::map<std::string, std::string>& written_texts() const {
    return written_texts_;
  }

 private:
  std::map<std::string, std::vector<BorrowedArray>> arrays_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, std::vector<NpzEntry>> written_archives_;
  std::map<std::string, std::string> written_texts_;
};

}  // namespace thalweg::io
