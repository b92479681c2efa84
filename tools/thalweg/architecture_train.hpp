#pragma once

#include "exit_code.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "train_options.hpp"

namespace thalweg::cli {

/// Failure that names the first option of `train` that --architecture does not go with.
void refuse_train_options(const TrainOptions& options, const std::string& architecture);

/// `train --architecture` for architectures that are sums of branches.
[[nodiscard]] ExitCode train_architecture(const TrainOptions& options,
                                          const ArchitectureDescription& description);

}  // namespace thalweg::cli
