#pragma once

#include "commands/exit_code.hpp"
#include "commands/train_options.hpp"

namespace thalweg::commands {

/// `train --rank K`: trains two-layer networks, or with --architecture three-layer and
/// path-regularised ones, on the data truncated to rank K, and says what their optimum there means
/// for the data as given; then trains on these too, from that network, unless --no-full. Failure
/// that names an option which does not go with --rank, or when K is above the rows or columns of X.
[[nodiscard]] ExitCode train_low_rank(const TrainOptions& options);

}  // namespace thalweg::commands
