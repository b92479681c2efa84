#pragma once

#include <optional>
#include <string>

#include "commands/options.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::commands {

/// Options of `thalweg path`.
struct NetworkPathOptions {
  RunOptions run;
  ProblemOptions problem;
  std::string to;      ///< the other network
  std::string verify;  ///< a stored path to be checked instead
  Index widen = 0;     ///< empty slots that are appended
  std::optional<double> tolerance;
  std::string out;
  std::string certificate;
  bool no_verify = false;
  std::string svg_loss;
  std::string svg_masses;
  std::string svg_slice;
  bool curves = false;  ///< samples of all curves in the document
  std::string asserted;

  [[nodiscard]] double accepted_gap() const { return tolerance.value_or(1e-8); }
};

void add_network_path_options(CLI::App& app, NetworkPathOptions& options);
/// Failure when outputs coincide, overwrite an input or cannot be written, or options do not go
/// together.
void check_network_path_files(const NetworkPathOptions& options);

}  // namespace thalweg::commands
