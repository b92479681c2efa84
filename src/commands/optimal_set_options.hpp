#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "commands/output_file.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/landscape/optimal_set.hpp"

namespace thalweg::commands {

/// What `thalweg optimal-set` was asked for.
struct OptimalSetOptions {
  RunOptions run;
  ProblemOptions problem;
  std::optional<double> tolerance;  ///< of --network's membership
  std::string predict;              ///< .npy, .npz or .csv with samples
  std::string predict_targets;      ///< .npy
  bool cells = false;
  std::uint64_t max_vertices = OptimalSetSettings().max_vertices;
  std::string out;  ///< a folder
  Index samples = 0;
  std::optional<Index> width;  ///< of the samples
  std::string svg;

  /// The relative gap that counts as a global minimum: 1e-8 unless --tolerance says otherwise.
  [[nodiscard]] double membership_tolerance() const { return tolerance.value_or(1e-8); }
};

/// Registers all options.
void add_optimal_set_options(CLI::App& app, OptimalSetOptions& options);

/// --max-vertices, which `width` has too.
void add_vertex_limit(CLI::App& app, std::uint64_t& max_vertices);

/// Makes a folder that is not there; an empty name asks for nothing. Failure (exit 3) when it
/// cannot be made.
void make_folder(const std::string& folder);

/// Failure when files would overwrite one another, or cannot be written. Makes the folder of --out
/// when it is not there.
void check_optimal_set_files(const OptimalSetOptions& options);

/// The names of the files that --out gets.
[[nodiscard]] std::vector<std::string> files_in_folder(const OptimalSetOptions& options);

/// The library's settings.
[[nodiscard]] OptimalSetSettings optimal_set_settings(const RunOptions& run,
                                                      std::uint64_t max_vertices,
                                                      const RunControl& control);

}  // namespace thalweg::commands
