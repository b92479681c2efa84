#pragma once

#include <filesystem>

#include "thalweg/core/error.hpp"

namespace thalweg {

/// A new file that takes the place of another once it is complete: what has the target's name is
/// either the old content or all of the new.
///
/// It is created exclusively under a name of its own in the target's folder, so that neither a file
/// of the user nor another run is touched, and removed again unless it is committed.
class FileReplacement {
 public:
  /// Creates the new file, empty and open for reading and writing. A symbolic link stays a link:
  /// the file it leads to is replaced. Errors: kUnwritable.
  [[nodiscard]] static Expected<FileReplacement> create(const std::filesystem::path& target);
  /// Whether `target` is a device, a pipe or the like, which must be written in place.
  [[nodiscard]] static bool is_special(const std::filesystem::path& target);

  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&& other) = delete;
  ~FileReplacement();

  /// Where the new file lies until it is committed.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Its open descriptor.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Closes the file and gives it the target's name. Errors: kUnwritable; it is then removed.
  [[nodiscard]] Expected<void> commit();

 private:
  FileReplacement(std::filesystem::path target, std::filesystem::path path, int descriptor);

  std::filesystem::path target_;
  std::filesystem::path path_;  ///< empty once committed or moved from
  int descriptor_;
};

}  // namespace thalweg
