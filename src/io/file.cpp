#include "thalweg/io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "io/byte_source.hpp"
#include "thalweg/core/file_replacement.hpp"
#include "thalweg/io/memory_files.hpp"

namespace thalweg::io {
namespace {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }

  [[nodiscard]] int get() const { return value_; }
  /// Closes now and says whether that worked (late write errors show here).
  [[nodiscard]] bool close() {
    const int value = value_;
    value_ = -1;
    return ::close(value) == 0;
  }

 private:
  int value_;
};

tl::unexpected<Error> fail_errno(ErrorCode code, const std::string& what) {
  return fail(code, what + ": " + std::strerror(errno));
}

/// Writes all bytes, going on after partial writes and signals.
bool write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// Writes into something that must not be replaced: a device or a pipe.
Expected<void> write_in_place(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || !write_all(file.get(), bytes) || !file.close()) {
    return fail_errno(ErrorCode::kUnwritable, path.string());
  }
  return {};
}

}  // namespace

Expected<void> for_each_chunk(const std::filesystem::path& path,
                              const std::function<void(std::span<const std::byte>)>& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail_errno(ErrorCode::kUnreadable, path.string());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail_errno(ErrorCode::kUnreadable, path.string());
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return fail(ErrorCode::kUnreadable,
                path.string() + ": expected a file, found a " +
                    (S_ISDIR(status.st_mode) ? "directory" : "device or socket"));
  }
  std::vector<std::byte> chunk(std::size_t{1} << 20);
  std::size_t total = 0;
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(ErrorCode::kUnreadable, path.string());
    if (got == 0) return {};
    total += static_cast<std::size_t>(got);
    if (total > kMaxFileBytes) {
      return fail(ErrorCode::kTooLarge, path.string() + ": expected at most " +
                                            std::to_string(kMaxFileBytes) + " bytes, found more");
    }
    take(std::span(chunk).first(static_cast<std::size_t>(got)));
  }
}

Expected<Bytes> read_file(const std::filesystem::path& path) {
  if (const MemoryFiles* memory = MemoryFiles::of(path)) return memory->text(path);
  Bytes bytes;
  const auto done = for_each_chunk(path, [&](std::span<const std::byte> chunk) {
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
  });
  if (!done) return tl::unexpected(done.error());
  return bytes;
}

Expected<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  if (MemoryFiles* memory = MemoryFiles::of(path)) {
    memory->keep(path, bytes);
    return {};
  }
  if (FileReplacement::is_special(path)) return write_in_place(path, bytes);
  Expected<FileReplacement> file = FileReplacement::create(path);
  if (!file) return tl::unexpected(file.error());
  if (!write_all(file->descriptor(), bytes)) {
    return fail_errno(ErrorCode::kUnwritable, path.string());
  }
  return file->commit();
}

Expected<void> write_file(const std::filesystem::path& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace thalweg::io
