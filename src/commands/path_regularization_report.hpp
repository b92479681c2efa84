#pragma once

#include <vector>

#include "commands/inputs.hpp"
#include "commands/path_regularization_options.hpp"
#include "commands/problem_setup.hpp"
#include "commands/report.hpp"
#include "thalweg/training/regularization_path.hpp"

namespace thalweg::commands {

/// The answer: the path, what theory says of it, and the scan of a given network (empty without
/// one).
struct PathAnswer {
  RegularizationPath path;
  PathDefects defects;
  std::vector<NetworkGap> scan;
};

[[nodiscard]] Json path_document(const PathOptions& options, const ProblemSetup& setup,
                                 const Inputs& inputs, const PathAnswer& answer);
[[nodiscard]] TextReport path_text(const PathOptions& options, const ProblemSetup& setup,
                                   const Inputs& inputs, const PathAnswer& answer);

}  // namespace thalweg::commands
