#pragma once

#include <optional>
#include <string>

#include "arrangement_graph.hpp"
#include "arrangement_listing.hpp"
#include "arrangement_options.hpp"
#include "inputs.hpp"
#include "report.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/arrangement/sample_cells.hpp"

namespace thalweg::cli {

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

}  // namespace thalweg::cli
