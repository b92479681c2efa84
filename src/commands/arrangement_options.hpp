#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/inputs.hpp"
#include "commands/options.hpp"
#include "commands/output_file.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg::commands {

/// What `thalweg arrangement` was asked for.
struct ArrangementOptions {
  RunOptions run;
  ProblemOptions problem;  ///< dataset, data, target_column, network and bias only
  std::string engine = "auto";
  std::optional<std::uint64_t> max_cells;
  std::optional<WorkRange> range;
  std::string cone;
  std::vector<std::string> box;  ///< the files of lower and upper, or empty
  std::string prefix;
  std::string out;
  bool half = false;
  bool packed = false;
  bool unsorted = false;
  bool witness = false;
  bool count = false;
  std::optional<std::uint64_t> sample;
  std::string method = "uniform";  ///< of sampling
  bool graph = false;
  std::string graph_out;
  std::string svg;
  bool svg_labels = false;

  [[nodiscard]] bool constrained() const {
    return !cone.empty() || !box.empty() || !prefix.empty();
  }
};

/// Registers all options but those of RunOptions.
void add_arrangement_options(CLI::App& app, ArrangementOptions& options);

/// The files that are read besides the data set, and those that are written.
[[nodiscard]] std::vector<NamedFile> constraint_files(const ArrangementOptions& options);
[[nodiscard]] std::vector<NamedFile> output_files(const ArrangementOptions& options);

/// Reads X, and the network when one is given; with a column of ones when --bias or a network with
/// `b` asks for it. Nothing else of a data set is needed.
[[nodiscard]] Inputs load_samples(const ArrangementOptions& options);

/// The constraints that the options describe, for n samples in d dimensions; the files join
/// `inputs`. Failure when one does not fit.
[[nodiscard]] CellConstraints load_constraints(const ArrangementOptions& options, Index samples,
                                               Index dimension, Inputs& inputs);

}  // namespace thalweg::commands
