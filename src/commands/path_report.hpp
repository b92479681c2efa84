#pragma once

#include <optional>
#include <vector>

#include "commands/path_options.hpp"
#include "commands/report.hpp"
#include "thalweg/landscape/path_answer.hpp"
#include "thalweg/landscape/path_baselines.hpp"
#include "thalweg/report/path_picture.hpp"

namespace thalweg::commands {

/// What `thalweg path` found.
struct PathFindings {
  PathAnswer answer;
  std::optional<PathBaselines> baselines;   ///< --to, or when they are shown
  std::vector<report::PathSample> samples;  ///< --curves
};

/// Segments of a path as its file counts them.
[[nodiscard]] Index segment_count(const NetworkPath& path);

[[nodiscard]] Json network_path_document(const NetworkPathOptions& options,
                                         const ProblemSetup& setup, const Inputs& inputs,
                                         const PathFindings& findings);
[[nodiscard]] TextReport network_path_text(const NetworkPathOptions& options,
                                           const ProblemSetup& setup, const Inputs& inputs,
                                           const PathFindings& findings);

/// The same of a path that was only checked (--verify).
[[nodiscard]] Json checked_path_document(const NetworkPathOptions& options,
                                         const ProblemSetup& setup, const Inputs& inputs,
                                         const NetworkPath& path, const CheckedPath& checked);
[[nodiscard]] TextReport checked_path_text(const NetworkPathOptions& options,
                                           const ProblemSetup& setup, const Inputs& inputs,
                                           const NetworkPath& path, const CheckedPath& checked);

/// What a stored path shows by itself: "connected" when the objective does not rise, or between two
/// given ends is nowhere above the higher one, up to 1e-12 of the objective there; else "blocked".
[[nodiscard]] PathStatus status_of(const NetworkPath& path, const CheckedPath& checked);

}  // namespace thalweg::commands
