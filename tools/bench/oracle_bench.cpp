// The dual oracle on trained duals, to relative gaps of 1e-3 and 1e-6: `oracle_bench [ROW]
// [SEEDS]`.
#include <array>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;
using bench::Spec;
using bench::Targets;

constexpr double kPatience = 120;  ///< seconds that training or one answer may take

struct Row {
  Spec spec;
  const char* recorded_coarse;  ///< seconds (nodes) of the prototype's tree at 1e-3
  const char* recorded_fine;    ///< at 1e-6
};

constexpr std::array<Row, 10> kRows{{
    {{100000, 3, Targets::kTeacher, .1}, "0.12 (290)", "0.13 (1.1k)"},
    {{10000, 3, Targets::kTeacher, .01}, "0.04 (2.2k)", "0.05 (4.5k)"},
    {{10000, 4, Targets::kTeacher, .1}, "0.08 (2.5k)", "0.13 (10.9k)"},
    {{1000, 4, Targets::kNoise, .1}, "0.78 (57k)", "0.83 (60k)"},
    {{1000, 5, Targets::kTeacher, .1}, "0.17 (14.5k)", "0.31 (27k)"},
    {{1000, 5, Targets::kTeacher, .02}, "1.6 (124k)", "1.9 (149k)"},
    {{3000, 5, Targets::kTeacher, .05}, "0.62 (50k)", "1.1 (126k)"},
    {{200, 5, Targets::kNoise, .1}, "4.1 (321k)", "4.2 (327k)"},
    {{1000, 6, Targets::kTeacher, .1}, "4.4 (568k)", "6.9 (899k)"},
    {{500, 8, Targets::kTeacher, .5}, "0.42 (46k)", "1.0 (127k)"},
}};

/// Medians of one column of the table.
struct Column {
  double gap;
  int threads;
  std::vector<double> seconds{};
  std::vector<double> nodes{};
  int open = 0;

  void run(const DualOracle& oracle, const Vector& nu) {
    DualNormSettings settings;
    settings.relative_gap = gap;
    settings.threads = threads;
    settings.control.deadline = Deadline::after(kPatience);
    const DualNormResult result = oracle.maximise(nu, settings);
    bench::require(result.lower <= result.upper, "the bounds cross");
    seconds.push_back(result.seconds);
    nodes.push_back(static_cast<double>(result.nodes));
    open += result.status != DualNormStatus::kClosed;
  }

  [[nodiscard]] std::string cell() const {
    return bench::shown(bench::median(seconds)) + " (" + bench::shown(bench::median(nodes)) + ")" +
           (open > 0 ? ", " + std::to_string(open) + " open" : "");
  }
};

void measure(const Row& row, std::uint64_t seeds) {
  std::array<Column, 4> columns{{{1e-3, 1}, {1e-6, 1}, {1e-3, 2}, {1e-6, 2}}};
  std::vector<double> climbing;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrainingProblem problem = bench::make_problem(row.spec, seed);
    TrainingSettings training;
    training.relative_gap = 1e-6;
    training.threads = 2;
    training.control.deadline = Deadline::after(kPatience);
    const Vector nu = train(problem, training).dual;
    const DualOracle oracle(problem.X());
    const Stopwatch watch;
    static_cast<void>(oracle.climb(nu, 0, 8, 0));
    climbing.push_back(watch.seconds());
    for (Column& column : columns) column.run(oracle, nu);
  }
  bench::print_row({name(row.spec), row.recorded_coarse, columns[0].cell(), columns[2].cell(),
                    row.recorded_fine, columns[1].cell(), columns[3].cell(),
                    bench::shown(bench::median(climbing))});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  bench::print_header({"instance", "1e-3, recorded tree", "1e-3, 1 thread", "1e-3, 2 threads",
                       "1e-6, recorded tree", "1e-6, 1 thread", "1e-6, 2 threads",
                       "of it climbing, 1 thread"});
  for (const Row& row : kRows) {
    if (choice.wants(name(row.spec))) measure(row, choice.seeds);
  }
}
