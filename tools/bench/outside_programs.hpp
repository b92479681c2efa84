#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace thalweg::bench {

/// What a script of tools/bench/peers reports, a line "METHOD SECONDS OBJECTIVE".
struct OutsideResult {
  std::string method;
  double seconds = 0;
  double objective = 0;
};

/// The Python that has a package (python3 of the path or of Debian); none where neither has it.
[[nodiscard]] std::optional<std::string> python_with(const std::string& package);
/// Rscript, where it is installed with a package.
[[nodiscard]] std::optional<std::string> rscript_with(const std::string& package);

/// Runs `interpreter SCRIPT FOLDER ARGUMENTS` and collects what it prints; nothing when it takes
/// more than `patience` processor seconds or fails.
[[nodiscard]] std::vector<OutsideResult> run_script(const std::string& interpreter,
                                                    const std::string& script,
                                                    const std::filesystem::path& folder,
                                                    const std::string& arguments, double patience);

}  // namespace thalweg::bench
