#include "commands/pattern_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "commands/arrangement_file.hpp"
#include "commands/exit_code.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::commands {
namespace {

using Words = std::vector<std::uint64_t>;

void set_active(Words& words, std::size_t per_pattern, Index cell, Index sample) {
  words[static_cast<std::size_t>(cell) * per_pattern + static_cast<std::size_t>(sample / 64)] |=
      std::uint64_t{1} << (sample % 64);
}

PatternChoice from_gates(const std::string& path, const Matrix& X, Inputs& inputs) {
  Matrix gates = require(io::read_matrix(path));
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
  return {PatternSet(X.rows(), std::move(words)), "gates", false, std::move(gates)};
}

/// Rows of `signs` (int8) or of packed `bits`, as bytes row by row.
struct StoredPatterns {
  std::vector<std::uint8_t> bytes;
  Index rows = 0;
  Index columns = 0;
};

[[noreturn]] void refuse_entry(const std::string& where, Index row, Index column,
                               const std::string& expected, double found) {
  throw Failure(ExitCode::kUsage, where + ": row " + std::to_string(row) + ", column " +
                                      std::to_string(column) + " (counted from 0): expected " +
                                      expected + ", found " + exact_digits(found));
}

/// Failure when the shape does not fit or an entry is no sign (no byte).
StoredPatterns read_stored(const io::NpzArchive& archive, const std::string& name, Index samples) {
  const Matrix stored = require(io::to_matrix(require(archive.read(name)), {archive.file(), name}));
  const bool packed = name == "bits";
  const Index columns = packed ? (samples + 7) / 8 : samples;
  const std::string where = archive.file() + ": array '" + name + "'";
  if (stored.cols() != columns) {
    throw Failure(ExitCode::kUsage, where + ": expected " + std::to_string(columns) +
                                        " columns for " + std::to_string(samples) +
                                        " samples, found " + std::to_string(stored.cols()));
  }
  StoredPatterns patterns{{}, stored.rows(), columns};
  patterns.bytes.reserve(static_cast<std::size_t>(stored.size()));
  for (Index cell = 0; cell < stored.rows(); ++cell) {
    for (Index k = 0; k < columns; ++k) {
      const double value = stored(cell, k);
      const bool legal = packed ? value >= 0 && value <= 255 && value == std::floor(value)
                                : value == 1 || value == -1;
      if (!legal) refuse_entry(where, cell, k, packed ? "a byte" : "1 or -1", value);
      patterns.bytes.push_back(static_cast<std::uint8_t>(static_cast<int>(value)));
    }
  }
  return patterns;
}

/// As 0 and 1, (p x n).
Matrix active_samples(const StoredPatterns& patterns, bool packed, Index samples) {
  Matrix active(patterns.rows, samples);
  for (Index i = 0; i < samples; ++i) {
    for (Index cell = 0; cell < patterns.rows; ++cell) {
      const Index at = cell * patterns.columns + (packed ? i / 8 : i);
      const unsigned byte = patterns.bytes[static_cast<std::size_t>(at)];
      active(cell, i) = (packed ? byte >> (i % 8) & 1U : unsigned{byte == 1}) != 0 ? 1 : 0;
    }
  }
  return active;
}

bool is_true(const io::NpzArchive& archive, const std::string& name) {
  if (!archive.contains(name)) return false;
  const io::NdArray flag = require(archive.read(name));
  return flag.values.size() == 1 && flag.values.front() == 1;
}

bool equals(const io::NpzArchive& archive, const std::string& name, const PatternDigest& digest) {
  const io::NdArray stored = require(archive.read(name));
  return std::equal(stored.values.begin(), stored.values.end(), digest.begin(), digest.end());
}

/// Why rows that are called complete are not known to be all patterns of X; empty when they are.
/// Rows as `arrangement` wrote them are distinct and patterns of their data: it proved them so.
std::string why_not_all(const io::NpzArchive& archive, const StoredPatterns& patterns,
                        const Matrix& X) {
  for (const char* name : {"all_patterns", "data_sha256", "patterns_sha256"}) {
    if (archive.contains(name)) continue;
    return "does not say of which data it lists all patterns (`thalweg arrangement --out` does)";
  }
  if (!is_true(archive, "all_patterns")) {
    return "lists all of some patterns: one of each pair of opposites, or those under constraints";
  }
  if (!equals(archive, "data_sha256", digest_of_samples(X))) {
    return "lists the patterns of other data (another file, hidden bias or standardisation)";
  }
  io::Sha256 digest;
  digest.add(std::as_bytes(std::span(patterns.bytes)));
  if (!equals(archive, "patterns_sha256", digest.digest())) {
    return "was changed after its patterns were listed";
  }
  return "";
}

PatternChoice from_cells(const std::string& path, const Matrix& X, Inputs& inputs) {
  const io::NpzArchive archive = require(io::read_npz(path));
  const bool packed = archive.contains("bits");
  const StoredPatterns patterns = read_stored(archive, packed ? "bits" : "signs", X.rows());
  inputs.files.push_back(describe_file("cells", path, {patterns.rows, X.rows()}));
  bool complete = is_true(archive, "complete");
  if (complete) {
    const std::string reason = why_not_all(archive, patterns, X);
    complete = reason.empty();
    if (!complete) {
      inputs.notes.push_back(path + ' ' + reason + ": its rows count as some patterns, not as all");
    }
  }
  return {PatternSet(active_samples(patterns, packed, X.rows())), "cells", complete};
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

}  // namespace thalweg::commands
