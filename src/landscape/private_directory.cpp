#include "landscape/private_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace thalweg {

PrivateDirectory::PrivateDirectory() {
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  if (error) {
    reason_ = error.message();
    return;
  }
  std::string name = (folder / "thalweg-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) {
    path_ = name;
  } else {
    reason_ = std::strerror(errno);
  }
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace thalweg
