#pragma once

#include "commands/inputs.hpp"
#include "commands/options.hpp"

namespace thalweg::commands {

/// Maps the data set of `inputs` and notes what that did. Throws InvalidArgument when a column
/// overflows.
void standardize(const Standardization& map, bool from_network, Inputs& inputs);

/// Standardises as --standardize and --standardize-targets ask, unless the network's file has
/// settled it. Failure when the network is for other data than was asked for.
void standardize_on_request(const ProblemOptions& options, Inputs& inputs);

}  // namespace thalweg::commands
