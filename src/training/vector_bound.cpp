#include "training/vector_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

constexpr double kLeastExcess = 1e-10;
constexpr double kMostExcess = 1e-1;

VectorDirection along_output(const DualDirection& found, Index output, Index outputs) {
  VectorDirection direction;
  direction.u = found.u;
  direction.a = to_double(found.sign) * Vector::Unit(outputs, output);
  direction.value = found.value;
  direction.kinks = found.kinks;
  return direction;
}

void sort_by_value(std::vector<VectorDirection>& directions) {
  std::stable_sort(
      directions.begin(), directions.end(),
      [](const VectorDirection& a, const VectorDirection& b) { return a.value > b.value; });
}

}  // namespace

ModelOracle::ModelOracle(const MultiOutputProblem& problem, OutputModel model)
    : model_(model), oracle_(problem.X()) {}

std::vector<VectorDirection> ModelOracle::climb(const Matrix& N, double threshold, Index count,
                                                std::uint64_t seed,
                                                const std::vector<Vector>& starts, int threads,
                                                const RunControl& control) const {
  if (model_ == OutputModel::kShared) {
    return oracle_.climb(N, threshold, count, seed, starts, control);
  }
  std::vector<VectorDirection> result;
  for (Index k = 0; k < N.cols(); ++k) {
    for (const DualDirection& found :
         oracle_.scalar().climb(N.col(k), threshold, count, seed, threads, {}, control)) {
      result.push_back(along_output(found, k, N.cols()));
    }
  }
  sort_by_value(result);
  return result;
}

VectorNormResult ModelOracle::largest_column(const Matrix& N,
                                             const VectorNormSettings& settings) const {
  const Stopwatch watch;
  VectorNormResult result;
  result.status = DualNormStatus::kClosed;
  DualNormSettings scalar;
  scalar.relative_gap = settings.relative_gap;
  scalar.threshold = settings.threshold;
  scalar.threads = settings.threads;
  scalar.seed = settings.seed;
  scalar.control = settings.control;
  for (Index k = 0; k < N.cols(); ++k) {
    const DualNormResult norm = oracle_.scalar().maximise(N.col(k), scalar);
    ++result.rays;
    result.upper = std::max(result.upper, norm.upper);
    result.lower = std::max(result.lower, norm.lower);
    for (const DualDirection& found : norm.maximisers) {
      result.maximisers.push_back(along_output(found, k, N.cols()));
    }
    const bool open =
        norm.status != DualNormStatus::kClosed && norm.status != DualNormStatus::kThresholdHolds;
    if (open) result.status = norm.status;
  }
  sort_by_value(result.maximisers);
  if (settings.threshold > 0) {
    if (result.lower > settings.threshold) result.status = DualNormStatus::kThresholdExceeded;
    if (result.upper <= settings.threshold) result.status = DualNormStatus::kThresholdHolds;
  }
  result.seconds = watch.seconds();
  return result;
}

VectorNormResult ModelOracle::maximise(const Matrix& N, const VectorNormSettings& settings) const {
  return model_ == OutputModel::kShared ? oracle_.maximise(N, settings)
                                        : largest_column(N, settings);
}

double ModelOracle::quick_bound(const Matrix& N) const {
  // The largest column norm is at most the norm of shared neurons.
  return oracle_.spectral_bound(N);
}

double tolerable_excess(const MultiOutputProblem& problem, const Matrix& N, double wanted_loss) {
  const double curvature = problem.output_bias() == OutputBias::kPenalised
                               ? N.colwise().sum().squaredNorm() / problem.beta()
                               : 0.0;
  // D is concave along the ray, so scaling N by 1 / (1 + s) costs at most s times its slope there.
  double excess = kMostExcess;
  while (excess > kLeastExcess) {
    const double tau = 1 / (1 + excess);
    const double slope = problem.loss().dual_slope(N, problem.Y(), tau) - curvature * tau;
    if (excess * std::max(slope, 0.0) <= wanted_loss) break;
    excess *= 0.7;
  }
  return std::max(excess, kLeastExcess);
}

MultiOutputBound scaled_bound(const MultiOutputProblem& problem, const Matrix& N, double norm) {
  const double limit = norm > 0 ? std::min(1.0, problem.beta() / norm) : 1.0;
  const double scale = problem.best_dual_scale(N, limit);
  MultiOutputBound bound;
  bound.dual = scale * N;
  bound.dual_norm = scale * norm;
  bound.lower_bound = problem.dual_objective(bound.dual);
  return bound;
}

double gap_between(double objective, double lower_bound, double scale) {
  const double gap = std::max(0.0, objective - lower_bound);
  const double square = std::pow(4 * std::numeric_limits<double>::epsilon(), 2);
  if (gap <= square * std::max(square, scale)) return 0;
  return objective > 0 ? gap / objective : gap;
}

}  // namespace thalweg::detail
