// Ways down from random networks: `path_bench [ROW] [SEEDS]` (SEEDS instances a row). n to 40, d to
// 5, unbalanced starts with dead neurons; each path is evaluated in exact arithmetic and its
// certificate checked by the `verify` library.
#include <algorithm>
#include <cmath>
#include <functional>

#include "measure.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/exact/activation_rank.hpp"
#include "thalweg/landscape/checked_path.hpp"
#include "thalweg/landscape/descent_path.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;

struct Row {
  std::string name;
  /// The width from n, the activation rank, the width of the optimum found, and chance.
  std::function<Index(Index rank, Index optimum, Random& random)> width;
};

TrainingProblem random_problem(Random& random) {
  const auto n = static_cast<Index>(2 + random.below(39));
  const auto d = static_cast<Index>(1 + random.below(5));
  const Matrix X = Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
  const Vector y = Vector::NullaryExpr(n, [&] { return random.normal(); });
  constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};
  return {X, y, 0.5 * std::pow(10.0, -3 * random.uniform()), Loss::squared(),
          kBiases[random.below(3)]};
}

TwoLayerNetwork random_network(const TrainingProblem& problem, Index m, Random& random) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(problem.dimension());
  network.W = Matrix::NullaryExpr(m, problem.dimension(), [&] { return 3 * random.normal(); });
  network.alpha = Matrix::NullaryExpr(m, 1, [&] { return random.normal(); });
  for (Index j = 0; j < m; ++j) {
    if (random.below(8) == 0) network.alpha(j, 0) = 0;
  }
  if (problem.output_bias() != OutputBias::kNone) network.output_bias[0] = random.normal();
  return network;
}

void measure(const Row& row, std::uint64_t instances) {
  double rise = 0;
  double excess = 0;
  std::uint64_t connected = 0;
  std::vector<double> segments;
  std::vector<double> walking;
  for (std::uint64_t seed = 1; seed <= instances; ++seed) {
    Random random(seed);
    const TrainingProblem problem = random_problem(random);
    TrainingSettings settings;
    settings.relative_gap = 1e-10;
    const TrainingResult optimum = train(problem, settings);
    const Index m = row.width(activation_rank(problem.X()).value, optimum.network.width(), random);
    const TwoLayerNetwork start = random_network(problem, m, random);
    const double before = bench::processor_seconds();
    const DescentPath descent = descent_path(problem, start, optimum.network);
    walking.push_back(bench::processor_seconds() - before);
    segments.push_back(static_cast<double>(descent.path.kinds.size() + 1));
    if (descent.status != PathStatus::kConnected) continue;
    ++connected;
    CheckPathSettings check;
    check.dual = &optimum.dual;
    const auto checked = check_path(problem, descent.path, check);
    bench::require(checked && checked->level == Level::kVerified, row.name + ": not verified");
    rise = std::max(rise, checked->increase / checked->start);
    excess = std::max(excess, (checked->end - *checked->lower_bound) / checked->end);
  }
  bench::print_row({row.name, std::to_string(connected) + "/" + std::to_string(instances),
                    bench::shown(rise), bench::shown(excess), bench::shown(bench::median(segments)),
                    bench::shown(1e3 * bench::median(walking))});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  const std::vector<Row> rows = {
      {"rank + 1", [](Index rank, Index, Random&) { return rank + 1; }},
      {"rank + 1 to rank + 40",
       [](Index rank, Index, Random& random) {
         return rank + 1 + static_cast<Index>(random.below(40));
       }},
      {"optimum + 2", [](Index, Index optimum, Random&) { return optimum + 2; }},
      {"optimum + 1", [](Index, Index optimum, Random&) { return optimum + 1; }},
      {"optimum", [](Index, Index optimum, Random&) { return optimum; }}};
  bench::print_header({"width", "connected", "largest rise / start",
                       "largest relative gap at the end", "segments", "ms"});
  for (const Row& row : rows) {
    if (choice.wants(row.name)) measure(row, choice.seeds);
  }
}
