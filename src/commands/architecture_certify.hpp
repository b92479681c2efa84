#pragma once

#include "commands/certify_outputs.hpp"
#include "thalweg/model/architecture_description.hpp"

namespace thalweg::commands {

/// `certify --architecture` for architectures that are sums of branches: objective of the stored
/// network, lower bound, verdict, improving branch. A global minimum is proved exactly where there
/// are certificates; everything else is an estimate.
[[nodiscard]] ReducedVerdict certify_architecture(const CertifyRequest& request,
                                                  const ArchitectureDescription& description);

}  // namespace thalweg::commands
