#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::io {

/// A table of numbers; `header` has one name a column, or is empty when the file has none.
struct CsvTable {
  std::vector<std::string> header;
  Matrix values;
};

/// Parses comma-separated numbers, a row a line.
///
/// The first line is a header when none of its fields is a number and data when all are; a mixture
/// is an error. Numbers are plain decimals (sign, digits, point, exponent) and become the nearest
/// double. Fields may be quoted ("" is a quote inside), blanks around a field are ignored, lines
/// end with LF or CRLF, a UTF-8 mark at the start and empty lines at the end are allowed. Nothing
/// else is: no missing values, no comments, no other separator.
///
/// Errors, with line and column counted from 1: kMalformed (ragged rows, a field that is no number,
/// quoting), kBadValue (NaN, infinity, overflow), kBadShape (no row of data).
[[nodiscard]] Expected<CsvTable> parse_csv(std::span<const std::byte> bytes,
                                           const std::string& file);

/// Reads a `.csv` file; see parse_csv. Errors: also those of read_file.
[[nodiscard]] Expected<CsvTable> read_csv(const std::filesystem::path& path);

/// The column (from 0) that `target` means: a header name, else an index from 0, negative from the
/// end. Errors: kMissing (no such column), kMalformed (several columns have that name).
[[nodiscard]] Expected<Index> find_column(const CsvTable& table, const std::string& target,
                                          const std::string& file);

}  // namespace thalweg::io
