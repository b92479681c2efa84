#pragma once

#include <cstdint>

#include "commands/arrangement_options.hpp"
#include "commands/inputs.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::commands {

/// Draws the cells that --sample and --method ask for, and writes them to --out where given, in the
/// order in which they were drawn. Failure (exit 2) when they do not fit in memory or --method
/// neurons has no network, (exit 3) when the file cannot be written.
[[nodiscard]] CellSample sample_to_file(const ArrangementOptions& options, const Inputs& inputs,
                                        const HyperplaneArrangement& arrangement,
                                        const RunControl& control);

}  // namespace thalweg::commands
