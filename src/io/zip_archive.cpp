#include "io/zip_archive.hpp"

#include <zip.h>

#include <algorithm>
#include <utility>

#include "io/text.hpp"

namespace thalweg::io {
namespace {

constexpr zip_int64_t kMaxEntries = 4096;
constexpr std::size_t kMaxEntryBytes = std::size_t{4} << 30;
/// Deflate reaches 1032 on zeros; numbers that mean something stay far below the bomb ratio.
constexpr std::size_t kMaxUnquestionedBytes = std::size_t{256} << 20;
constexpr std::size_t kBombRatio = 200;
constexpr std::size_t kChunk = std::size_t{1} << 20;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using ArchiveHandle = std::unique_ptr<zip_t, CloseArchive>;
using FileHandle = std::unique_ptr<zip_file_t, CloseFile>;
using SourceHandle = std::unique_ptr<zip_source_t, FreeSource>;

/// A zip_error_t that cleans up after itself.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error_); }

  zip_error_t* get() { return &error_; }
  std::string message() {
    // ZIP_CHECKCONS reports a repeated name as a file that exists already.
    if (zip_error_code_zip(&error_) == ZIP_ER_EXISTS) return "the same entry name twice";
    return zip_error_strerror(&error_);
  }

 private:
  zip_error_t error_{};
};

}  // namespace

struct ZipArchive::State {
  std::string file;
  Bytes bytes;  // libzip reads from here until the handle is gone, so it is declared (and
                // destroyed) around it
  ArchiveHandle handle;
  std::vector<std::string> entries;
};

ZipArchive::ZipArchive(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;
ZipArchive::~ZipArchive() = default;

const std::vector<std::string>& ZipArchive::entries() const { return state_->entries; }

Expected<ZipArchive> ZipArchive::open(Bytes bytes, const std::string& file) {
  auto state = std::make_unique<State>();
  state->file = file;
  state->bytes = std::move(bytes);
  // libzip takes no bytes at all for an archive without entries.
  if (state->bytes.empty()) {
    return fail(ErrorCode::kMalformed,
                file + ": expected a zip archive (.npz), found an empty file");
  }
  ZipError error;
  SourceHandle source(
      zip_source_buffer_create(state->bytes.data(), state->bytes.size(), 0, error.get()));
  if (source) {
    state->handle.reset(
        zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, error.get()));
  }
  if (!state->handle) {
    return fail(ErrorCode::kMalformed,
                file + ": expected a zip archive (.npz), found: " + error.message());
  }
  (void)source.release();  // the archive owns it now

  const zip_int64_t count = zip_get_num_entries(state->handle.get(), 0);
  if (count > kMaxEntries) {
    return fail(ErrorCode::kTooLarge, file + ": expected at most " + std::to_string(kMaxEntries) +
                                          " entries, found " + std::to_string(count));
  }
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name =
        zip_get_name(state->handle.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (name == nullptr) {
      return fail(ErrorCode::kMalformed,
                  file + ": expected a name for entry " + std::to_string(i) + ", found none");
    }
    state->entries.emplace_back(name);
  }
  return ZipArchive(std::move(state));
}

Expected<Bytes> ZipArchive::read(std::size_t entry) const {
  const std::string where = state_->file + ": entry " + quote(state_->entries.at(entry));
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(state_->handle.get(), entry, 0, &status) != 0 ||
      (status.valid & kNeeded) != kNeeded) {
    return fail(ErrorCode::kMalformed,
                where + ": expected size and method in the directory, found none");
  }
  if (status.encryption_method != ZIP_EM_NONE) {
    return fail(ErrorCode::kUnsupported,
                where + ": expected no encryption, found an encrypted entry");
  }
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
    return fail(ErrorCode::kUnsupported,
                where + ": expected a stored or deflated entry, found compression method " +
                    std::to_string(status.comp_method));
  }
  const bool bomb =
      status.size > kMaxUnquestionedBytes && status.size / kBombRatio > status.comp_size;
  if (status.size > kMaxEntryBytes || bomb) {
    return fail(ErrorCode::kTooLarge,
                where +
                    ": expected at most 4 GiB, and a compression ratio of at most 200 above "
                    "256 MiB, found " +
                    std::to_string(status.size) + " bytes from " +
                    std::to_string(status.comp_size));
  }
  const FileHandle opened(zip_fopen_index(state_->handle.get(), entry, 0));
  if (!opened) {
    return fail(ErrorCode::kMalformed, where + ": " + zip_strerror(state_->handle.get()));
  }
  // The declared size is a claim: the buffer grows with what is really there, at most one chunk
  // ahead.
  Bytes content;
  while (true) {
    const std::size_t before = content.size();
    const std::size_t ahead = std::min<std::size_t>(kChunk, status.size - before + 1);
    content.resize(before + ahead);
    const zip_int64_t got = zip_fread(opened.get(), content.data() + before, ahead);
    if (got < 0) return fail(ErrorCode::kMalformed, where + ": " + zip_file_strerror(opened.get()));
    content.resize(before + static_cast<std::size_t>(got));
    if (got == 0 || content.size() > status.size) break;
  }
  if (content.size() != status.size) {
    return fail(ErrorCode::kMalformed,
                where + ": expected " + std::to_string(status.size) + " bytes, found " +
                    (content.size() > status.size ? "more" : std::to_string(content.size())));
  }
  return content;
}

namespace {

/// Adds one stored entry with a fixed date; false when libzip refuses.
bool add_entry(zip_t* archive, const ZipEntry& entry) {
  SourceHandle content(zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0));
  if (!content) return false;
  const zip_int64_t index =
      zip_file_add(archive, entry.name.c_str(), content.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) return false;
  (void)content.release();  // the archive owns it now
  constexpr zip_uint16_t kMidnight = 0;
  constexpr zip_uint16_t kFirstDay = 1 << 5 | 1;  // 1980-01-01
  const auto added = static_cast<zip_uint64_t>(index);
  return zip_set_file_compression(archive, added, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, added, kMidnight, kFirstDay, 0) == 0;
}

/// All bytes of a source; empty when it cannot be read.
Bytes drain(zip_source_t* source) {
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_source_stat(source, &status) != 0 || zip_source_open(source) != 0) return {};
  Bytes bytes(status.size);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const zip_int64_t got = zip_source_read(source, bytes.data() + filled, bytes.size() - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  zip_source_close(source);
  return filled == bytes.size() ? bytes : Bytes{};
}

}  // namespace

Expected<Bytes> write_zip(std::span<const ZipEntry> entries, const std::string& file) {
  ZipError error;
  const SourceHandle buffer(zip_source_buffer_create(nullptr, 0, 0, error.get()));
  ArchiveHandle archive;
  if (buffer) {
    // zip_open_from_source takes one reference; the one kept here outlives zip_close.
    zip_source_keep(buffer.get());
    archive.reset(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, error.get()));
    if (!archive) zip_source_free(buffer.get());
  }
  if (!archive) return fail(ErrorCode::kUnwritable, file + ": " + error.message());
  for (const ZipEntry& entry : entries) {
    if (!add_entry(archive.get(), entry)) {
      return fail(ErrorCode::kUnwritable, file + ": " + zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) {
    return fail(ErrorCode::kUnwritable, file + ": " + zip_strerror(archive.get()));
  }
  (void)archive.release();  // zip_close freed it
  Bytes bytes = drain(buffer.get());
  if (bytes.empty()) return fail(ErrorCode::kUnwritable, file + ": the archive could not be built");
  return bytes;
}

}  // namespace thalweg::io
