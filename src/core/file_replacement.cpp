#include "thalweg/core/file_replacement.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace thalweg {
namespace {

tl::unexpected<Error> unwritable(const std::filesystem::path& path) {
  return fail(ErrorCode::kUnwritable, path.string() + ": " + std::strerror(errno));
}

}  // namespace

bool FileReplacement::is_special(const std::filesystem::path& target) {
  std::error_code ignored;
  const auto status = std::filesystem::status(target, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

Expected<FileReplacement> FileReplacement::create(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  std::error_code missing;
  std::filesystem::path resolved = std::filesystem::canonical(target, missing);
  if (missing) resolved = target;
  while (true) {
    const std::string beside = resolved.string() + "." + std::to_string(::getpid()) + "." +
                               std::to_string(counter++) + ".tmp";
    const int descriptor = ::open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return FileReplacement(std::move(resolved), beside, descriptor);
    if (errno != EEXIST) return unwritable(target);
  }
}

FileReplacement::FileReplacement(std::filesystem::path target, std::filesystem::path path,
                                 int descriptor)
    : target_(std::move(target)), path_(std::move(path)), descriptor_(descriptor) {}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : target_(std::move(other.target_)),
      path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

FileReplacement::~FileReplacement() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Expected<void> FileReplacement::commit() {
  // Late write errors show when the file is closed.
  const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
  if (!closed || ::rename(path_.c_str(), target_.c_str()) != 0) {
    auto error = unwritable(target_);
    ::unlink(path_.c_str());
    path_.clear();
    return error;
  }
  path_.clear();
  return {};
}

}  // namespace thalweg
