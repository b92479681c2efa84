#pragma once

#include <optional>
#include <string>

#include "commands/arrangement_graph.hpp"
#include "commands/arrangement_listing.hpp"
#include "commands/arrangement_options.hpp"
#include "commands/inputs.hpp"
#include "commands/report.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/arrangement/sample_cells.hpp"

namespace thalweg::commands {

/// What a run of `thalweg arrangement` found; what was not asked for is absent.
struct ArrangementAnswer {
  std::optional<Listing> listing;
  std::optional<CellCount> count;
  std::optional<CellSample> sample;
  std::optional<GraphFacts> graph;
};

[[nodiscard]] Json arrangement_document(const ArrangementOptions& options, const Inputs& inputs,
                                        const HyperplaneArrangement& arrangement,
                                        const ArrangementAnswer& answer);
[[nodiscard]] TextReport arrangement_text(const ArrangementOptions& options, const Inputs& inputs,
                                          const HyperplaneArrangement& arrangement,
                                          const ArrangementAnswer& answer);

}  // namespace thalweg::commands
