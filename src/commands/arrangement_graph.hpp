#pragma once

#include <cstdint>
#include <optional>

#include "commands/arrangement_options.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::commands {

/// What is told of a cell graph.
struct GraphFacts {
  std::uint64_t edges = 0;
  std::uint64_t smallest_degree = 0;
  std::uint64_t largest_degree = 0;
  double mean_degree = 0;
};

/// Cells whose graph fits in half of the machine's memory.
[[nodiscard]] std::uint64_t connectable_cells(const HyperplaneArrangement& arrangement);

/// Builds the graph of all cells and writes it to --graph-out where given; none when the run was
/// stopped. Failure (exit 3) when the file cannot be written.
[[nodiscard]] std::optional<GraphFacts> connect_to_file(const ArrangementOptions& options,
                                                        const HyperplaneArrangement& arrangement,
                                                        const RunControl& control);

}  // namespace thalweg::commands
