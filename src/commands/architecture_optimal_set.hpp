#pragma once

#include "commands/exit_code.hpp"
#include "commands/optimal_set_options.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::commands {

/// `optimal-set --architecture` for architectures that are sums of branches: fit, dual, the active
/// branches with their masses, and how far the next branch is from active; all estimates.
[[nodiscard]] ExitCode describe_optimal_branches(const OptimalSetOptions& options,
                                                 const ArchitectureDescription& description);

}  // namespace thalweg::commands
