#pragma once

#include <string>

#include "commands/optimal_set_answer.hpp"

namespace thalweg::commands {

/// An SVG of the ranges of prediction: a bar a sample from the least to the greatest prediction of
/// the optimal networks, a dot at the centre's. Over the input when there is just one (`inputs`
/// columns without that of ones), else over the samples in order. Precondition: predictions are
/// there.
[[nodiscard]] std::string draw_ranges(const OptimalSetAnswer& answer, Index inputs);

}  // namespace thalweg::commands
