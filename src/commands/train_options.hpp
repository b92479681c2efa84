#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "commands/commands.hpp"
#include "commands/evaluation.hpp"
#include "commands/options.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::commands {

/// Which activation patterns a convex program is over, and how they are found.
struct PatternOptions {
  std::string mode = "all";             ///< "all", "restricted" or "gated"
  std::string gates;                    ///< .npy, a gate vector a row
  std::string cells;                    ///< .npz of `thalweg arrangement`
  std::optional<std::uint64_t> sample;  ///< how many to draw
  std::string sample_method = "gaussian";
  std::string decompose;  ///< empty: no; "minimum-norm" or "fast"
};

struct TrainOptions {
  RunOptions run;
  ProblemOptions problem;
  TestOptions test;
  PatternOptions patterns;
  std::optional<double> gap;
  std::optional<Index> width;
  std::optional<Index> rank;  ///< of the truncated data
  bool no_full = false;       ///< train on the truncated data only
  std::string out;
  std::string certificate;
  bool no_verify = false;

  /// The relative gap to reach: 1e-6 unless --gap says otherwise.
  [[nodiscard]] double requested_gap() const { return gap.value_or(1e-6); }
};

/// Adds all options of `train`.
void add_train_options(CLI::App& app, TrainOptions& options);

/// Failure when options do not go together that only their values tell.
void check_train_options(const TrainOptions& options);

}  // namespace thalweg::commands
