#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

/// A safetensors file in memory: named arrays, decoded one at a time on request.
///
/// Element types F64 F32 F16 BF16 I8 I16 I32 I64 U8 U16 U32 U64 BOOL; values are exact as in
/// parse_npy. The header is checked before anything else: every tensor has exactly dtype, shape and
/// data_offsets, the sizes agree, and the tensors cover the data without overlap or hole. Source:
/// the format section of the safetensors documentation.
class SafetensorsFile {
 public:
  /// Opens a file's bytes. Errors: kMalformed, kUnsupported (another element type, more than 4
  /// dimensions), kTooLarge (a header above 100 MB, more than 4096 tensors, a shape whose size
  /// overflows).
  [[nodiscard]] static Expected<SafetensorsFile> parse(Bytes bytes, std::string file);

  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  ~SafetensorsFile();

  /// Path as the user gave it.
  [[nodiscard]] const std::string& file() const;
  /// Tensor names in the order of their data.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;

  /// Decodes one tensor. Errors: kMissing, kBadValue (NaN, infinity, an integer that no double
  /// equals).
  [[nodiscard]] Expected<NdArray> read(std::string_view name) const;

 private:
  struct State;
  explicit SafetensorsFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads the file and opens it. Errors: those of read_file and SafetensorsFile::parse.
[[nodiscard]] Expected<SafetensorsFile> read_safetensors(const std::filesystem::path& path);

}  // namespace thalweg::io
