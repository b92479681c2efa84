#pragma once

#include "exit_code.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "train_options.hpp"

namespace thalweg::cli {

/// `train --architecture` for circular linear, polynomial, one-dimensional and threshold networks,
/// which have solvers of their own.
[[nodiscard]] ExitCode train_special_architecture(const TrainOptions& options,
                                                  const ArchitectureDescription& description);

}  // namespace thalweg::cli
