// All global minima beside one: `optimal_set_bench [ROW] [SEEDS]`. `train` to a gap of 1e-6 and
// `optimal_set`, which trains further, refines, proves and certifies the margin, two threads.
#include <array>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/landscape/optimal_set.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;
using bench::Spec;
using bench::Targets;

constexpr std::array<Spec, 9> kRows{{{1000, 5, Targets::kTeacher, .1},
                                     {1000, 5, Targets::kTeacher, .02},
                                     {200, 3, Targets::kTeacher, .1},
                                     {10000, 3, Targets::kTeacher, .1},
                                     {10000, 3, Targets::kTeacher, .01},
                                     {10000, 4, Targets::kTeacher, .1},
                                     {3000, 5, Targets::kTeacher, .05},
                                     {1000, 4, Targets::kNoise, .1},
                                     {200, 5, Targets::kNoise, .1}}};

void measure(const Spec& spec, std::uint64_t seeds) {
  std::vector<double> training;
  std::vector<double> describing;
  std::vector<double> ratios;
  std::vector<double> margins;
  std::vector<double> widths;
  std::vector<double> slacks;
  std::uint64_t exact = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrainingProblem problem = bench::make_problem(spec, seed);
    TrainingSettings settings;
    settings.threads = 2;
    double before = bench::processor_seconds();
    const TrainingResult trained = train(problem, settings);
    training.push_back(bench::processor_seconds() - before);
    OptimalSetSettings all;
    all.threads = 2;
    before = bench::processor_seconds();
    const OptimalSet set = optimal_set(problem, all);
    describing.push_back(bench::processor_seconds() - before);
    bench::require(set.lower_bound <= trained.objective * (1 + 1e-13) &&
                       trained.lower_bound <= set.optimum * (1 + 1e-13),
                   name(spec) + ": the bounds of train and optimal_set cross");
    ratios.push_back(describing.back() / training.back());
    margins.push_back(set.margin);
    slacks.push_back(set.margin > 0 ? set.margin_upper / set.margin - 1 : 1);
    widths.push_back(static_cast<double>(set.atoms.size()));
    exact += set.level == ClaimLevel::kExact;
  }
  bench::print_row({name(spec), bench::shown(bench::median(training)),
                    bench::shown(bench::median(describing)), bench::shown(bench::median(ratios)),
                    bench::shown(bench::median(widths)), bench::shown(bench::median(margins)),
                    bench::shown(bench::median(slacks)),
                    std::to_string(exact) + "/" + std::to_string(seeds)});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  bench::print_header({"instance", "train, processor s", "optimal_set, processor s", "ratio",
                       "directions", "certified margin", "margin known to", "proved"});
  for (const Spec& spec : kRows) {
    if (choice.wants(name(spec))) measure(spec, choice.seeds);
  }
}
