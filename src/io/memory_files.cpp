#include "thalweg/io/memory_files.hpp"

#include <utility>

#include "io/text.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::io {
namespace {

thread_local MemoryFiles* alive = nullptr;

tl::unexpected<Error> nothing(const std::filesystem::path& path) {
  return fail(ErrorCode::kUnreadable, path.string() + ": no such array was given");
}

}  // namespace

MemoryFiles::MemoryFiles() {
  if (alive != nullptr) throw InvalidArgument("memory files live in this thread already");
  alive = this;
}

MemoryFiles::~MemoryFiles() { alive = nullptr; }

MemoryFiles* MemoryFiles::of(const std::filesystem::path& path) {
  return path.native().starts_with(kPrefix) ? alive : nullptr;
}

void MemoryFiles::add_arrays(const std::string& path, std::vector<BorrowedArray> arrays) {
  arrays_[path] = std::move(arrays);
}

void MemoryFiles::add_text(const std::string& path, std::string text) {
  texts_[path] = std::move(text);
}

Expected<const std::vector<BorrowedArray>*> MemoryFiles::arrays(
    const std::filesystem::path& path) const {
  const auto found = arrays_.find(path.string());
  if (found == arrays_.end()) return nothing(path);
  return &found->second;
}

Expected<Bytes> MemoryFiles::text(const std::filesystem::path& path) const {
  const auto found = texts_.find(path.string());
  if (found == texts_.end()) return nothing(path);
  const auto bytes = std::as_bytes(std::span(found->second));
  return Bytes(bytes.begin(), bytes.end());
}

void MemoryFiles::keep(const std::filesystem::path& path, std::span<const NpzEntry> entries) {
  written_archives_[path.string()].assign(entries.begin(), entries.end());
}

void MemoryFiles::keep(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  written_texts_[path.string()] = as_text(bytes);
}

}  // namespace thalweg::io
