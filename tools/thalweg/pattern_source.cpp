#include "pattern_source.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "exit_code.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::cli {
namespace {

using Words = std::vector<std::uint64_t>;

void set_active(Words& words, std::size_t per_pattern, Index cell, Index sample) {
  words[static_cast<std::size_t>(cell) * per_pattern + static_cast<std::size_t>(sample / 64)] |=
      std::uint64_t{1} << (sample % 64);
}

PatternChoice from_gates(const std::string& path, const Matrix& X, Inputs& inputs) {
  const Matrix gates = require(io::read_matrix(path));
  if (gates.cols() != X.cols()) {
    throw Failure(
        ExitCode::kUsage,
        path + ": expected " + std::to_string(X.cols()) + " columns as X has" +
            (inputs.hidden_bias == HiddenBias::kLastColumn ? " with the column of ones" : "") +
            ", found " + std::to_string(gates.cols()));
  }
  inputs.files.push_back(describe_file("gates", path, {gates.rows(), gates.cols()}));
  const auto per_pattern = static_cast<std::size_t>((X.rows() + 63) / 64);
  Words words(static_cast<std::size_t>(gates.rows()) * per_pattern, 0);
  for (Index cell = 0; cell < gates.rows(); ++cell) {
    const Vector values = X * gates.row(cell).transpose();
    for (Index i = 0; i < X.rows(); ++i) {
      if (values[i] >= 0) set_active(words, per_pattern, cell, i);
    }
  }
  return {PatternSet(X.rows(), std::move(words)), "gates", false};
}

/// The patterns of an archive as 0 and 1, (p x n): from `signs`, or from packed `bits`.
Matrix read_cells(const io::NpzArchive& archive, Index samples) {
  const std::string name = archive.contains("bits") ? "bits" : "signs";
  Matrix stored = require(io::to_matrix(require(archive.read(name)), {archive.file(), name}));
  const Index columns = name == "bits" ? (samples + 7) / 8 : samples;
  if (stored.cols() != columns) {
    throw Failure(ExitCode::kUsage, archive.file() + ": array '" + name + "': expected " +
                                        std::to_string(columns) + " columns for " +
                                        std::to_string(samples) + " samples, found " +
                                        std::to_string(stored.cols()));
  }
  if (name == "signs") return (stored.array() > 0).cast<double>();
  Matrix active(stored.rows(), samples);
  for (Index i = 0; i < samples; ++i) {
    for (Index cell = 0; cell < stored.rows(); ++cell) {
      const auto byte = static_cast<unsigned>(stored(cell, i / 8));
      active(cell, i) = (byte >> (i % 8) & 1U) != 0 ? 1 : 0;
    }
  }
  return active;
}

/// Whether the opposite of the first pattern is listed too (samples that are zero are always
/// active): not so in a listing of halves.
bool lists_both_halves(const Matrix& active, const Matrix& X) {
  if (active.rows() == 0) return false;
  Eigen::RowVectorXd opposite = 1 - active.row(0).array();
  for (Index i = 0; i < X.rows(); ++i) {
    if (X.row(i).isZero(0)) opposite[i] = 1;
  }
  for (Index cell = active.rows() - 1; cell >= 0; --cell) {
    if (active.row(cell) == opposite) return true;
  }
  return false;
}

PatternChoice from_cells(const std::string& path, const Matrix& X, Inputs& inputs) {
  const io::NpzArchive archive = require(io::read_npz(path));
  const Matrix active = read_cells(archive, X.rows());
  inputs.files.push_back(describe_file("cells", path, {active.rows(), X.rows()}));
  bool complete = false;
  if (archive.contains("complete")) {
    const io::NdArray flag = require(archive.read("complete"));
    complete = flag.values.size() == 1 && flag.values.front() == 1;
  }
  if (complete && !lists_both_halves(active, X)) {
    complete = false;
    inputs.notes.push_back(path +
                           " lists one of each pair of opposite patterns: only these are used");
  }
  return {PatternSet(active), "cells", complete};
}

PatternChoice draw(const TrainOptions& options, const Matrix& X, const RunControl& control) {
  const HyperplaneArrangement arrangement(X);
  SampleSettings settings;
  settings.count = *options.patterns.sample;
  settings.seed = options.run.seed;
  settings.threads = thread_count(options.run);
  settings.duplicates = Duplicates::kDrop;
  settings.control = control;
  const std::string& method = options.patterns.sample_method;
  CellSample sample = method == "uniform" ? sample_cells(arrangement, settings)
                                          : sample_gaussian_cells(arrangement, settings);
  return {PatternSet(X.rows(), std::move(sample.cells.patterns)), method, false};
}

}  // namespace

PatternChoice choose_patterns(const TrainOptions& options, const Matrix& X, Inputs& inputs,
                              const RunControl& control) {
  if (!options.patterns.gates.empty()) return from_gates(options.patterns.gates, X, inputs);
  if (!options.patterns.cells.empty()) return from_cells(options.patterns.cells, X, inputs);
  return draw(options, X, control);
}

Json describe_patterns(const std::string& mode, const PatternChoice& choice) {
  return {{"mode", mode},
          {"source", choice.source},
          {"count", choice.patterns.size()},
          {"complete", choice.complete}};
}

}  // namespace thalweg::cli
