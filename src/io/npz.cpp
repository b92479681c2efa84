#include "thalweg/io/npz.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "io/borrowed_array.hpp"
#include "io/text.hpp"
#include "io/zip_archive.hpp"
#include "thalweg/io/memory_files.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

constexpr std::string_view kNpyEnding = ".npy";

}  // namespace

struct NpzArchive::State {
  std::string file;
  std::variant<ZipArchive, std::vector<BorrowedArray>> entries;  ///< on disk, or in memory
  std::vector<std::string> names;
};

NpzArchive::NpzArchive(std::unique_ptr<State> state) : state_(std::move(state)) {}
NpzArchive::NpzArchive(NpzArchive&&) noexcept = default;
NpzArchive& NpzArchive::operator=(NpzArchive&&) noexcept = default;
NpzArchive::~NpzArchive() = default;

const std::string& NpzArchive::file() const { return state_->file; }
const std::vector<std::string>& NpzArchive::names() const { return state_->names; }

bool NpzArchive::contains(std::string_view name) const {
  return std::find(state_->names.begin(), state_->names.end(), name) != state_->names.end();
}

Expected<NpzArchive> NpzArchive::parse(Bytes bytes, std::string file) {
  auto zip = ZipArchive::open(std::move(bytes), file);
  if (!zip) return tl::unexpected(zip.error());
  for (const std::string& entry : zip->entries()) {
    if (entry == "data.pkl" || entry.ends_with("/data.pkl")) {
      return fail(ErrorCode::kUnsupported, file + ": " + pickle_advice());
    }
  }
  std::vector<std::string> names;
  for (const std::string& entry : zip->entries()) {
    if (!entry.ends_with(kNpyEnding) || entry.size() == kNpyEnding.size()) {
      return fail(ErrorCode::kMalformed,
                  file + ": expected entries named NAME.npy, found " + quote(entry));
    }
    names.push_back(entry.substr(0, entry.size() - kNpyEnding.size()));
  }
  return NpzArchive(
      std::make_unique<State>(State{std::move(file), std::move(*zip), std::move(names)}));
}

Expected<NdArray> NpzArchive::read(std::string_view name) const {
  const auto found = std::find(state_->names.begin(), state_->names.end(), name);
  if (found == state_->names.end()) {
    return fail(ErrorCode::kMissing,
                state_->file + ": expected an array " + quote(name) + ", found none of that name");
  }
  const auto at = static_cast<std::size_t>(found - state_->names.begin());
  const ArrayLabel label{state_->file, std::string(name)};
  if (const auto* arrays = std::get_if<std::vector<BorrowedArray>>(&state_->entries)) {
    return decode_borrowed((*arrays)[at], label);
  }
  const auto bytes = std::get<ZipArchive>(state_->entries).read(at);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_npy(*bytes, label);
}

NpzArchive NpzArchive::of(std::vector<BorrowedArray> arrays, std::string file) {
  std::vector<std::string> names;
  for (const BorrowedArray& array : arrays) names.push_back(array.name);
  return NpzArchive(
      std::make_unique<State>(State{std::move(file), std::move(arrays), std::move(names)}));
}

Expected<NpzArchive> read_npz(const std::filesystem::path& path) {
  if (const MemoryFiles* memory = MemoryFiles::of(path)) {
    const auto arrays = memory->arrays(path);
    if (!arrays) return tl::unexpected(arrays.error());
    return NpzArchive::of(**arrays, path.string());
  }
  auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return NpzArchive::parse(std::move(*bytes), path.string());
}

Expected<void> write_npz(const std::filesystem::path& path, std::span<const NpzEntry> entries) {
  std::set<std::string_view> seen;
  std::vector<ZipEntry> files;
  for (const NpzEntry& entry : entries) {
    if (entry.name.empty() || !seen.insert(entry.name).second) {
      throw InvalidArgument("entries has the array name " + quote(entry.name) +
                            " where distinct names that are not empty were expected");
    }
    files.push_back({entry.name + std::string(kNpyEnding), entry.npy});
  }
  if (MemoryFiles* memory = MemoryFiles::of(path)) {
    memory->keep(path, entries);
    return {};
  }
  const auto bytes = write_zip(files, path.string());
  if (!bytes) return tl::unexpected(bytes.error());
  return write_file(path, *bytes);
}

}  // namespace thalweg::io
