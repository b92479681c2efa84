#include "commands/arrangement_options.hpp"

#include <charconv>
#include <initializer_list>
#include <string_view>
#include <system_error>

#include "commands/exit_code.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::commands {
namespace {

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

WorkRange parse_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) {
    const auto begin = parse_whole(std::string_view(text).substr(0, colon));
    const auto end = parse_whole(std::string_view(text).substr(colon + 1));
    if (begin && end && *begin < *end) return {*begin, *end};
  }
  throw CLI::ValidationError("--range",
                             "expected A:B with whole numbers A < B, got '" + text + "'");
}

void add_data_options(CLI::App& app, ArrangementOptions& options) {
  const std::string group = "Data";
  auto* dataset = app.add_option("--dataset", options.problem.dataset,
                                 "Data set: .npz with X (n x d), or .csv; targets are not needed")
                      ->type_name("FILE");
  auto* data = app.add_option("--data", options.problem.data, "Inputs X (n x d) as .npy")
                   ->type_name("X.npy");
  auto* column = app.add_option("--target-column", options.problem.target_column,
                                "Column of a .csv that is not part of X: a name or an index "
                                "counted from 0")
                     ->type_name("NAME");
  dataset->group(group)->excludes(data);
  data->group(group);
  column->group(group)->needs(dataset);
  app.add_flag("--bias", options.problem.bias, "Append a column of ones to X (a hidden bias)")
      ->group(group);
  app.callback([&app, dataset, data] {
    if (dataset->count() + data->count() == 0) {
      throw CLI::RequiredError("--dataset FILE (or --data X.npy) of " + app.get_name());
    }
  });
}

void add_search_options(CLI::App& app, ArrangementOptions& options) {
  const std::string group = "Which cells";
  app.add_option("--engine", options.engine,
                 "auto (default), pencil (vertex pencils: fastest) or tree (sign "
                 "tree: constraints, heavily degenerate data)")
      ->check(CLI::IsMember({"auto", "pencil", "tree"}))
      ->group(group);
  app.add_option_function<std::string>(
         "--max-cells",
         [&options](const std::string& text) {
           options.max_cells = parse_whole(text);
           if (!options.max_cells || *options.max_cells < 2) {
             throw CLI::ValidationError("--max-cells",
                                        "expected a whole number from 2 on, got '" + text + "'");
           }
         },
         "Stop after this many cells, both signs counted, with a valid partial answer (exit code "
         "4)")
      ->type_name("N")
      ->group(group);
  auto* range =
      app.add_option_function<std::string>(
             "--range", [&options](const std::string& text) { options.range = parse_range(text); },
             "Work units A to B - 1 only, of the `work_units` that a run reports: disjoint ranges "
             "find disjoint cells, so that processes or machines can share the work")
          ->type_name("A:B")
          ->group(group);
  auto* cone = app.add_option("--cone", options.cone,
                              "Cells that meet {u : C u > 0} only; C (q x d) as .npy")
                   ->type_name("C.npy");
  auto* box = app.add_option("--box", options.box,
                             "Cells that meet {u : lower < u < upper} only; vectors (d) as .npy")
                  ->expected(2)
                  ->delimiter(',')
                  ->type_name("LOWER.npy,UPPER.npy");
  auto* prefix = app.add_option("--prefix", options.prefix,
                                "Cells whose first signs are these only: + - and . for any, as in "
                                "--prefix=+-.+")
                     ->type_name("SIGNS");
  for (CLI::Option* constraint : {cone, box, prefix}) {
    constraint->group(group)->excludes(range);
  }
}

void add_output_options(CLI::App& app, ArrangementOptions& options) {
  const std::string group = "Output";
  auto* out = app.add_option("--out", options.out,
                             "Write the patterns here (.npz): `signs` (p x n, int8, +-1), both "
                             "halves in lexicographic order")
                  ->type_name("FILE")
                  ->group(group);
  app.add_flag("--half", options.half,
               "Only the half whose first nonzero row has sign -1; the rest are the negatives")
      ->needs(out)
      ->group(group);
  app.add_flag("--packed", options.packed,
               "Write `bits` (p x ceil(n/8), uint8, 1 for +) instead of `signs`")
      ->needs(out)
      ->group(group);
  app.add_flag("--unsorted", options.unsorted,
               "In the order in which cells are found, straight to the file: no memory for sorting")
      ->needs(out)
      ->group(group);
  app.add_flag("--witness", options.witness,
               "Also write `witness` (p x d), a point inside each cell")
      ->needs(out)
      ->group(group);
  auto* svg = app.add_option("--svg", options.svg, "Draw the arrangement (rank 2 or 3 only)")
                  ->type_name("FILE")
                  ->group(group);
  app.add_flag("--svg-labels", options.svg_labels,
               "Write its pattern into each cell of the picture")
      ->needs(svg)
      ->group(group);
}

void exclude(CLI::App& app, CLI::Option* option, std::initializer_list<const char*> others) {
  for (const char* other : others) option->excludes(app.get_option(other));
}

void add_graph_options(CLI::App& app, ArrangementOptions& options) {
  const std::string group = "Output";
  auto* graph = app.add_flag("--graph", options.graph,
                             "Also connect the cells through their walls, and count the edges")
                    ->group(group);
  app.add_option("--graph-out", options.graph_out,
                 "Write the graph here: .npz with `edges` (e x 2, rows of the sorted `signs`) and "
                 "`wall` (e, a sample on the hyperplane crossed), or .graphml")
      ->type_name("FILE")
      ->needs(graph)
      ->group(group);
  exclude(app, graph, {"--range", "--cone", "--box", "--prefix"});
}

void add_mode_options(CLI::App& app, ArrangementOptions& options) {
  const std::string group = "Instead of listing";
  auto* count = app.add_flag("--count", options.count,
                             "Count only: exactly where affordable, else an unbiased estimate with "
                             "a 95 % confidence interval")
                    ->group(group);
  auto* sample = app.add_option_function<std::string>(
                        "--sample",
                        [&options](const std::string& text) {
                          options.sample = parse_whole(text);
                          if (!options.sample || *options.sample == 0) {
                            throw CLI::ValidationError(
                                "--sample", "expected a whole number > 0, got '" + text + "'");
                          }
                        },
                        "Draw N random cells")
                     ->type_name("N")
                     ->group(group);
  auto* method =
      app.add_option("--method", options.method,
                     "uniform (default): every cell equally likely; gaussian: by solid angle; "
                     "local: at neighbouring samples; neurons: about those of --network, not "
                     "random; pencil: all cells of random pencils, about N in all")
          ->check(CLI::IsMember({"uniform", "gaussian", "local", "neurons", "pencil"}))
          ->needs(sample)
          ->group(group);
  app.add_option("--network", options.problem.network,
                 "Network whose neurons --method neurons starts from")
      ->type_name("FILE")
      ->needs(method)
      ->group(group);
  const auto listing = {"--engine", "--max-cells", "--range",    "--cone",
                        "--box",    "--prefix",    "--unsorted", "--graph"};
  exclude(app, count, listing);
  exclude(app, count, {"--out", "--sample"});
  exclude(app, sample, listing);
  exclude(app, sample, {"--half", "--witness"});
}

/// The file joins the report's inputs.
void add_input(Inputs& inputs, const std::string& role, const std::string& path,
               std::vector<Index> shape) {
  inputs.files.push_back(describe_file(role, path, std::move(shape)));
}

Vector load_corner(const std::string& path, const std::string& role, Index dimension,
                   Inputs& inputs) {
  const Vector corner = require(io::to_vector(require(io::read_npy(path)), {path, ""}));
  if (corner.size() != dimension) {
    throw Failure(ExitCode::kUsage, "--box: " + path + ": expected " + std::to_string(dimension) +
                                        " entries as X has columns, found " +
                                        std::to_string(corner.size()));
  }
  add_input(inputs, role, path, {corner.size()});
  return corner;
}

std::vector<std::pair<Index, Sign>> parse_prefix(const std::string& text, Index samples) {
  if (static_cast<Index>(text.size()) > samples) {
    throw Failure(ExitCode::kUsage, "--prefix: expected at most " + std::to_string(samples) +
                                        " signs, one a sample, got " + std::to_string(text.size()));
  }
  std::vector<std::pair<Index, Sign>> signs;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') continue;
    if (text[i] != '+' && text[i] != '-') {
      throw Failure(ExitCode::kUsage, "--prefix: expected + - and . only, got '" + text + "'");
    }
    signs.emplace_back(static_cast<Index>(i), text[i] == '+' ? Sign::kPlus : Sign::kMinus);
  }
  return signs;
}

}  // namespace

void add_arrangement_options(CLI::App& app, ArrangementOptions& options) {
  add_data_options(app, options);
  add_search_options(app, options);
  add_output_options(app, options);
  add_graph_options(app, options);
  add_mode_options(app, options);
}

std::vector<NamedFile> constraint_files(const ArrangementOptions& options) {
  std::vector<NamedFile> files = {{"--cone", options.cone}};
  for (const std::string& corner : options.box) files.push_back({"--box", corner});
  return files;
}

std::vector<NamedFile> output_files(const ArrangementOptions& options) {
  return {{"--out", options.out}, {"--graph-out", options.graph_out}, {"--svg", options.svg}};
}

Inputs load_samples(const ArrangementOptions& options) {
  const ProblemOptions& problem = options.problem;
  const bool one_file = problem.data.empty();
  const std::string& path = one_file ? problem.dataset : problem.data;
  Inputs inputs;
  inputs.dataset.X = require(io::read_samples(path, problem.target_column));
  const Matrix& X = inputs.dataset.X;
  add_input(inputs, one_file ? "dataset" : "data", path, {X.rows(), X.cols()});
  if (problem.bias) inputs.hidden_bias = HiddenBias::kLastColumn;
  if (!problem.network.empty()) load_network(problem, inputs);
  if (inputs.hidden_bias == HiddenBias::kLastColumn) {
    inputs.dataset.X = append_ones(inputs.dataset.X);
  }
  return inputs;
}

CellConstraints load_constraints(const ArrangementOptions& options, Index samples, Index dimension,
                                 Inputs& inputs) {
  CellConstraints constraints;
  if (!options.cone.empty()) {
    constraints.cone = require(io::read_matrix(options.cone));
    const Matrix& cone = constraints.cone;
    if (cone.cols() != dimension) {
      throw Failure(ExitCode::kUsage, "--cone: " + options.cone + ": expected " +
                                          std::to_string(dimension) + " columns as X has" +
                                          (options.problem.bias ? " with the column of ones" : "") +
                                          ", found " + std::to_string(cone.cols()));
    }
    add_input(inputs, "cone", options.cone, {cone.rows(), cone.cols()});
  }
  if (!options.box.empty()) {
    constraints.lower = load_corner(options.box[0], "lower", dimension, inputs);
    constraints.upper = load_corner(options.box[1], "upper", dimension, inputs);
    for (Index j = 0; j < dimension; ++j) {
      if (constraints.lower[j] < constraints.upper[j]) continue;
      throw Failure(ExitCode::kUsage, "--box: entry " + std::to_string(j) +
                                          " (counted from 0): expected lower < upper, found " +
                                          std::to_string(constraints.lower[j]) + " and " +
                                          std::to_string(constraints.upper[j]));
    }
  }
  constraints.signs = parse_prefix(options.prefix, samples);
  return constraints;
}

}  // namespace thalweg::commands
