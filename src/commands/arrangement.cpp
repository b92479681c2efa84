#include <memory>
#include <string>

#include "commands/arrangement_graph.hpp"
#include "commands/arrangement_listing.hpp"
#include "commands/arrangement_options.hpp"
#include "commands/arrangement_report.hpp"
#include "commands/arrangement_sample.hpp"
#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/session.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/arrangement/planar_picture.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::commands {
namespace {

/// Failure (exit 2) when an option does not fit the arrangement: told before any work.
void check_options(const ArrangementOptions& options, const HyperplaneArrangement& arrangement) {
  if (!options.svg.empty()) {
    const bool drawable = arrangement.rank() == 2 || arrangement.rank() == 3;
    if (!drawable || arrangement.hyperplanes() > kMostDrawnHyperplanes) {
      throw Failure(ExitCode::kUsage,
                    "--svg: expected rank 2 or 3 and at most " +
                        std::to_string(kMostDrawnHyperplanes) + " hyperplanes, found rank " +
                        std::to_string(arrangement.rank()) + " and " +
                        std::to_string(arrangement.hyperplanes()) + " hyperplanes");
    }
  }
  const std::string& graph_out = options.graph_out;
  if (!graph_out.empty() && !graph_out.ends_with(".npz") && !graph_out.ends_with(".graphml")) {
    throw Failure(ExitCode::kUsage,
                  "--graph-out: expected a name that ends in .npz or .graphml, got " + graph_out);
  }
  if (!options.out.empty() && !options.out.ends_with(".npz")) {
    throw Failure(ExitCode::kUsage, "--out: expected a name that ends in .npz, got " + options.out);
  }
  if (options.half && options.constrained()) {
    throw Failure(ExitCode::kUsage,
                  "--half: with --cone, --box or --prefix the cells are no longer pairs of "
                  "opposites, so there is no half to leave out");
  }
  if (options.range) {
    const std::uint64_t units = work_units(arrangement);
    if (options.range->end > units) {
      throw Failure(ExitCode::kUsage,
                    "--range: expected A:B with B at most " + std::to_string(units) +
                        ", the work units, got B = " + std::to_string(options.range->end));
    }
  }
}

CellCount count_only(const ArrangementOptions& options, const HyperplaneArrangement& arrangement,
                     const RunControl& control) {
  CountSettings settings;
  settings.seed = options.run.seed;
  settings.control = control;
  return count_cells(arrangement, settings);
}

void draw(const ArrangementOptions& options, const Matrix& X) {
  if (options.svg.empty()) return;
  PictureSettings settings;
  settings.cell_labels = options.svg_labels;
  require(io::write_file(options.svg, draw_arrangement(X, settings)));
}

ArrangementAnswer find_answer(const ArrangementOptions& options, const Inputs& inputs,
                              const HyperplaneArrangement& arrangement,
                              const CellConstraints& constraints, const RunControl& control) {
  ArrangementAnswer answer;
  if (options.count) {
    answer.count = count_only(options, arrangement, control);
  } else if (options.sample) {
    answer.sample = sample_to_file(options, inputs, arrangement, control);
  } else {
    answer.listing = list_to_file(options, inputs.dataset.X, arrangement, constraints, control);
    if (options.graph && answer.listing->info.complete()) {
      answer.graph = connect_to_file(options, arrangement, control);
    }
  }
  return answer;
}

ExitCode exit_code(const ArrangementOptions& options, const ArrangementAnswer& answer,
                   const RunControl& control) {
  if (options.graph && !answer.graph) return ExitCode::kLimit;
  if (answer.listing) {
    const EnumerationStatus status = answer.listing->info.status;
    const bool done =
        status == EnumerationStatus::kComplete || status == EnumerationStatus::kRangeComplete;
    return done ? ExitCode::kDone : ExitCode::kLimit;
  }
  if (answer.sample) {
    const bool done = answer.sample->status == SampleStatus::kComplete;
    return done ? ExitCode::kDone : ExitCode::kLimit;
  }
  const bool unfinished = answer.count && !answer.count->exact && control.should_stop();
  return unfinished ? ExitCode::kLimit : ExitCode::kDone;
}

ExitCode run_arrangement(const ArrangementOptions& options) {
  require_distinct_files(options.problem, output_files(options), constraint_files(options));
  for (const NamedFile& output : output_files(options)) require_writable(output.path);
  Session session(options.run);
  Inputs inputs = load_samples(options);
  const Matrix& X = inputs.dataset.X;
  const CellConstraints constraints = load_constraints(options, X.rows(), X.cols(), inputs);
  const HyperplaneArrangement arrangement(X);
  check_options(options, arrangement);
  const ArrangementAnswer answer =
      find_answer(options, inputs, arrangement, constraints, session.control());
  draw(options, X);
  const ExitCode code = exit_code(options, answer, session.control());
  Json document = arrangement_document(options, inputs, arrangement, answer);
  print_result(options.run, session, document,
               arrangement_text(options, inputs, arrangement, answer), inputs.notes);
  return code;
}

}  // namespace

Command make_arrangement(CLI::App& root) {
  auto options = std::make_shared<ArrangementOptions>();
  CLI::App* app = root.add_subcommand(
      "arrangement", "List, count, sample, connect and draw the activation patterns of a data set");
  add_arrangement_options(*app, *options);
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg arrangement --dataset examples/arrangement/points.npz --bias --out "
      "cells.npz");
  return {app, &options->run, [options] { return run_arrangement(*options); }};
}

}  // namespace thalweg::commands
