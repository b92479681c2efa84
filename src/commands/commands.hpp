#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "commands/exit_code.hpp"
#include "commands/options.hpp"

namespace thalweg::commands {

/// A subcommand: its options are registered, `run` does the work once they are parsed.
struct Command {
  CLI::App* app;
  RunOptions* run_options;  ///< those of `run`
  std::function<ExitCode()> run;
};

/// Each adds one subcommand with its options, help and example to `root`.
[[nodiscard]] Command make_info(CLI::App& root);
[[nodiscard]] Command make_train(CLI::App& root);
[[nodiscard]] Command make_certify(CLI::App& root);
[[nodiscard]] Command make_simplify(CLI::App& root);
[[nodiscard]] Command make_check(CLI::App& root);
[[nodiscard]] Command make_arrangement(CLI::App& root);
[[nodiscard]] Command make_path_regularization(CLI::App& root);
[[nodiscard]] Command make_optimal_set(CLI::App& root);
[[nodiscard]] Command make_width(CLI::App& root);
[[nodiscard]] Command make_stationary(CLI::App& root);
[[nodiscard]] Command make_path(CLI::App& root);
[[nodiscard]] Command make_report(CLI::App& root);

}  // namespace thalweg::commands
