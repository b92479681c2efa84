#include "commands/optimal_set_options.hpp"

#include <cstdio>
#include <filesystem>

#include "commands/exit_code.hpp"
#include "thalweg/io/memory_files.hpp"

namespace thalweg::commands {
namespace {

constexpr std::uint64_t kMostVertices = 1'000'000'000;
constexpr Index kMostSamples = 9999;  // four digits in the name of a file
constexpr Index kWidest = 1'000'000;

void add_question_options(CLI::App& app, OptimalSetOptions& options) {
  const std::string group = "Questions";
  add_fraction(app, "--tolerance", options.tolerance,
               "Relative gap up to which --network counts as a global minimum (default 1e-8)")
      ->type_name("E")
      ->group(group);
  auto* predict =
      app.add_option("--predict", options.predict,
                     "Samples at which the range of the optimal networks' predictions is wanted: "
                     ".npy (k x d), .npz with X, or a .csv of the columns of X")
          ->type_name("X2.npy")
          ->group(group);
  app.add_option("--predict-targets", options.predict_targets,
                 "Their targets (k): also the range of the loss there")
      ->type_name("Y2.npy")
      ->needs(predict)
      ->group(group);
  app.add_flag("--cells", options.cells,
               "List the cells (activation patterns) that touch each direction")
      ->group(group);
  app.add_option("--svg", options.svg, "Draw the ranges of prediction here")
      ->type_name("FILE")
      ->needs(predict)
      ->group("Output");
}

void add_network_files(CLI::App& app, OptimalSetOptions& options) {
  const std::string group = "Output";
  auto* out = app.add_option("--out", options.out,
                             "Write to this folder: vertices.npz, and the optimal networks "
                             "smallest.npz, largest.npz, centre.npz")
                  ->type_name("FOLDER")
                  ->group(group);
  auto* sample = app.add_option("--sample", options.samples,
                                "And K random optimal networks sample_0001.npz, ...")
                     ->check(CLI::Range(Index{1}, kMostSamples))
                     ->type_name("K")
                     ->needs(out)
                     ->group(group);
  app.add_option("--width", options.width, "With this many neurons (default: the largest vertex's)")
      ->check(CLI::Range(Index{0}, kWidest))
      ->type_name("M")
      ->needs(sample)
      ->group(group);
}

}  // namespace

void make_folder(const std::string& folder) {
  if (folder.empty() || io::MemoryFiles::of(folder) != nullptr) return;
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (std::filesystem::is_directory(folder)) return;
  throw Failure(ExitCode::kFile, folder + ": the folder cannot be made" +
                                     (error ? ": " + error.message() : std::string()));
}

void add_vertex_limit(CLI::App& app, std::uint64_t& max_vertices) {
  app.add_option("--max-vertices", max_vertices,
                 "Give up listing the vertices of the polytope after this many (default " +
                     std::to_string(max_vertices) + ")")
      ->check(CLI::Range(std::uint64_t{1}, kMostVertices))
      ->type_name("N")
      ->group("Running");
}

void add_optimal_set_options(CLI::App& app, OptimalSetOptions& options) {
  add_dataset_options(app, options.problem, Required::kYes);
  add_network_option(app, options.problem, Required::kNo);
  add_architecture_option(app, options.problem);
  add_standardize_options(app, options.problem);
  add_objective_options(app, options.problem);
  add_question_options(app, options);
  add_network_files(app, options);
  add_vertex_limit(app, options.max_vertices);
  add_run_options(app, options.run);
}

std::vector<std::string> files_in_folder(const OptimalSetOptions& options) {
  if (options.out.empty()) return {};
  std::vector<std::string> names = {"vertices.npz", "smallest.npz", "largest.npz", "centre.npz"};
  for (Index k = 1; k <= options.samples; ++k) {
    char name[32];
    std::snprintf(name, sizeof name, "sample_%04lld.npz", static_cast<long long>(k));
    names.emplace_back(name);
  }
  return names;
}

void check_optimal_set_files(const OptimalSetOptions& options) {
  std::vector<NamedFile> outputs = {{"--svg", options.svg}};
  for (const std::string& name : files_in_folder(options)) {
    outputs.push_back({"--out", (std::filesystem::path(options.out) / name).string()});
  }
  require_distinct_files(
      options.problem, outputs,
      {{"--predict", options.predict}, {"--predict-targets", options.predict_targets}});
  if (!options.predict_targets.empty() && !options.problem.sample_weights.empty()) {
    throw Failure(ExitCode::kUsage,
                  "--predict-targets: with --sample-weights the loss is of the training samples "
                  "only");
  }
  make_folder(options.out);
  for (const NamedFile& output : outputs) require_writable(output.path);
}

OptimalSetSettings optimal_set_settings(const RunOptions& run, std::uint64_t max_vertices,
                                        const RunControl& control) {
  OptimalSetSettings settings;
  settings.max_vertices = static_cast<std::size_t>(max_vertices);
  settings.threads = thread_count(run);
  settings.seed = run.seed;
  settings.control = control;
  return settings;
}

}  // namespace thalweg::commands
