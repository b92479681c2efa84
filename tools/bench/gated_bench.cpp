// Gated programs over given patterns: solve_gated beside R-FISTA, one thread: `gated_bench [ROW]
// [SEEDS] [PATIENCE]`, PATIENCE processor seconds for the reference (120).
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "gated_instances.hpp"
#include "measure.hpp"
#include "reached.hpp"
#include "references/published_methods.hpp"
#include "repeat.hpp"
#include "thalweg/reformulation/gated_program.hpp"

namespace {

using namespace thalweg;
using bench::GatedInstance;

constexpr double kGap = 1e-8;
constexpr double kLooseGap = 1e-2;
constexpr int kPathLength = 50;
constexpr double kPathEnd = 1e-2;  ///< the last lam of a path

/// What was recorded on a similar machine, in processor seconds; adelie to an (uncertified)
/// suboptimality of 1e-8 and its loose path.
struct Recorded {
  const char* adelie;
  const char* prototype;
  const char* scnn;
  const char* adelie_path;
  const char* prototype_path;
};

struct Row {
  Index samples;
  Index dimension;
  Index directions;
  Recorded recorded;
};

constexpr std::array<Row, 4> kRows{{
    {200, 10, 500, {"0.97", "0.026", "0.9 (2e-7)", "0.042", "0.23"}},
    {500, 20, 500, {"3.5", "0.13", "5.3 (6e-8)", "0.096", "1.7"}},
    {1000, 32, 1000, {"15", "0.79", "13 (3e-8)", "0.38", "9.8"}},
    {2000, 64, 500, {"42", "3.1", "24 (2e-8)", "0.93", "69"}},
}};

/// The real sets, by name.
struct RealRow {
  const char* name;
  Recorded recorded;
};

constexpr std::array<RealRow, 3> kRealRows{{
    {"diabetes", {"9.8", "0.10", "11 (2e-8)", "0.13", "0.87"}},
    {"breast_cancer", {"19", "0.20", "25 (6e-8)", "0.18", "1.9"}},
    {"digits01", {"8.1", "0.066", "11 (2e-7)", "0.14", "0.67"}},
}};

GatedSettings settings_for(double gap) {
  GatedSettings settings;
  settings.solver.relative_gap = gap;
  return settings;
}

/// Recomputes the objective and demands the gap.
void check(const GatedInstance& instance, const TrainingProblem& problem,
           const GatedSolution& solution, double gap) {
  const double objective = gated_objective(problem, instance.patterns, solution);
  bench::require(std::fabs(objective - solution.info.objective) <= 1e-10 * objective,
                 instance.name + ": another objective");
  bench::require(solution.info.relative_gap <= gap, instance.name + ": the gap is not reached");
}

bench::Reached run_fista(const GatedInstance& instance, double lam, double optimum,
                         double patience) {
  const Matrix gates = instance.patterns.transpose();
  const double scale = static_cast<double>(instance.X.rows());
  bench::Reached reached(patience);
  bench::solve_by_fista(instance.X, gates, instance.y, lam, [&](const Matrix&, double objective) {
    return reached.note(objective * scale / optimum - 1);
  });
  return reached;
}

void measure_solve(const GatedInstance& instance, double lam, double patience,
                   const Recorded& recorded) {
  const TrainingProblem problem = instance.problem(lam);
  GatedSolution ours;
  const double seconds = bench::seconds_of_each(
      {[&] { ours = solve_gated(problem, instance.patterns, settings_for(kGap)); }})[0];
  check(instance, problem, ours, kGap);
  // What the reference is measured against, more accurate than its last level.
  GatedSolution tight = solve_gated(problem, instance.patterns, settings_for(1e-10), &ours);
  const bench::Reached fista = run_fista(instance, lam, tight.info.objective, patience);
  const bool first = lam == 1e-2;
  std::vector<std::string> cells{instance.name,
                                 bench::shown(lam),
                                 std::to_string(ours.distinct),
                                 std::string(name(ours.method)),
                                 bench::shown(seconds),
                                 bench::shown(ours.info.relative_gap),
                                 std::to_string(ours.info.steps)};
  for (const std::string& cell : fista.cells()) cells.push_back(cell);
  cells.push_back(fista.ratio(seconds));
  cells.insert(cells.end(), {first ? recorded.prototype : "", first ? recorded.adelie : "",
                             first ? recorded.scnn : ""});
  bench::print_row(cells);
}

/// The smallest lam for which all blocks are zero.
double lam_max(const GatedInstance& instance) {
  const Matrix pulls =
      instance.X.transpose() *
      (instance.patterns.transpose().array().colwise() * instance.y.array()).matrix();
  return pulls.colwise().norm().maxCoeff() / static_cast<double>(instance.X.rows());
}

/// Optima at lam_max .. kPathEnd, each started from the one before, to a certified gap at every
/// lam.
std::int64_t follow_path(const GatedInstance& instance, double gap) {
  const double first = lam_max(instance);
  const TrainingProblem problem = instance.problem(first);
  std::vector<double> betas;
  for (int k = 0; k < kPathLength; ++k) {
    betas.push_back(problem.beta() * std::pow(kPathEnd / first, k / (kPathLength - 1.0)));
  }
  std::int64_t steps = 0;
  gated_path(problem, instance.patterns, betas, settings_for(gap),
             [&](double, const GatedSolution& solution) {
               bench::require(solution.info.relative_gap <= gap,
                              instance.name + ": the gap is not reached");
               steps += solution.info.steps;
               return true;
             });
  return steps;
}

void measure_path(const GatedInstance& instance, const Recorded& recorded) {
  std::int64_t loose = 0;
  std::int64_t tight = 0;
  const std::vector<double> seconds =
      bench::seconds_of_each({[&] { loose = follow_path(instance, kLooseGap); },
                              [&] { tight = follow_path(instance, kGap); }});
  bench::print_row({instance.name, bench::shown(seconds[0]), std::to_string(loose),
                    recorded.adelie_path, bench::shown(seconds[1]), std::to_string(tight),
                    recorded.prototype_path});
}

using Task = std::function<void(const GatedInstance&, const Recorded&)>;

/// The wanted instances: planted ones of all seeds and, where scikit-learn is installed, real ones.
void for_each_instance(const bench::Choice& choice, std::uint64_t seeds, const Task& task) {
  for (const Row& row : kRows) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      if (!choice.wants(bench::planted_name(row.samples, row.dimension, row.directions))) continue;
      task(bench::planted_instance(row.samples, row.dimension, row.directions, seed), row.recorded);
    }
  }
  for (const GatedInstance& instance : bench::real_instances(500, 1)) {
    for (const RealRow& row : kRealRows) {
      if (instance.name.find(row.name) != 0 || !choice.wants(instance.name)) continue;
      task(instance, row.recorded);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const std::uint64_t seeds = argc > 2 ? choice.seeds : 1;
  const double patience = argc > 3 ? std::atof(argv[3]) : 120;
  bench::print_header({"instance", "lam", "patterns", "method", "solve_gated, s", "relative gap",
                       "steps", "R-FISTA to 1e-3, s", "1e-6", "1e-8", "R-FISTA / ours",
                       "recorded prototype, s", "recorded adelie, s", "recorded scnn, s"});
  for (const double lam : {1e-2, 1e-3}) {
    for_each_instance(choice, seeds, [&](const GatedInstance& instance, const Recorded& recorded) {
      measure_solve(instance, lam, patience, recorded);
    });
  }
  bench::print_header({"path", "gap 1e-2, s", "steps", "recorded adelie (gap 6e-2 .. 2e-1), s",
                       "gap 1e-8, s", "steps", "recorded prototype (gap 1e-8), s"});
  for_each_instance(choice, seeds, measure_path);
}
