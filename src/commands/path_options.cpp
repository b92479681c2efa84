#include "commands/path_options.hpp"

#include "commands/exit_code.hpp"
#include "commands/output_file.hpp"

namespace thalweg::commands {
namespace {

constexpr Index kMostSlots = 100'000;

void add_question_options(CLI::App& app, NetworkPathOptions& options) {
  const std::string group = "Questions";
  app.add_option("--to", options.to,
                 "Mode connectivity: a path to this network instead of a global minimum")
      ->type_name("TARGET.npz")
      ->group(group);
  app.add_option("--widen", options.widen,
                 "Append this many empty neurons first (the function does not change)")
      ->check(CLI::Range(Index{1}, kMostSlots))
      ->type_name("K")
      ->group(group);
  add_fraction(app, "--tolerance", options.tolerance,
               "Relative gap up to which a network counts as a global minimum (default 1e-8)")
      ->type_name("E")
      ->group(group);
  app.add_option("--verify", options.verify,
                 "Check a stored path instead: whether it is one, its ends and how far it rises")
      ->type_name("PATH.npz")
      ->group(group);
  app.add_option("--assert", options.asserted, "Exit code 1 unless the status is this one")
      ->check(CLI::IsMember({"connected", "blocked", "disconnected"}))
      ->group(group);
}

void add_output_options(CLI::App& app, NetworkPathOptions& options) {
  const std::string group = "Output";
  app.add_option("--out", options.out, "Write the path here (.npz)")
      ->type_name("PATH.npz")
      ->group(group);
  auto* certificate = app.add_option("--certificate", options.certificate,
                                     "Keep the proof here, for thalweg-check (.cert)")
                          ->type_name("FILE")
                          ->group(group);
  app.add_flag("--no-verify", options.no_verify, "Build no proof; the level is estimate")
      ->excludes(certificate)
      ->group(group);
  app.add_flag(
         "--curves", options.curves,
         "Put the objective along the path, the straight line and a Bezier curve into the JSON "
         "document, for `thalweg report`")
      ->group(group);
  app.add_option("--svg-loss", options.svg_loss,
                 "Draw the objective along the path, beside the straight line and a Bezier curve")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--svg-masses", options.svg_masses, "Draw the neurons' masses along the path")
      ->type_name("FILE")
      ->group(group);
  app.add_option(
         "--svg-slice", options.svg_slice,
         "Draw the objective on the plane through both ends and the lowest network between (or "
         "half way)")
      ->type_name("FILE")
      ->group(group);
}

}  // namespace

void add_network_path_options(CLI::App& app, NetworkPathOptions& options) {
  add_dataset_options(app, options.problem, Required::kYes);
  add_network_option(app, options.problem, Required::kNo);
  add_standardize_options(app, options.problem);
  add_objective_options(app, options.problem, Outputs::kOne);
  add_question_options(app, options);
  add_output_options(app, options);
  add_run_options(app, options.run);
}

void check_network_path_files(const NetworkPathOptions& options) {
  const bool verifies = !options.verify.empty();
  if (options.problem.network.empty() != verifies) {
    throw Failure(ExitCode::kUsage,
                  verifies ? "--network: not with --verify, a stored path has its own start"
                           : "--network START.npz is missing (or --verify PATH.npz)");
  }
  const bool draws = options.curves || !options.svg_loss.empty() || !options.svg_masses.empty() ||
                     !options.svg_slice.empty();
  if (verifies && (!options.to.empty() || options.widen > 0 || !options.out.empty() || draws)) {
    throw Failure(ExitCode::kUsage,
                  "--to, --widen, --out, --curves and pictures are not for --verify");
  }
  require_distinct_files(options.problem,
                         {{"--out", options.out},
                          {"--certificate", options.certificate},
                          {"--svg-loss", options.svg_loss},
                          {"--svg-masses", options.svg_masses},
                          {"--svg-slice", options.svg_slice}},
                         {{"--to", options.to}, {"--verify", options.verify}});
  require_writable_npz(options.out);
  for (const std::string& path :
       {options.certificate, options.svg_loss, options.svg_masses, options.svg_slice}) {
    require_writable(path);
  }
}

}  // namespace thalweg::commands
