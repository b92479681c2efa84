#include "landscape/private_directory.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

namespace thalweg {

PrivateDirectory::PrivateDirectory() {
  std::error_code ignored;
  std::string name = (std::filesystem::temp_directory_path(ignored) / "thalweg-XXXXXX").string();
  if (!ignored && ::mkdtemp(name.data()) != nullptr) path_ = name;
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace thalweg
