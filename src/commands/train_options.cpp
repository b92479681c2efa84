#include "commands/train_options.hpp"

#include "commands/exit_code.hpp"

namespace thalweg::commands {
namespace {

void add_pattern_options(CLI::App& app, PatternOptions& options) {
  const std::string group = "Patterns";
  app.add_option("--patterns", options.mode,
                 "all (default): every network of every width; restricted: neurons in the closed "
                 "cells of given patterns; gated: given patterns without their cones")
      ->check(CLI::IsMember({"all", "restricted", "gated"}))
      ->group(group);
  auto* gates = app.add_option("--gates", options.gates,
                               "Gate vectors as rows of an .npy: pattern i is X g_i >= 0 (as many "
                               "columns as X, the column of ones included)")
                    ->type_name("FILE");
  auto* cells =
      app.add_option("--cells", options.cells, "Patterns listed by `thalweg arrangement --out`")
          ->type_name("FILE");
  auto* sample = app.add_option("--sample-patterns", options.sample, "Draw this many patterns")
                     ->check(CLI::Range(1, 100'000'000))
                     ->type_name("N");
  app.add_option("--sample-method", options.sample_method,
                 "gaussian (default): of Gaussian directions; uniform: all cells alike")
      ->check(CLI::IsMember({"gaussian", "uniform"}))
      ->needs(sample)
      ->group(group);
  app.add_option("--decompose", options.decompose,
                 "Turn the gated solution into a ReLU network: by parts of minimum norm, or fast "
                 "(least squares)")
      ->check(CLI::IsMember({"minimum-norm", "fast"}))
      ->group(group);
  gates->group(group)->excludes(cells)->excludes(sample);
  cells->group(group)->excludes(sample);
  sample->group(group);
}

[[noreturn]] void refuse(const std::string& message) { throw Failure(ExitCode::kUsage, message); }

}  // namespace

void add_train_options(CLI::App& app, TrainOptions& options) {
  add_dataset_options(app, options.problem, Required::kYes);
  add_network_option(app, options.problem, Required::kNo);
  add_architecture_option(app, options.problem);
  add_standardize_options(app, options.problem);
  add_objective_options(app, options.problem);
  add_pattern_options(app, options.patterns);
  add_test_options(app, options.test);
  add_fraction(app, "--gap", options.gap,
               "Relative gap to reach: (objective - lower bound) / objective (default 1e-6)")
      ->type_name("E");
  app.add_option("--width", options.width,
                 "At most this many neurons: the best network found, with its gap to the optimum "
                 "over all widths")
      ->check(CLI::Range(Index{0}, Index{1'000'000}))
      ->type_name("M");
  auto* rank = app.add_option("--rank", options.rank,
                              "Train on the data truncated to rank K: a network for the data as "
                              "given, with a guaranteed factor of its distance from the optimum")
                   ->check(CLI::Range(Index{1}, Index{1'000'000}))
                   ->type_name("K");
  app.add_flag("--no-full", options.no_full,
               "With --rank: do not train on the data as given as well, to measure the factor")
      ->needs(rank);
  app.add_option("--out", options.out,
                 "Write the network here (.npz); with --patterns gated and no --decompose the "
                 "gated model")
      ->type_name("FILE");
  auto* certificate =
      app.add_option("--certificate", options.certificate, "Keep the proof of the gap here (.cert)")
          ->type_name("FILE");
  app.add_flag("--no-verify", options.no_verify, "Build no proof; the level is estimate")
      ->excludes(certificate);
  add_run_options(app, options.run);
}

void check_train_options(const TrainOptions& options) {
  const PatternOptions& patterns = options.patterns;
  const bool source = !patterns.gates.empty() || !patterns.cells.empty() || patterns.sample;
  if (patterns.mode == "all") {
    if (source) {
      refuse("--gates, --cells and --sample-patterns are for --patterns restricted or gated");
    }
  } else {
    const std::string mode = "--patterns " + patterns.mode;
    if (!source) refuse(mode + ": give --gates FILE, --cells FILE or --sample-patterns N");
    if (options.width) refuse("--width is for --patterns all, not for " + mode);
    if (!options.problem.network.empty()) refuse("--network is no start for " + mode);
    if (!options.certificate.empty()) {
      refuse("--certificate is for --patterns all: certify the network of " + mode +
             " with `thalweg certify`");
    }
  }
  if (patterns.mode == "gated") {
    if (patterns.decompose.empty() && patterns.gates.empty() && options.test.given()) {
      refuse(
          "--test: on other samples a gated model is known by its gate vectors only: give them "
          "with "
          "--gates FILE, or turn the model into a ReLU network with --decompose");
    }
  } else if (!patterns.decompose.empty()) {
    refuse("--decompose is for --patterns gated");
  }
}

}  // namespace thalweg::commands
