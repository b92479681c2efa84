#pragma once

#include "commands/exit_code.hpp"
#include "commands/train_options.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::commands {

/// `train --architecture` for circular linear, polynomial, one-dimensional and threshold networks,
/// which have solvers of their own.
[[nodiscard]] ExitCode train_special_architecture(const TrainOptions& options,
                                                  const ArchitectureDescription& description);

}  // namespace thalweg::commands
