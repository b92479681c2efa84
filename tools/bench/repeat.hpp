#pragma once

#include <functional>
#include <vector>

namespace thalweg::bench {

/// Processor seconds of one call of each function: medians of five rounds. In a round every
/// function has its turn, so that a change of the machine's speed meets all; a short one is
/// repeated until it has taken 50 ms. A function that takes longer than `long_run` seconds is
/// called once only.
[[nodiscard]] std::vector<double> seconds_of_each(
    const std::vector<std::function<void()>>& functions, double long_run = 5);

}  // namespace thalweg::bench
