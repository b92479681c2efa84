#pragma once

#include "commands/exit_code.hpp"
#include "commands/train_options.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::commands {

/// Failure that names the first option of `train` that --architecture does not go with.
void refuse_train_options(const TrainOptions& options, const std::string& architecture);

/// `train --architecture` for architectures that are sums of branches.
[[nodiscard]] ExitCode train_architecture(const TrainOptions& options,
                                          const ArchitectureDescription& description);

}  // namespace thalweg::commands
