#include "certificate/spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "thalweg/core/file_replacement.hpp"

namespace thalweg::certificate {
namespace {

/// Calls move(offset into the chunk) until `size` bytes have moved, going on after signals.
template <class Move>
bool move_all(std::size_t size, const Move& move) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t moved = move(done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) return false;
    done += static_cast<std::size_t>(moved);
  }
  return true;
}

}  // namespace

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool SpillFile::open() {
  if (descriptor_ >= 0) return true;
  // The name goes at once; the second descriptor keeps the room.
  const Expected<FileReplacement> file = FileReplacement::create(path_);
  if (file) descriptor_ = ::fcntl(file->descriptor(), F_DUPFD_CLOEXEC, 0);
  return descriptor_ >= 0;
}

std::optional<std::int64_t> SpillFile::store(std::string_view chunk) {
  const std::lock_guard lock(mutex_);
  if (failed_ || !open()) return std::nullopt;
  const std::int64_t at = free_.empty() ? end_ : free_.back();
  const bool stored = move_all(chunk.size(), [&](std::size_t done) {
    return ::pwrite(descriptor_, chunk.data() + done, chunk.size() - done,
                    at + static_cast<std::int64_t>(done));
  });
  failed_ = !stored;
  if (failed_) return std::nullopt;
  if (free_.empty()) {
    end_ += static_cast<std::int64_t>(chunk_bytes_);
  } else {
    free_.pop_back();
  }
  return at;
}

bool SpillFile::load(std::int64_t at, std::string& chunk) const {
  chunk.resize(chunk_bytes_);
  return move_all(chunk.size(), [&](std::size_t done) {
    return ::pread(descriptor_, chunk.data() + done, chunk.size() - done,
                   at + static_cast<std::int64_t>(done));
  });
}

void SpillFile::release(const std::vector<std::int64_t>& chunks) {
  const std::lock_guard lock(mutex_);
  free_.insert(free_.end(), chunks.begin(), chunks.end());
}

}  // namespace thalweg::certificate
