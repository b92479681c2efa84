#pragma once

#include "commands/exit_code.hpp"
#include "commands/options.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::commands {

/// `info --architecture` for architectures that are sums of branches: sizes, forms and pieces on
/// the data, the largest useful penalty.
[[nodiscard]] ExitCode describe_architecture_on_data(const RunOptions& run,
                                                     const ProblemOptions& problem,
                                                     const ArchitectureDescription& description);

}  // namespace thalweg::commands
