#pragma once

#include "commands/exit_code.hpp"
#include "commands/inputs.hpp"
#include "commands/session.hpp"
#include "commands/train_options.hpp"

namespace thalweg::commands {

/// `train` for several outputs: trains, reports, writes the network. Everything is an estimate.
/// Failure when an option is for one output only.
[[nodiscard]] ExitCode train_several_outputs(const TrainOptions& options, Inputs& inputs,
                                             Session& session);

}  // namespace thalweg::commands
