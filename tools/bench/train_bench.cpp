// Training to a certified relative gap of 1e-6, two threads: `train_bench [ROW] [SEEDS]
// [PATIENCE]`. A run ends after PATIENCE seconds (default 300) with the gap that it reached. The
// last rows are those that no prototype could certify: seed 1 unless SEEDS are given.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;
using bench::Spec;
using bench::Targets;

constexpr double kGap = 1e-6;
constexpr double kPatience = 300;  ///< seconds a run may take, unless told otherwise

struct Row {
  Spec spec;
  const char* recorded;  ///< seconds of the prototype, one thread, one seed
  bool open = false;     ///< whether the prototype could not certify it
};

constexpr std::array<Row, 18> kRows{{
    {{200, 3, Targets::kTeacher, .1}, "0.03"},
    {{1000, 5, Targets::kTeacher, .1}, "1.4"},
    {{1000, 5, Targets::kTeacher, .02}, "5.4"},
    {{10000, 3, Targets::kTeacher, .1}, "1.2"},
    {{10000, 3, Targets::kTeacher, .01}, "5.2"},
    {{100000, 3, Targets::kTeacher, .1}, "15.7"},
    {{10000, 4, Targets::kTeacher, .1}, "1.9"},
    {{3000, 5, Targets::kTeacher, .05}, "5.4"},
    {{500, 4, Targets::kNoise, .1}, "0.5"},
    {{1000, 4, Targets::kNoise, .1}, "2.6"},
    {{200, 5, Targets::kNoise, .1}, "12.1"},
    {{1000, 6, Targets::kTeacher, .1}, "25.5"},
    {{500, 8, Targets::kTeacher, .5}, "1.05"},
    {{200, 8, Targets::kTeacher, .7}, "10.6"},
    {{200, 10, Targets::kTeacher, .7}, "22.8"},
    {{200, 8, Targets::kTeacher, .3}, "not certified", true},
    {{300, 6, Targets::kNoise, .1}, "not certified", true},
    {{200, 10, Targets::kTeacher, .5}, "not certified", true},
}};

void measure(const Row& row, std::uint64_t seeds, double patience) {
  std::vector<double> seconds;
  std::vector<double> processor;
  std::vector<double> rounds;
  std::vector<double> widths;
  std::vector<double> gaps;
  std::uint64_t open = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrainingProblem problem = bench::make_problem(row.spec, seed);
    TrainingSettings settings;
    settings.relative_gap = kGap;
    settings.threads = 2;
    settings.control.deadline = Deadline::after(patience);
    const double before = bench::processor_seconds();
    const TrainingResult result = train(problem, settings);
    processor.push_back(bench::processor_seconds() - before);
    bench::require(result.lower_bound <= result.objective * (1 + 1e-12),
                   name(row.spec) + ": the bound exceeds the objective");
    seconds.push_back(result.seconds);
    rounds.push_back(static_cast<double>(result.rounds));
    widths.push_back(static_cast<double>(result.network.width()));
    gaps.push_back(result.relative_gap);
    open += result.relative_gap > kGap;
  }
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  bench::print_row({name(row.spec), row.recorded, bench::shown(bench::median(seconds)),
                    bench::shown(*least) + " .. " + bench::shown(*most),
                    bench::shown(bench::median(processor)),
                    std::to_string(seeds - open) + "/" + std::to_string(seeds),
                    bench::shown(bench::median(gaps)), bench::shown(bench::median(rounds)),
                    bench::shown(bench::median(widths)), bench::shown(bench::peak_memory())});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const double patience = argc > 3 ? std::atof(argv[3]) : kPatience;
  bench::print_header({"instance", "recorded prototype, s", "median, s", "range, s", "processor, s",
                       "gap 1e-6 reached", "median gap", "rounds", "neurons",
                       "peak memory so far, MiB"});
  for (const Row& row : kRows) {
    const std::uint64_t seeds = row.open && argc <= 2 ? 1 : choice.seeds;
    if (choice.wants(name(row.spec))) measure(row, seeds, patience);
  }
}
