// The cone-constrained program over given patterns beside scnn's augmented Lagrangian method and
// ECOS: `restricted_bench [ROW] [SEEDS] [PATIENCE]`, PATIENCE seconds for the references (60).
#include <array>
#include <cmath>
#include <cstdlib>

#include "gated_instances.hpp"
#include "measure.hpp"
#include "outside_programs.hpp"
#include "raw_files.hpp"
#include "reached.hpp"
#include "references/published_methods.hpp"
#include "repeat.hpp"
#include "scratch_folder.hpp"
#include "thalweg/convex/restricted_program.hpp"

namespace {

using namespace thalweg;
using bench::GatedInstance;

constexpr double kGap = 1e-9;
constexpr double kLam = 1e-2;
constexpr double kInnerTolerance = 1e-10;  ///< of the augmented Lagrangian, as recorded for scnn
constexpr int kLookEvery = 10;             ///< its steps between two looks
constexpr Index kLargestConic = 25'000;    ///< walls of the programs given to ECOS

struct Row {
  Index samples;
  Index dimension;
  Index directions;
  const char* scnn;    ///< recorded seconds (error)
  const char* adelie;  ///< recorded seconds (error)
};

constexpr std::array<Row, 4> kRows{{
    {50, 2, 50, "20 (7e-6)", "0.24 (2e-9)"},
    {50, 5, 200, "34 (3e-4)", "0.63 (6e-9, infeasible by 8e-8)"},
    {100, 10, 100, "15 (4e-4)", "0.63 (6e-7, infeasible by 1e-5); tighter fails"},
    {200, 10, 500, "> 71, infeasible", "5.0 (unknown, infeasible by 5e-6)"},
}};

/// The largest violation of (2 D - 1) X w >= 0 over the columns w of W (d x k), relative to the
/// largest |x_i^T w| of all. gates (n x k), 1 where active, else 0.
double violation(const Matrix& X, const Matrix& gates, const Matrix& W) {
  const Matrix products = X * W;
  const double size = products.cwiseAbs().maxCoeff();
  const double least = (2 * gates.array() - 1).cwiseProduct(products.array()).minCoeff();
  return size > 0 ? std::fmax(0, -least) / size : 0;
}

double violation(const GatedInstance& instance, const RestrictedSolution& solution) {
  std::vector<const RestrictedBlock*> used;
  for (const RestrictedBlock& block : solution.blocks) {
    if (block.w.size() > 0) used.push_back(&block);
  }
  const auto count = static_cast<Index>(used.size());
  Matrix gates(instance.X.rows(), count);
  Matrix W(instance.X.cols(), count);
  for (Index k = 0; k < count; ++k) {
    const RestrictedBlock& block = *used[static_cast<std::size_t>(k)];
    gates.col(k) = instance.patterns.row(block.cell);
    W.col(k) = block.w;
  }
  return count > 0 ? violation(instance.X, gates, W) : 0;
}

/// The augmented Lagrangian until it is within 1e-8 in objective (either side: it is not feasible)
/// and in the violation of every cone.
bench::Reached run_reference(const GatedInstance& instance, double optimum, double patience) {
  const Matrix gates = instance.patterns.transpose();
  const Index P = gates.cols();
  Matrix both(gates.rows(), 2 * P);
  both << gates, gates;
  const double lam_scale = static_cast<double>(instance.X.rows());
  bench::Reached reached(patience);
  int steps = 0;
  bench::solve_by_augmented_lagrangian(
      instance.X, gates, instance.y, kLam, kInnerTolerance, [&](const Matrix& W) {
        if (++steps % kLookEvery != 0) return true;
        reached.pause();
        const Matrix products = instance.X * W;
        const Matrix difference = products.leftCols(P) - products.rightCols(P);
        const Vector fit = difference.cwiseProduct(gates).rowwise().sum();
        const double objective =
            0.5 * (fit - instance.y).squaredNorm() + kLam * lam_scale * W.colwise().norm().sum();
        const double worst = violation(instance.X, both, W);
        reached.resume();
        return reached.note(std::fmax(std::fabs(objective / optimum - 1), worst));
      });
  return reached;
}

std::string run_ecos(const GatedInstance& instance, const TrainingProblem& problem,
                     const RestrictedSolution& ours, double patience) {
  const Index walls = 2 * instance.patterns.rows() * instance.X.rows();
  const auto rscript = bench::rscript_with("ECOSolveR");
  if (!rscript || walls > kLargestConic) return "";
  const bench::ScratchFolder folder;
  bench::write_raw(folder.path(), "X", problem.X());
  bench::write_raw(folder.path(), "y", problem.y());
  bench::write_raw(folder.path(), "beta", Matrix::Constant(1, 1, problem.beta()));
  bench::write_raw(folder.path(), "patterns", instance.patterns);
  const auto results =
      bench::run_script(*rscript, "complete_program_ecos.R", folder.path(), "", patience);
  if (results.empty()) return "> " + bench::shown(patience);
  const double above = results.front().objective / ours.info.objective - 1;
  bench::require(results.front().objective >= ours.info.lower_bound * (1 - 1e-7),
                 "ECOS ends below the certified bound");
  return bench::shown(results.front().seconds) + " (" + bench::shown(above) + ")";
}

void measure(const Row& row, std::uint64_t seed, double patience) {
  const GatedInstance instance =
      bench::planted_instance(row.samples, row.dimension, row.directions, seed);
  const TrainingProblem problem = instance.problem(kLam);
  SolverSettings settings;
  settings.relative_gap = kGap;
  RestrictedSolution ours;
  const double seconds = bench::seconds_of_each(
      {[&] { ours = restricted_program(problem, instance.patterns, settings); }})[0];
  bench::require(ours.info.lower_bound <= ours.info.objective * (1 + 1e-12),
                 instance.name + ": the bound exceeds the objective");
  const double worst = violation(instance, ours);
  bench::require(worst <= 1e-12, instance.name + ": not feasible");
  std::vector<std::string> cells{instance.name,
                                 std::to_string(seed),
                                 std::to_string(instance.patterns.rows()),
                                 bench::shown(seconds),
                                 bench::shown(ours.info.relative_gap),
                                 bench::shown(worst),
                                 std::to_string(ours.info.steps)};
  if (ours.info.relative_gap <= kGap) {
    const bench::Reached reference = run_reference(instance, ours.info.objective, patience);
    for (const std::string& cell : reference.cells()) cells.push_back(cell);
    cells.push_back(reference.ratio(seconds));
  } else {
    cells.insert(cells.end(), 4, "optimum unknown");
  }
  cells.insert(cells.end(), {run_ecos(instance, problem, ours, patience), row.adelie, row.scnn});
  bench::print_row(cells);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const std::uint64_t seeds = argc > 2 ? choice.seeds : 1;
  const double patience = argc > 3 ? std::atof(argv[3]) : 60;
  bench::print_header({"instance", "seed", "patterns", "restricted_program, s", "relative gap",
                       "violation", "steps", "AL to 1e-3, s", "1e-6", "1e-8", "AL / ours",
                       "ECOS, s (above)", "recorded adelie", "recorded scnn"});
  for (const Row& row : kRows) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const std::string name = bench::planted_name(row.samples, row.dimension, row.directions);
      if (choice.wants(name)) measure(row, seed, patience);
    }
  }
}
