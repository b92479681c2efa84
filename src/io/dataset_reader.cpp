#include "thalweg/io/dataset_reader.hpp"

#include <utility>

#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

Expected<Matrix> features(const NdArray& array, const ArrayLabel& label) {
  if (array.shape.size() == 1) {
    return fail(ErrorCode::kBadShape,
                describe(label) + ": expected two dimensions (rows are samples), found shape " +
                    describe_shape(array.shape) + "; a single feature is stored as (" +
                    std::to_string(array.shape[0]) + ", 1)");
  }
  auto matrix = to_matrix(array, label);
  if (!matrix) return matrix;
  if (matrix->rows() == 0 || matrix->cols() == 0) {
    return fail(ErrorCode::kBadShape,
                describe(label) + ": expected at least one row and one column, found shape " +
                    describe_shape(array.shape));
  }
  return matrix;
}

Expected<Dataset> assemble(const NdArray& X, const ArrayLabel& X_label, const NdArray& y,
                           const ArrayLabel& y_label) {
  auto data = features(X, X_label);
  if (!data) return tl::unexpected(data.error());
  auto targets = to_columns(y, y_label);
  if (!targets) return tl::unexpected(targets.error());
  if (targets->rows() != data->rows()) {
    return fail(ErrorCode::kBadShape,
                describe(y_label) + ": expected " + std::to_string(data->rows()) + " rows as in " +
                    describe(X_label) + ", found shape " + describe_shape(y.shape));
  }
  if (targets->cols() == 0) {
    return fail(ErrorCode::kBadShape, describe(y_label) +
                                          ": expected at least one column, found shape " +
                                          describe_shape(y.shape));
  }
  return Dataset{std::move(*data), std::move(*targets)};
}

/// Errors: kUnsupported when the path does not end in `.npy`.
Expected<void> expect_npy(const std::filesystem::path& path) {
  if (lower_ending(path.string()) == ".npy") return {};
  return fail(ErrorCode::kUnsupported, path.string() + ": expected a file ending in .npy, found " +
                                           quote(path.extension().string()));
}

Expected<Matrix> samples_of_csv(const std::filesystem::path& path,
                                const std::string& target_column) {
  auto table = read_csv(path);
  if (!table) return tl::unexpected(table.error());
  if (target_column.empty()) return std::move(table->values);
  auto dataset = dataset_from(*table, target_column, path.string());
  if (!dataset) return tl::unexpected(dataset.error());
  return std::move(dataset->X);
}

}  // namespace

Expected<Dataset> dataset_from(const NpzArchive& archive) {
  const auto X = archive.read("X");
  if (!X) return tl::unexpected(X.error());
  const auto y = archive.read("y");
  if (!y) return tl::unexpected(y.error());
  return assemble(*X, {archive.file(), "X"}, *y, {archive.file(), "y"});
}

Expected<Dataset> dataset_from(const CsvTable& table, const std::string& target_column,
                               const std::string& file) {
  const auto column = find_column(table, target_column, file);
  if (!column) return tl::unexpected(column.error());
  const Index d = table.values.cols() - 1;
  if (d == 0) {
    return fail(ErrorCode::kBadShape,
                file + ": expected a feature column besides the target, found one column");
  }
  Dataset dataset{Matrix(table.values.rows(), d), table.values.col(*column)};
  dataset.X << table.values.leftCols(*column), table.values.rightCols(d - *column);
  return dataset;
}

Expected<Dataset> read_dataset(const std::filesystem::path& path,
                               const std::string& target_column) {
  const std::string ending = lower_ending(path.string());
  if (ending == ".npz") {
    if (!target_column.empty()) {
      return fail(ErrorCode::kUnsupported,
                  path.string() +
                      ": expected no target column for an .npz (its y holds the targets), found " +
                      quote(target_column));
    }
    const auto archive = read_npz(path);
    if (!archive) return tl::unexpected(archive.error());
    return dataset_from(*archive);
  }
  if (ending == ".csv") {
    if (target_column.empty()) {
      return fail(
          ErrorCode::kMissing,
          path.string() +
              ": expected the target column of the .csv (a header name or an index), found none");
    }
    const auto table = read_csv(path);
    if (!table) return tl::unexpected(table.error());
    return dataset_from(*table, target_column, path.string());
  }
  if (is_pickle_ending(ending)) {
    return fail(
        ErrorCode::kUnsupported,
        path.string() +
            ": expected a data set ending in .npz or .csv, found a pickle, which is never opened");
  }
  return fail(ErrorCode::kUnsupported,
              path.string() +
                  ": expected a data set ending in .npz or .csv (or two .npy files), found " +
                  quote(ending));
}

Expected<Matrix> read_samples(const std::filesystem::path& path, const std::string& target_column) {
  const std::string ending = lower_ending(path.string());
  if (ending == ".csv") return samples_of_csv(path, target_column);
  if (!target_column.empty()) {
    return fail(ErrorCode::kUnsupported, path.string() +
                                             ": expected no target column but for a .csv, found " +
                                             quote(target_column));
  }
  if (ending == ".npy") return read_matrix(path);
  if (ending != ".npz") {
    return fail(ErrorCode::kUnsupported,
                path.string() + ": expected a data set ending in .npz, .csv or .npy, found " +
                    quote(ending));
  }
  const auto archive = read_npz(path);
  if (!archive) return tl::unexpected(archive.error());
  const auto X = archive->read("X");
  if (!X) return tl::unexpected(X.error());
  return features(*X, {archive->file(), "X"});
}

Expected<Dataset> read_dataset_npy(const std::filesystem::path& data,
                                   const std::filesystem::path& targets) {
  for (const auto& path : {data, targets}) {
    if (auto done = expect_npy(path); !done) return tl::unexpected(done.error());
  }
  const auto X = read_npy(data);
  if (!X) return tl::unexpected(X.error());
  const auto y = read_npy(targets);
  if (!y) return tl::unexpected(y.error());
  return assemble(*X, {data.string(), ""}, *y, {targets.string(), ""});
}

Expected<Matrix> read_matrix(const std::filesystem::path& path) {
  if (auto done = expect_npy(path); !done) return tl::unexpected(done.error());
  const auto array = read_npy(path);
  if (!array) return tl::unexpected(array.error());
  return features(*array, {path.string(), ""});
}

}  // namespace thalweg::io
