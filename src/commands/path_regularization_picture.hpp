#pragma once

#include <string>

#include "commands/path_regularization_report.hpp"

namespace thalweg::commands {

/// An SVG of the path over beta on a logarithmic axis, largest beta on the left: objective and
/// lower bound (and the objective of a scanned network), number of neurons, mass of each neuron.
/// Self-contained, follows light and dark colour schemes; the same answer gives the same text.
[[nodiscard]] std::string draw_path(const PathAnswer& answer);

}  // namespace thalweg::commands
