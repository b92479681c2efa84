#pragma once

#include <string>

#include "commands/inputs.hpp"
#include "commands/report.hpp"
#include "commands/train_options.hpp"
#include "thalweg/convex/restricted_patterns.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::commands {

/// The patterns of a convex program and where they come from.
struct PatternChoice {
  PatternSet patterns;
  std::string source;     ///< "gates", "cells", "gaussian" or "uniform"
  bool complete = false;  ///< all patterns of X: a complete listing of just these data
  Matrix gates = {};      ///< (p x d) the gate vectors of --gates, else empty
};

/// Reads or draws the patterns that `options` ask for, for samples X (n x d), the column of ones
/// included. Failure when a file is missing, malformed or does not fit.
[[nodiscard]] PatternChoice choose_patterns(const TrainOptions& options, const Matrix& X,
                                            Inputs& inputs, const RunControl& control);

/// mode, source, count, complete.
[[nodiscard]] Json describe_patterns(const std::string& mode, const PatternChoice& choice);

}  // namespace thalweg::commands
