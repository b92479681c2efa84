// Architectures beyond two fully connected layers: training by column generation beside the
// complete program over all pieces, by Thalweg and by conic solvers; then convolutions on images of
// digits. `architecture_bench [ROW] [SEEDS] [PATIENCE]`: what takes more than PATIENCE processor
// seconds (default 120) is given up; digits get five times as many. Seeds are not used.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "architecture_instances.hpp"
#include "complete_pieces.hpp"
#include "measure.hpp"
#include "outside_programs.hpp"
#include "scratch_folder.hpp"
#include "thalweg/oracle/branch_oracle.hpp"
#include "thalweg/training/branch_training.hpp"

namespace {

using namespace thalweg;

constexpr double kGap = 1e-6;
constexpr double kProgramGap = 1e-9;  ///< of the complete program, as of the conic solvers
constexpr double kShare = 0.1;        ///< beta over beta_max
constexpr double kDigitsTimes = 5;    ///< patience for digits
constexpr std::uint64_t kMostPatterns = 20'000;  ///< of a form, for complete programs
constexpr std::size_t kEcosBlocks = 20'000;      ///< of the programs given to ECOS
constexpr std::size_t kCvxoptBlocks = 500;       ///< to CVXOPT, whose matrices are dense
constexpr std::uint64_t kSeed = 1;

const std::vector<std::string> kColumns{"instance",
                                        "train, s",
                                        "relative gap",
                                        "branches",
                                        "peak memory so far, MiB",
                                        "blocks",
                                        "listing, s",
                                        "complete program, s",
                                        "its gap",
                                        "bounding its dual, s",
                                        "peak memory so far, MiB",
                                        "ECOS, s (above)",
                                        "CVXOPT, s (above)"};

struct Row {
  std::string name;
  BranchProblem problem;
};

std::string text_of(const char* format, auto... values) {
  char text[128];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// The fixture of 512 blocks.
std::vector<Row> fixture_rows() {
  std::vector<Row> rows;
  for (const BranchCost cost : {BranchCost::kConstrained, BranchCost::kPath}) {
    const char* norm = cost == BranchCost::kPath ? "F" : "21";
    rows.push_back({text_of("512 blocks, %s, (1,-1,1,-1,1)", norm),
                    bench::line_problem(cost, Vector{{1.0, -1.0, 1.0, -1.0, 1.0}})});
    rows.push_back({text_of("512 blocks, %s, (0,1,1,1,0)", norm),
                    bench::line_problem(cost, Vector{{0.0, 1.0, 1.0, 1.0, 0.0}})});
    rows.push_back({text_of("512 blocks, %s, (0,0,1,0,0)", norm),
                    bench::line_problem(cost, Vector{{0.0, 0.0, 1.0, 0.0, 0.0}})});
  }
  return rows;
}

void add_trees(std::vector<Row>& rows) {
  for (const auto& [n, d] : std::vector<std::pair<Index, Index>>{
           {5, 2}, {6, 2}, {8, 2}, {10, 2}, {12, 2}, {5, 3}, {6, 3}, {8, 3}}) {
    rows.push_back({text_of("three layers, 21, n %td d %td", n, d),
                    bench::planted_trees(n, d, {2}, BranchCost::kConstrained, kShare, kSeed)});
  }
  for (const auto& [n, d] : std::vector<std::pair<Index, Index>>{{5, 2}, {8, 2}, {12, 2}, {8, 3}}) {
    rows.push_back({text_of("three layers, F, n %td d %td", n, d),
                    bench::planted_trees(n, d, {2}, BranchCost::kPath, kShare, kSeed)});
  }
  for (const auto& [n, d] : std::vector<std::pair<Index, Index>>{{4, 2}, {5, 2}, {6, 2}}) {
    rows.push_back({text_of("four layers, F, n %td d %td", n, d),
                    bench::planted_trees(n, d, {2, 2}, BranchCost::kPath, kShare, kSeed)});
  }
}

void add_signals(std::vector<Row>& rows) {
  struct Size {
    Index n, patches, h;
  };
  for (const Pooling pooling : {Pooling::kSum, Pooling::kMax}) {
    for (const Size& size : {Size{10, 5, 3}, Size{20, 10, 3}, Size{50, 10, 3}, Size{200, 20, 3},
                             Size{20, 10, 4}, Size{100, 10, 4}, Size{50, 10, 5}}) {
      rows.push_back(
          {text_of("signals, %s, n %td K %td h %td", pooling == Pooling::kSum ? "sum" : "maximum",
                   size.n, size.patches, size.h),
           bench::planted_signals(size.n, size.patches, size.h, pooling, kShare, kSeed)});
    }
  }
}

/// A value with the processor seconds it took.
template <class Work>
auto timed(double& seconds, const Work& work) {
  const double before = bench::processor_seconds();
  auto result = work();
  seconds = bench::processor_seconds() - before;
  return result;
}

RunControl within(double seconds) {
  RunControl control;
  control.deadline = Deadline::after(seconds);
  return control;
}

/// Upper bound of |nu^T f(w)| over all forms by branch and bound.
double dual_norm(const BranchProblem& problem, const Vector& nu, double patience) {
  BranchNormSettings settings;
  settings.relative_gap = kGap / 4;
  settings.threshold = problem.beta() * (1 + kGap / 4);
  settings.control = within(patience);
  double upper = 0;
  for (const BranchForm& form : problem.forms()) {
    upper = std::fmax(upper, BranchOracle(form).maximise(nu, settings).upper);
  }
  return upper;
}

class Peers {
 public:
  explicit Peers(double patience)
      : patience_(patience),
        rscript_(bench::rscript_with("ECOSolveR")),
        python_(bench::python_with("cvxopt")) {}

  /// Seconds and how far the objective lies above ours; a peer far below the bound shows that
  /// somebody is wrong. Empty when it is not installed, "-" when it has not answered.
  [[nodiscard]] std::vector<std::string> columns(const BranchProblem& problem,
                                                 const std::vector<Piece>& pieces,
                                                 const BranchTrainingResult& ours) const {
    if (pieces.size() > kEcosBlocks) return {"", ""};
    const bench::ScratchFolder folder;
    bench::write_program(folder.path(), problem, pieces);
    const std::string ecos = shown(rscript_, "architecture_program_ecos.R", folder.path(), ours);
    if (pieces.size() > kCvxoptBlocks) return {ecos, ""};
    return {ecos, shown(python_, "architecture_program_cvxopt.py", folder.path(), ours)};
  }

 private:
  [[nodiscard]] std::string shown(const std::optional<std::string>& interpreter, const char* script,
                                  const std::filesystem::path& folder,
                                  const BranchTrainingResult& ours) const {
    if (!interpreter) return "";
    const auto results = bench::run_script(*interpreter, script, folder, "", patience_);
    if (results.empty()) return "-";
    const bench::OutsideResult& result = results.front();
    bench::require(result.objective >= ours.lower_bound * (1 - 1e-6),
                   result.method + " ends below the certified bound");
    return bench::shown(result.seconds) + " (" +
           bench::shown(result.objective / ours.objective - 1) + ")";
  }

  double patience_;
  std::optional<std::string> rscript_;
  std::optional<std::string> python_;
};

BranchTrainingResult train_within(const BranchProblem& problem, double gap, double patience) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  settings.control = within(patience);
  BranchTrainingResult result = train_branches(problem, settings);
  bench::require(result.lower_bound <= result.objective * (1 + 1e-12),
                 "the bound exceeds the objective");
  return result;
}

/// The complete program's columns, fewer of them where it is given up.
std::vector<std::string> complete_columns(const Row& row, const BranchTrainingResult& ours,
                                          double patience, const Peers& peers) {
  const BranchProblem& problem = row.problem;
  double listing = 0;
  const bench::CompletePieces all =
      timed(listing, [&] { return bench::list_pieces(problem, kMostPatterns, within(patience)); });
  if (!all.complete) return {"given up"};
  std::vector<std::string> cells{std::to_string(all.pieces.size()), bench::shown(listing)};
  SolverSettings solver;
  solver.relative_gap = kProgramGap;
  solver.control = within(patience);
  double solving = 0;
  const PieceSolution whole = timed(
      solving, [&] { return solve_pieces(problem.forms(), all.pieces, problem.affine(), solver); });
  if (whole.info.status == SolverStatus::kStopped) {
    cells.push_back("> " + bench::shown(solving));
    return cells;
  }
  double proving = 0;
  const double norm = timed(proving, [&] { return dual_norm(problem, whole.dual, patience); });
  for (const double lower : {problem.lower_bound(whole.dual, norm), whole.lower_bound}) {
    bench::require(
        lower <= ours.objective * (1 + 1e-9) && ours.lower_bound <= whole.objective * (1 + 1e-9),
        row.name + ": the bounds of two programs cross");
  }
  cells.insert(cells.end(),
               {bench::shown(solving), bench::shown(1 - whole.lower_bound / whole.objective),
                bench::shown(proving), bench::shown(bench::peak_memory())});
  for (const std::string& cell : peers.columns(problem, all.pieces, ours)) cells.push_back(cell);
  return cells;
}

void measure(const Row& row, double patience, const Peers& peers) {
  double training = 0;
  const BranchTrainingResult ours =
      timed(training, [&] { return train_within(row.problem, kGap, patience); });
  std::vector<std::string> cells{row.name, bench::shown(training), bench::shown(ours.relative_gap),
                                 std::to_string(ours.network.branches()),
                                 bench::shown(bench::peak_memory())};
  for (const std::string& cell : complete_columns(row, ours, patience, peers)) {
    cells.push_back(cell);
  }
  cells.resize(kColumns.size());
  bench::print_row(cells);
}

struct DigitRow {
  bench::DigitTask task;
  Index samples;
  bench::Filters filters;
  double share;
};

constexpr std::array<DigitRow, 17> kDigitRows{{
    {bench::DigitTask::kZero, 100, {3, 3}, 0.2},
    {bench::DigitTask::kZero, 300, {3, 3}, 0.5},
    {bench::DigitTask::kZero, 300, {3, 3}, 0.3},
    {bench::DigitTask::kZero, 300, {3, 3}, 0.1},
    {bench::DigitTask::kZero, 300, {3, 2}, 0.1},
    {bench::DigitTask::kZero, 300, {3, 1}, 0.5},
    {bench::DigitTask::kZero, 300, {3, 1}, 0.2},
    {bench::DigitTask::kValue, 300, {3, 3}, 0.2},
    {bench::DigitTask::kValue, 300, {3, 3}, 0.1},
    {bench::DigitTask::kValue, 300, {3, 2}, 0.2},
    {bench::DigitTask::kZeroOrOne, 100, {3, 3}, 0.5},
    {bench::DigitTask::kZeroOrOne, 300, {3, 3}, 0.7},
    {bench::DigitTask::kZeroOrOne, 300, {3, 3}, 0.5},
    {bench::DigitTask::kZeroOrOne, 100, {3, 2}, 0.5},
    {bench::DigitTask::kZeroOrOne, 300, {2, 2}, 0.1},
    {bench::DigitTask::kZeroOrOne, 300, {2, 2}, 0.02},
    {bench::DigitTask::kZeroOrOne, 300, {2, 1}, 0.1},
}};

std::string name(const DigitRow& row) {
  return text_of("%s, %td digits, filters %td x %td, stride %td, bf %g",
                 bench::name(row.task).c_str(), row.samples, row.filters.size, row.filters.size,
                 row.filters.stride, row.share);
}

/// Both gaps, the finer one only where the other is reached.
void measure(const bench::Digits& digits, const DigitRow& row, double patience) {
  const BranchProblem problem =
      bench::digit_problem(digits, row.task, row.samples, row.filters, row.share);
  for (const double gap : {1e-4, kGap}) {
    double seconds = 0;
    const BranchTrainingResult result =
        timed(seconds, [&] { return train_within(problem, gap, patience); });
    bench::print_row({name(row), bench::shown(gap), bench::shown(seconds),
                      bench::shown(result.relative_gap), std::to_string(result.network.branches()),
                      text_of("%.8g", result.objective), text_of("%.8g", result.lower_bound),
                      std::to_string(result.rounds), std::to_string(result.nodes),
                      bench::shown(bench::peak_memory())});
    if (!(result.relative_gap <= gap)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const double patience = argc > 3 ? std::atof(argv[3]) : 120;
  const Peers peers(patience);
  bench::print_header(kColumns);
  std::vector<Row> rows = fixture_rows();
  add_trees(rows);
  add_signals(rows);
  for (const Row& row : rows) {
    if (choice.wants(row.name)) measure(row, patience, peers);
  }
  const auto digits = bench::load_digits();
  if (!digits) return 0;
  bench::print_header({"digits", "gap asked for", "train, s", "relative gap", "filters",
                       "objective", "lower bound", "rounds", "nodes", "peak memory so far, MiB"});
  for (const DigitRow& row : kDigitRows) {
    if (choice.wants(name(row))) measure(*digits, row, kDigitsTimes * patience);
  }
}
