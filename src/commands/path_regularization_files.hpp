#pragma once

#include <string>

#include "commands/path_regularization_report.hpp"

namespace thalweg::commands {

/// Writes curves, networks, duals, events and sensitivities of the path as an `.npz`; every array
/// is named in docs/path-regularization.md. Failure (exit 3) when the file cannot be written.
void write_path_npz(const std::string& path, const TrainingProblem& problem,
                    const PathAnswer& answer);

/// Writes one line a point with a header. Failure (exit 3) when the file cannot be written.
void write_path_csv(const std::string& path, const PathAnswer& answer);

}  // namespace thalweg::commands
