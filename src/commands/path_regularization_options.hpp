#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "commands/output_file.hpp"
#include "thalweg/training/regularization_path.hpp"

namespace thalweg::commands {

/// What `thalweg path-regularization` was asked for.
struct PathOptions {
  RunOptions run;
  ProblemOptions problem;
  std::optional<double> beta_min;
  std::optional<double> beta_ratio;
  Index points = 50;
  bool grid = false;
  std::optional<double> gap;
  std::string out;
  std::string csv;
  std::string svg;
};

/// Registers all options.
void add_path_options(CLI::App& app, PathOptions& options);

/// The files that are written, by their options.
[[nodiscard]] std::vector<NamedFile> output_files(const PathOptions& options);

/// The library's settings.
[[nodiscard]] PathSettings path_settings(const PathOptions& options, const RunControl& control);

}  // namespace thalweg::commands
