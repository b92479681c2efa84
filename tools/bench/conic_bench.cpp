// The complete program of small instances: `train` beside conic solvers that list all cells and
// beside PyTorch. `conic_bench [ROW] [SEEDS] [PATIENCE]`: peers whose recorded time exceeds
// PATIENCE seconds (default 120) are not run.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "instances.hpp"
#include "measure.hpp"
#include "outside_programs.hpp"
#include "raw_files.hpp"
#include "scratch_folder.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;

constexpr double kGap = 1e-9;
constexpr double kShare = 0.05;  ///< beta over beta_max
constexpr int kNeurons = 3;
constexpr double kNoise = 0.1;
constexpr int kWidth = 200;           ///< of PyTorch's networks
constexpr double kTorchSeconds = 10;  ///< for each of its methods
constexpr double kStartSeconds = 30;  ///< that a peer may take to start and to read
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Row {
  Index samples;
  Index dimension;
  double ecos;      ///< recorded seconds
  double clarabel;  ///< recorded seconds
  double cvxopt;    ///< recorded seconds
};

constexpr std::array<Row, 7> kRows{{
    {10, 3, 0.014, 0.012, 1.2},
    {20, 3, 0.17, 0.15, kUnknown},
    {40, 3, 2.6, 1.7, kUnknown},
    {60, 3, 14, 8.9, kUnknown},
    {80, 3, 106, 39, kUnknown},
    {120, 3, kUnknown, 157, kUnknown},
    {400, 2, 15.5, 9.7, kUnknown},
}};

std::string name(const Row& row) {
  char text[64];
  std::snprintf(text, sizeof text, "(%td,%td)", row.samples, row.dimension);
  return text;
}

TrainingProblem problem_of(const Row& row, std::uint64_t seed) {
  Random random(seed);
  const Matrix X = bench::gaussian_samples(row.samples, row.dimension, random);
  const Vector y = bench::planted_targets(X, kNeurons, kNoise, random);
  return {X, y, kShare * bench::climbed_beta_max(X, y), Loss::squared()};
}

/// All activation patterns, (p x n) of 0 and 1, both signs.
Matrix patterns_of(const Matrix& X) {
  const CellList cells = list_cells(HyperplaneArrangement(X)).first;
  Matrix patterns(2 * cells.size(), X.rows());
  for (Index c = 0; c < cells.size(); ++c) {
    for (Index i = 0; i < X.rows(); ++i) {
      const double open = pattern_sign(cells.pattern(c), i) == Sign::kPlus ? 1 : 0;
      patterns(2 * c, i) = open;
      patterns(2 * c + 1, i) = 1 - open;
    }
  }
  return patterns;
}

void write_instance(const std::filesystem::path& folder, const TrainingProblem& problem) {
  bench::write_raw(folder, "X", problem.X());
  bench::write_raw(folder, "y", problem.y());
  bench::write_raw(folder, "beta", Matrix::Constant(1, 1, problem.beta()));
}

struct Trained {
  double seconds;    ///< median of the repeats
  double processor;  ///< the same
  TrainingResult result;
};

Trained train_repeatedly(const TrainingProblem& problem) {
  constexpr int kRepeats = 5;
  TrainingSettings settings;
  settings.relative_gap = kGap;
  std::vector<double> seconds;
  std::vector<double> processor;
  TrainingResult result;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const double before = bench::processor_seconds();
    result = train(problem, settings);
    processor.push_back(bench::processor_seconds() - before);
    seconds.push_back(result.seconds);
  }
  bench::require(result.lower_bound <= result.objective * (1 + 1e-12),
                 "the bound exceeds the objective");
  return {bench::median(seconds), bench::median(processor), result};
}

class Peers {
 public:
  explicit Peers(double patience)
      : patience_(patience),
        rscript_(bench::rscript_with("ECOSolveR")),
        cvxopt_(bench::python_with("cvxopt")),
        torch_(bench::python_with("torch")) {}

  /// Results of a conic solver, or none when it is not installed or too slow.
  [[nodiscard]] std::vector<bench::OutsideResult> ecos(const std::filesystem::path& folder,
                                                       double recorded) const {
    if (!rscript_ || !(recorded <= patience_)) return {};
    return bench::run_script(*rscript_, "complete_program_ecos.R", folder, "",
                             2 * patience_ + kStartSeconds);
  }
  [[nodiscard]] std::vector<bench::OutsideResult> cvxopt(const std::filesystem::path& folder,
                                                         double recorded) const {
    if (!cvxopt_ || !(recorded <= patience_)) return {};
    return bench::run_script(*cvxopt_, "complete_program_cvxopt.py", folder, "",
                             2 * patience_ + kStartSeconds);
  }
  [[nodiscard]] std::vector<bench::OutsideResult> torch(const std::filesystem::path& folder) const {
    if (!torch_) return {};
    return bench::run_script(*torch_, "gradient_descent_torch.py", folder,
                             std::to_string(kWidth) + " " + std::to_string(kTorchSeconds),
                             4 * kTorchSeconds + kStartSeconds);
  }

 private:
  double patience_;
  std::optional<std::string> rscript_;
  std::optional<std::string> cvxopt_;
  std::optional<std::string> torch_;
};

/// Seconds and how far the objective lies above the certified optimum; a peer far below the bound
/// shows that somebody is wrong.
std::string shown_result(const bench::OutsideResult& result, const TrainingResult& ours) {
  bench::require(result.objective >= ours.lower_bound * (1 - 1e-6),
                 result.method + " ends below the certified bound");
  return bench::shown(result.seconds) + " (" + bench::shown(result.objective / ours.objective - 1) +
         ")";
}

std::string shown_recorded(double seconds) {
  return std::isnan(seconds) ? "" : "recorded " + bench::shown(seconds);
}

void measure_conic(const Row& row, std::uint64_t seed, const Peers& peers) {
  const TrainingProblem problem = problem_of(row, seed);
  const Trained ours = train_repeatedly(problem);
  const double memory = bench::peak_memory();
  bench::require(ours.result.relative_gap <= kGap, name(row) + ": the gap is not reached");
  const Matrix patterns = patterns_of(problem.X());
  const bench::ScratchFolder folder;
  write_instance(folder.path(), problem);
  bench::write_raw(folder.path(), "patterns", patterns);
  std::string ecos = shown_recorded(row.ecos);
  std::string cvxopt = shown_recorded(row.cvxopt);
  double best = std::fmin(row.ecos, row.clarabel);
  const auto by_ecos = peers.ecos(folder.path(), row.ecos);
  if (!by_ecos.empty()) {
    ecos = shown_result(by_ecos.front(), ours.result);
    best = std::fmin(best, by_ecos.front().seconds);
  }
  const auto by_cvxopt = peers.cvxopt(folder.path(), row.cvxopt);
  if (!by_cvxopt.empty()) cvxopt = shown_result(by_cvxopt.front(), ours.result);
  bench::print_row({name(row), std::to_string(seed), std::to_string(patterns.rows()),
                    bench::shown(ours.seconds), bench::shown(ours.processor),
                    bench::shown(ours.result.relative_gap), std::to_string(ours.result.rounds),
                    bench::shown(memory), ecos, shown_recorded(row.clarabel), cvxopt,
                    bench::shown(best / ours.processor)});
}

void measure_torch(const Row& row, std::uint64_t seed, const Peers& peers) {
  const TrainingProblem problem = problem_of(row, seed);
  const Trained ours = train_repeatedly(problem);
  const bench::ScratchFolder folder;
  write_instance(folder.path(), problem);
  std::vector<std::string> cells{name(row), std::to_string(seed), bench::shown(ours.processor)};
  for (const bench::OutsideResult& result : peers.torch(folder.path())) {
    cells.push_back(shown_result(result, ours.result));
  }
  bench::print_row(cells);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const std::uint64_t seeds = argc > 2 ? choice.seeds : 1;
  const Peers peers(argc > 3 ? std::atof(argv[3]) : 120);
  bench::print_header({"(n,d)", "seed", "cells", "train, s", "processor, s", "relative gap",
                       "rounds", "peak memory so far, MiB", "ECOS, s (above)", "Clarabel, s",
                       "CVXOPT, s (above)", "best conic / train"});
  for (const Row& row : kRows) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      if (choice.wants(name(row))) measure_conic(row, seed, peers);
    }
  }
  bench::print_header(
      {"(n,d)", "seed", "train, s", "L-BFGS, s (above)", "L-BFGS", "Adam", "Adam", "SGD", "SGD"});
  for (const Row& row : kRows) {
    if (choice.wants(name(row))) measure_torch(row, 1, peers);
  }
}
