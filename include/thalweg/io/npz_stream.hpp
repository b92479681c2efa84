#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::io {

/// Element types of a streamed array.
enum class NpyType {
  kBool,    ///< one byte, 0 or 1
  kInt8,    ///< "|i1"
  kUint8,   ///< "|u1"
  kInt64,   ///< "<i8"
  kDouble,  ///< "<f8"
};

/// Writes an `.npz` archive whose arrays grow row by row, with memory for one block only.
///
/// The archive grows in a new file beside `path` that takes its name on commit(), and is removed
/// when there is none. The first array lies there from the start; the rows of each further one wait
/// in a file of their own and are copied on commit(), so the largest array should come first.
/// Entries are stored, dated 1980-01-01, with 64-bit sizes: no limit of 4 GiB, and the same rows
/// give the same bytes. `numpy.load` reads it.
class NpzStream {
 public:
  /// Errors: kUnwritable, also when `path` is a device or a pipe.
  [[nodiscard]] static Expected<NpzStream> create(const std::filesystem::path& path);

  NpzStream(NpzStream&&) noexcept;
  NpzStream& operator=(NpzStream&&) noexcept;
  ~NpzStream();

  /// A new array of shape (rows appended, row_shape...), and its number for append(). Errors:
  /// kUnwritable. Preconditions: the name is new and not empty, extents are >= 0, else
  /// InvalidArgument.
  [[nodiscard]] Expected<std::size_t> add_array(const std::string& name, NpyType type,
                                                const std::vector<Index>& row_shape);
  /// An array without dimensions, one number, complete at once. Precondition: as for add_array.
  void add_scalar(const std::string& name, bool value);
  void add_scalar(const std::string& name, std::int64_t value);

  /// Appends whole rows, C order. Errors: kUnwritable. Precondition: the array has this element
  /// type and the values make whole rows, else InvalidArgument.
  template <class T>
  [[nodiscard]] Expected<void> append(std::size_t array, std::span<const T> values);

  /// Completes the archive and gives it its name; the stream is then done. Errors: kUnwritable;
  /// nothing is left behind.
  [[nodiscard]] Expected<void> commit();

 private:
  struct State;
  explicit NpzStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace thalweg::io
