// The figures of docs/gallery.md: certified optima over all widths beside PyTorch's runs from many
// random starts at growing widths. `architecture_gallery FOLDER [ROW] [STARTS]` writes
// FOLDER/NAME.svg (all numbers; gallery_figure draws them) and prints a table; it fails when a run
// ends below a certified lower bound.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>

#include "architecture_instances.hpp"
#include "measure.hpp"
#include "outside_programs.hpp"
#include "raw_files.hpp"
#include "scratch_folder.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/training/branch_training.hpp"

namespace {

using namespace thalweg;

constexpr double kGap = 1e-7;
constexpr const char* kWidths = "1,2,4,8,16,32";
constexpr const char* kSteps = "3000 1500";  ///< of Adam and of L-BFGS
constexpr double kSeconds = 3600;            ///< processor time for the runs of one figure
/// Rounding of an objective that is evaluated in doubles.
constexpr double kRounding = 1e-12;

std::string digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.8g", value);
  return text;
}

struct Row {
  const char* file;
  const char* script;  ///< the architecture's word in the script
  const char* title;
  const char* branches;
  BranchProblem problem;
};

/// Objectives that training from random starts ends with, at one number of branches.
struct WidthRuns {
  Index width = 0;
  std::vector<double> objectives;
};

/// The patches of convolutions, the data of other networks.
Matrix inputs_of(const BranchProblem& problem) {
  const auto* cnn = dynamic_cast<const ConvolutionalNetwork*>(&problem.architecture());
  return cnn != nullptr ? cnn->patches().stacked(problem.X()) : problem.X();
}

std::vector<WidthRuns> descend(const Row& row, const std::string& python, int starts) {
  const bench::ScratchFolder folder;
  bench::write_raw(folder.path(), "X", inputs_of(row.problem));
  bench::write_raw(folder.path(), "y", row.problem.targets());
  bench::write_raw(folder.path(), "beta", Matrix::Constant(1, 1, row.problem.beta()));
  const std::string arguments =
      std::string(row.script) + ' ' + kWidths + ' ' + std::to_string(starts) + ' ' + kSteps;
  std::vector<WidthRuns> runs;
  for (const bench::OutsideResult& result : bench::run_script(
           python, "architecture_gradient_torch.py", folder.path(), arguments, kSeconds)) {
    const Index width = std::atoi(result.method.c_str());
    if (runs.empty() || runs.back().width != width) runs.push_back({width, {}});
    runs.back().objectives.push_back(result.objective);
  }
  return runs;
}

/// What gallery_figure draws.
void write_figure(const std::filesystem::path& file, const Row& row,
                  const BranchTrainingResult& ours, const std::vector<WidthRuns>& all) {
  std::ofstream text(file);
  text << std::setprecision(17) << "title " << row.title << "\nbranches " << row.branches
       << "\nobjective " << ours.objective << "\nlower_bound " << ours.lower_bound << "\nwidth "
       << ours.network.branches() << '\n';
  for (const WidthRuns& runs : all) {
    for (const double objective : runs.objectives) {
      text << "run " << runs.width << ' ' << objective << '\n';
    }
  }
  bench::require(text.good(), "cannot write " + file.string());
}

void measure(const Row& row, const std::string& python, int starts,
             const std::filesystem::path& folder) {
  TrainingSettings settings;
  settings.relative_gap = kGap;
  const BranchTrainingResult ours = train_branches(row.problem, settings);
  const std::string file = row.file;
  bench::require(ours.relative_gap <= kGap, file + ": the gap is not reached");
  const std::vector<WidthRuns> all = descend(row, python, starts);
  bench::require(!all.empty(), file + ": no run ended in time");
  std::vector<std::string> cells{file, digits(ours.lower_bound), digits(ours.objective),
                                 std::to_string(ours.network.branches()),
                                 bench::shown(ours.seconds)};
  for (const WidthRuns& runs : all) {
    const double lowest = *std::min_element(runs.objectives.begin(), runs.objectives.end());
    bench::require(lowest >= ours.lower_bound * (1 - kRounding),
                   file + ": a run ends below the lower bound");
    cells.push_back(digits(lowest) + " (" + digits(bench::median(runs.objectives)) + ")");
  }
  bench::print_row(cells);
  write_figure(folder / (file + ".txt"), row, ours, all);
}

std::vector<Row> make_rows() {
  const Vector zigzag{{1.0, -1.0, 1.0, -1.0, 1.0}};
  std::vector<Row> rows{{"convolution", "cnn", "Convolutional network on four signals, sum pooling",
                         "filters", bench::small_signals()},
                        {"three-layer", "three-layer",
                         "Three-layer networks on five samples, first layers of norm at most 1",
                         "branches", bench::line_problem(BranchCost::kConstrained, zigzag)},
                        {"path", "path", "Path-regularised three-layer networks on five samples",
                         "branches", bench::line_problem(BranchCost::kPath, zigzag)}};
  if (const auto images = bench::load_digits()) {
    rows.push_back(
        {"digits", "cnn", "Convolutional network on 100 images of digits, 0 against 1, sum pooling",
         "filters", bench::digit_problem(*images, bench::DigitTask::kZeroOrOne, 100, {2, 2}, 0.1)});
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  bench::require(argc > 1, "architecture_gallery FOLDER [ROW] [STARTS]");
  const std::string chosen = argc > 2 ? argv[2] : "";
  const int starts = argc > 3 ? std::atoi(argv[3]) : 16;
  const auto python = bench::python_with("torch");
  bench::require(python.has_value(), "PyTorch is not installed (Debian: python3-torch)");
  bench::print_header({"figure", "lower bound", "certified network", "its branches", "s",
                       "1 branch: lowest (median)", "2", "4", "8", "16", "32"});
  for (const Row& row : make_rows()) {
    if (std::string(row.file).find(chosen) != std::string::npos) {
      measure(row, *python, starts, argv[1]);
    }
  }
}
