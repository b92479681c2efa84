#pragma once

#include "exit_code.hpp"
#include "inputs.hpp"
#include "session.hpp"
#include "train_options.hpp"

namespace thalweg::cli {

/// `train` for several outputs: trains, reports, writes the network. Everything is an estimate.
/// Failure when an option is for one output only.
[[nodiscard]] ExitCode train_several_outputs(const TrainOptions& options, Inputs& inputs,
                                             Session& session);

}  // namespace thalweg::cli
