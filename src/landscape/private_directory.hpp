#pragma once

#include <filesystem>
#include <string>

namespace thalweg {

/// A directory of its own, readable by this user alone and removed with its content.
class PrivateDirectory {
 public:
  /// In the system's temporary directory.
  PrivateDirectory();
  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  /// Empty when the directory could not be created.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Why not.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  std::filesystem::path path_;
  std::string reason_;
};

}  // namespace thalweg
