#pragma once

#include <filesystem>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/io/csv.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/model/dataset.hpp"

namespace thalweg::io {

/// Reads a data set from one file, by its ending: `.npz` with `X` (n x d) and `y` (n, n x 1 or n x
/// c), or `.csv` whose column `target_column` (a header name, or an index from 0, negative from the
/// end) is y and whose other columns are X in file order. `target_column` is empty exactly for
/// `.npz`.
///
/// Returns X (n x d) and y (n x c), n, d, c >= 1, all finite. Errors: those of the format's reader,
/// kUnsupported (another ending), kMissing (an array, the target column), kBadShape (no samples, no
/// features, y that does not fit X).
[[nodiscard]] Expected<Dataset> read_dataset(const std::filesystem::path& path,
                                             const std::string& target_column = "");

/// Reads X (n x d) and y (n, n x 1 or n x c) from two `.npy` files. Errors: as read_dataset.
[[nodiscard]] Expected<Dataset> read_dataset_npy(const std::filesystem::path& data,
                                                 const std::filesystem::path& targets);

/// Reads one matrix (n x d), n, d >= 1, from a `.npy` file. Errors: those of read_npy, kUnsupported
/// (another ending), kBadShape.
[[nodiscard]] Expected<Matrix> read_matrix(const std::filesystem::path& path);

/// Reads X (n x d) alone, for what needs no targets: the array `X` of an `.npz`, a `.npy`, or all
/// columns of a `.csv` but `target_column` (empty: all of them). Errors: as read_dataset, without
/// those about y.
[[nodiscard]] Expected<Matrix> read_samples(const std::filesystem::path& path,
                                            const std::string& target_column = "");

/// The data set inside an open archive. Errors: as read_dataset.
[[nodiscard]] Expected<Dataset> dataset_from(const NpzArchive& archive);
/// The data set inside a table. Errors: as read_dataset.
[[nodiscard]] Expected<Dataset> dataset_from(const CsvTable& table,
                                             const std::string& target_column,
                                             const std::string& file);

}  // namespace thalweg::io
