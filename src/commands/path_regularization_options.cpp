#include "commands/path_regularization_options.hpp"

namespace thalweg::commands {
namespace {

constexpr Index kMostPoints = 100000;

void add_range_options(CLI::App& app, PathOptions& options) {
  const std::string group = "Path";
  auto* least = add_positive_real(app, "--beta-min", options.beta_min, "The last beta of the path")
                    ->type_name("BETA");
  auto* ratio = add_fraction(app, "--beta-ratio", options.beta_ratio,
                             "The last beta as a share of beta_max (default 1e-3)")
                    ->type_name("RATIO");
  least->group(group);
  ratio->group(group)->excludes(least);
  app.add_option("--points", options.points,
                 "Requested betas, log-spaced from beta_max to the last one (default 50); the "
                 "exact path adds its events")
      ->check(CLI::Range(Index{2}, kMostPoints))
      ->type_name("K")
      ->group(group);
  const std::string meaning = "Follow the path and locate every change of the active set (default)";
  auto* exact = app.add_flag("--exact", meaning)->group(group);
  app.add_flag("--grid", options.grid,
               "Train each requested beta, started from the network of the one before")
      ->excludes(exact)
      ->group(group);
  add_fraction(app, "--gap", options.gap,
               "Relative gap to reach at every point: (objective - lower bound) / objective "
               "(default 1e-6)")
      ->type_name("E")
      ->group(group);
}

void add_output_options(CLI::App& app, PathOptions& options) {
  const std::string group = "Output";
  app.add_option("--out", options.out,
                 "Write everything here (.npz): curves, networks, duals, events, sensitivities")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--csv", options.csv, "Write the curves here, one line a point")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--svg", options.svg,
                 "Draw objective, neurons and masses over beta (log scale) here")
      ->type_name("FILE")
      ->group(group);
}

}  // namespace

void add_path_options(CLI::App& app, PathOptions& options) {
  add_dataset_options(app, options.problem, Required::kYes);
  add_network_option(app, options.problem, Required::kNo);
  add_objective_options(app, options.problem, Outputs::kOne);
  // Beta is what the path runs over.
  for (const char* single : {"--torch-weight-decay", "--torch-loss", "--beta"}) {
    app.remove_option(app.get_option(single));
  }
  add_standardize_options(app, options.problem);
  add_range_options(app, options);
  add_output_options(app, options);
  add_run_options(app, options.run);
}

std::vector<NamedFile> output_files(const PathOptions& options) {
  return {{"--out", options.out}, {"--csv", options.csv}, {"--svg", options.svg}};
}

PathSettings path_settings(const PathOptions& options, const RunControl& control) {
  PathSettings settings;
  settings.method = options.grid ? PathMethod::kGrid : PathMethod::kExact;
  settings.points = options.points;
  if (options.beta_min) settings.beta_min = *options.beta_min;
  if (options.beta_ratio) settings.beta_ratio = *options.beta_ratio;
  if (options.gap) settings.relative_gap = *options.gap;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = control;
  return settings;
}

}  // namespace thalweg::commands
