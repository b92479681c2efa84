#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "commands/optimal_set_options.hpp"
#include "commands/options.hpp"
#include "thalweg/landscape/widths.hpp"

namespace thalweg::commands {

/// What `thalweg width` was asked for.
struct WidthOptions {
  RunOptions run;
  ProblemOptions problem;
  std::uint64_t max_vertices = OptimalSetSettings().max_vertices;
  std::vector<Index> search;  ///< widths, ascending, each once
  int starts = WidthSettings().starts;
  std::string witness;  ///< a folder
  std::string svg;
};

/// Registers all options.
void add_width_options(CLI::App& app, WidthOptions& options);

/// The files of a width at which a spurious valley is found: the strict minimum and the lower
/// network.
struct WitnessFiles {
  std::string minimum;
  std::string better;
};
[[nodiscard]] WitnessFiles witness_files(const WidthOptions& options, Index width);

/// Failure when files would overwrite one another, or cannot be written. Makes the folder of
/// --witness when it is not there.
void check_width_files(const WidthOptions& options);

}  // namespace thalweg::commands
