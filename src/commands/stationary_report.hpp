#pragma once

#include <optional>
#include <string>

#include "commands/report.hpp"
#include "thalweg/landscape/escape.hpp"
#include "thalweg/landscape/stationarity.hpp"
#include "thalweg/landscape/subsampled_program.hpp"

namespace thalweg::commands {

/// What `thalweg stationary` found.
struct StationaryAnswer {
  StationaritySettings settings;
  Stationarity found;
  SubsampledProgram program;
  std::optional<Escape> escape;  ///< none with --no-escape
};

/// The keys that the command adds to a document.
void add_stationarity(Json& document, const StationaryAnswer& answer);
/// The report for people, after inputs and objective.
void describe_stationarity(TextReport& text, const StationaryAnswer& answer, double beta);

}  // namespace thalweg::commands
