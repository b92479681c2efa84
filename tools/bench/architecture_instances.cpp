#include "architecture_instances.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "instances.hpp"
#include "measure.hpp"
#include "outside_programs.hpp"
#include "raw_files.hpp"
#include "scratch_folder.hpp"
#include "thalweg/oracle/branch_oracle.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg::bench {
namespace {

constexpr int kPlanted = 3;
constexpr double kNoise = 0.1;
constexpr double kFixtureBeta = 0.1;
constexpr double kReadSeconds = 60;

template <class Network>
BranchProblem scaled_problem(Network network, const Matrix& X, Vector y, double share) {
  auto architecture = std::make_shared<const Network>(std::move(network));
  const double beta = share * climbed_beta_max(*architecture, X, y);
  return {std::move(architecture), X, std::move(y), beta, Loss::squared()};
}

/// Random branches with signs in turn, each of outputs of size about 1, and noise.
Vector planted_outputs(const Architecture& architecture, const Matrix& X, Random& random) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  Vector y = Vector::Zero(X.rows());
  for (int t = 0; t < kPlanted; ++t) {
    const auto form = static_cast<Index>(static_cast<std::size_t>(t) % forms.size());
    const Vector f = forms[static_cast<std::size_t>(form)]
                         .evaluate(architecture.random_block(form, random))
                         .outputs;
    const double size = f.norm() / std::sqrt(static_cast<double>(f.size()));
    if (size > 0) y += (t % 2 == 0 ? 1 : -1) / size * f;
  }
  for (double& target : y) target += kNoise * random.normal();
  return y;
}

}  // namespace

double climbed_beta_max(const Architecture& architecture, const Matrix& X, const Vector& y) {
  double best = 0;
  for (const BranchForm& form : architecture.forms(X)) {
    const auto found = BranchOracle(form).climb(y, 0, 1, 0);
    if (!found.empty()) best = std::max(best, found.front().value);
  }
  return best;
}

BranchProblem line_problem(BranchCost cost, const Vector& y) {
  Matrix X(5, 2);
  X << -2, 1, -1, 1, 0, 1, 1, 1, 2, 1;
  auto network = std::make_shared<const ParallelNetwork>(2, std::vector<Index>{2}, cost);
  return {std::move(network), X, y, kFixtureBeta, Loss::squared()};
}

BranchProblem small_signals() {
  Matrix X(4, 4);
  X << 1, 0, -1, 2, 0, 1, 1, -1, -1, 2, 0, 1, 2, -1, 1, 0;
  auto network = std::make_shared<const ConvolutionalNetwork>(
      PatchGeometry({.input = {4}, .kernel = {2}}), Pooling::kSum);
  return {std::move(network), X, Vector{{1.0, -1.0, 2.0, 0.5}}, kFixtureBeta, Loss::squared()};
}

BranchProblem planted_trees(Index samples, Index dimension, const std::vector<Index>& fan_ins,
                            BranchCost cost, double share, std::uint64_t seed) {
  Random random(seed);
  const Matrix X = gaussian_samples(samples, dimension, random);
  ParallelNetwork network(dimension, fan_ins, cost);
  Vector y = planted_outputs(network, X, random);
  return scaled_problem(std::move(network), X, std::move(y), share);
}

BranchProblem planted_signals(Index samples, Index patches, Index h, Pooling pooling, double share,
                              std::uint64_t seed) {
  Random random(seed);
  const Matrix X = gaussian_samples(samples, patches + h - 1, random);
  ConvolutionalNetwork network(PatchGeometry({.input = {X.cols()}, .kernel = {h}}), pooling);
  Vector y = planted_outputs(network, X, random);
  return scaled_problem(std::move(network), X, std::move(y), share);
}

std::string name(DigitTask task) {
  switch (task) {
    case DigitTask::kZero:
      return "is it a 0";
    case DigitTask::kValue:
      return "value";
    default:
      return "0 against 1";
  }
}

std::optional<Digits> load_digits() {
  const auto python = python_with("sklearn");
  if (!python) return std::nullopt;
  const ScratchFolder folder;
  const auto written =
      run_script(*python, "architecture_digits.py", folder.path(), "", kReadSeconds);
  require(!written.empty(), "the digits cannot be read");
  return Digits{read_raw(folder.path(), "pixels"), read_raw(folder.path(), "labels").col(0)};
}

BranchProblem digit_problem(const Digits& digits, DigitTask task, Index samples,
                            const Filters& filters, double share) {
  Matrix X(samples, digits.pixels.cols());
  Vector y(samples);
  Index used = 0;
  for (Index i = 0; i < digits.labels.size() && used < samples; ++i) {
    const double label = digits.labels[i];
    if (task == DigitTask::kZeroOrOne && label > 1) continue;
    X.row(used) = digits.pixels.row(i);
    y[used] = task == DigitTask::kValue  ? label
              : task == DigitTask::kZero ? (label == 0 ? 1 : 0)
                                         : 2 * label - 1;
    ++used;
  }
  const PatchGeometry patches({.input = {1, 8, 8},
                               .kernel = {filters.size, filters.size},
                               .stride = {filters.stride, filters.stride}});
  return scaled_problem(ConvolutionalNetwork(patches, Pooling::kSum), X.topRows(used), y.head(used),
                        share);
}

}  // namespace thalweg::bench
