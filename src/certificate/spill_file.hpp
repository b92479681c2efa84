#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::certificate {

/// Room on disk for text that must wait for its turn: an unlinked file in which equal chunks are
/// stored, fetched and given back. One object serves any number of threads.
class SpillFile {
 public:
  /// The file is made beside `path` when the first chunk comes.
  explicit SpillFile(std::filesystem::path path, std::size_t chunk_bytes = std::size_t{1} << 16)
      : path_(std::move(path)), chunk_bytes_(chunk_bytes) {}
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  [[nodiscard]] std::size_t chunk_bytes() const { return chunk_bytes_; }
  /// Largest size of the file so far.
  [[nodiscard]] std::int64_t bytes() const { return end_; }

  /// Where the chunk lies now; empty when there is no room on disk (from then on always).
  [[nodiscard]] std::optional<std::int64_t> store(std::string_view chunk);
  /// Fetches a chunk; false when it cannot be read.
  [[nodiscard]] bool load(std::int64_t at, std::string& chunk) const;
  /// Gives chunks back.
  void release(const std::vector<std::int64_t>& chunks);

 private:
  [[nodiscard]] bool open();

  std::filesystem::path path_;
  std::size_t chunk_bytes_;
  std::mutex mutex_;
  int descriptor_ = -1;
  bool failed_ = false;
  std::int64_t end_ = 0;
  std::vector<std::int64_t> free_;
};

}  // namespace thalweg::certificate
