#include "thalweg/landscape/path_baselines.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "landscape/neuron_matching.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/landscape/invariances.hpp"
#include "thalweg/model/parameter_vector.hpp"

namespace thalweg {
namespace {

constexpr int kStrata = 4;            ///< t of a gradient step
constexpr int kStages = 20;           ///< control points that compete
constexpr int kStageSamples = 41;     ///< t of a comparison
constexpr int kGoldenSteps = 40;      ///< shrink the bracket of the maximum by 1e-8
constexpr double kFirstStep = 0.05;   ///< of Adam, relative to the size of a weight
constexpr double kFirstMoment = 0.9;  ///< Adam's usual constants
constexpr double kSecondMoment = 0.999;

using Objective = std::function<double(double)>;  ///< of t

/// The point of [low, high] with the largest value that golden section meets.
std::pair<double, double> refined_maximum(const Objective& objective, double low, double high) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double at_left = objective(left);
  double at_right = objective(right);
  std::pair<double, double> best =
      at_left > at_right ? std::pair{left, at_left} : std::pair{right, at_right};
  for (int step = 0; step < kGoldenSteps; ++step) {
    if (at_left > at_right) {
      high = right;
      right = std::exchange(left, right - ratio * (right - low));
      at_right = std::exchange(at_left, objective(left));
      if (at_left > best.second) best = {left, at_left};
    } else {
      low = left;
      left = std::exchange(right, left + ratio * (high - left));
      at_left = std::exchange(at_right, objective(right));
      if (at_right > best.second) best = {right, at_right};
    }
  }
  return best;
}

BaselineCurve sampled(const Objective& objective, Index samples) {
  BaselineCurve curve;
  for (Index k = 0; k < samples; ++k) {
    curve.t.push_back(static_cast<double>(k) / static_cast<double>(samples - 1));
    curve.objectives.push_back(objective(curve.t.back()));
  }
  const double ends = std::max(curve.objectives.front(), curve.objectives.back());
  const auto worst = std::max_element(curve.objectives.begin(), curve.objectives.end());
  const auto k = worst - curve.objectives.begin();
  curve.maximum = *worst;
  curve.maximum_at = curve.t[static_cast<std::size_t>(k)];
  const double low = curve.t[static_cast<std::size_t>(std::max<std::ptrdiff_t>(k - 1, 0))];
  const double high =
      curve.t[static_cast<std::size_t>(std::min<std::ptrdiff_t>(k + 1, samples - 1))];
  const auto [at, value] = refined_maximum(objective, low, high);
  if (value > curve.maximum) {
    const auto place = std::upper_bound(curve.t.begin(), curve.t.end(), at) - curve.t.begin();
    curve.t.insert(curve.t.begin() + place, at);
    curve.objectives.insert(curve.objectives.begin() + place, value);
    curve.maximum = value;
    curve.maximum_at = at;
  }
  curve.barrier = curve.maximum - ends;
  return curve;
}

class Bezier {
 public:
  Bezier(const TrainingProblem& problem, Index width, Vector from, Vector to)
      : problem_(problem),
        width_(width),
        from_(std::move(from)),
        to_(std::move(to)),
        control_(0.5 * (from_ + to_)) {}

  [[nodiscard]] double objective(double t) const { return problem_.objective(network(t)); }
  [[nodiscard]] TwoLayerNetwork control() const { return network_from(problem_, width_, control_); }

  /// Whether all steps were taken.
  bool train(const PathBaselinesSettings& settings) {
    Random random(settings.seed);
    Vector best = control_;
    Height least = height();
    Vector mean = Vector::Zero(control_.size());
    Vector square = Vector::Zero(control_.size());
    const double size = std::sqrt((from_.squaredNorm() + to_.squaredNorm()) /
                                  static_cast<double>(std::max<Index>(2 * from_.size(), 1)));
    bool whole = true;
    const Index stage = std::max<Index>(1, settings.steps / kStages);
    for (Index step = 1; step <= settings.steps && whole; ++step) {
      const Vector slope = mean_gradient(random);
      mean = kFirstMoment * mean + (1 - kFirstMoment) * slope;
      square = kSecondMoment * square + (1 - kSecondMoment) * slope.cwiseAbs2();
      const double passed = static_cast<double>(step);
      const double share = passed / static_cast<double>(settings.steps);
      const double length = kFirstStep * size * 0.5 * (1 + std::cos(share * std::acos(-1.0)));
      const Vector direction = (mean / (1 - std::pow(kFirstMoment, passed))).array() /
                               ((square / (1 - std::pow(kSecondMoment, passed))).array().sqrt() +
                                1e-12 * slope.lpNorm<Eigen::Infinity>() + 1e-300);
      control_ -= length * direction;
      whole = !settings.control.should_stop();
      if (step % stage != 0 && step < settings.steps && whole) continue;
      if (const Height now = height(); now < least) {
        least = now;
        best = control_;
      }
    }
    control_ = std::move(best);
    return whole;
  }

 private:
  [[nodiscard]] TwoLayerNetwork network(double t) const {
    const double s = 1 - t;
    return network_from(problem_, width_, s * s * from_ + 2 * s * t * control_ + t * t * to_);
  }

  /// Of the mean of L(theta(t)) at stratified t, in theta_c.
  [[nodiscard]] Vector mean_gradient(Random& random) const {
    Vector slope = Vector::Zero(control_.size());
    for (int k = 0; k < kStrata; ++k) {
      const double t = (k + random.uniform()) / kStrata;
      slope += 2 * t * (1 - t) / kStrata * parameters_of(problem_, problem_.gradient(network(t)));
    }
    return slope;
  }

  using Height = std::pair<double, double>;  ///< the largest objective on a grid, then the sum
  [[nodiscard]] Height height() const {
    Height result{0, 0};
    for (int k = 0; k < kStageSamples; ++k) {
      const double value = objective(static_cast<double>(k) / (kStageSamples - 1));
      result.first = std::max(result.first, value);
      result.second += value;
    }
    return result;
  }

  const TrainingProblem& problem_;
  Index width_;
  Vector from_;
  Vector to_;
  Vector control_;
};

/// What each neuron puts out on the samples, (n x m).
Matrix outputs_of(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  return activations(problem.X(), network) * network.alpha.col(0).asDiagonal();
}

void check(const TwoLayerNetwork& from, const TwoLayerNetwork& to,
           const PathBaselinesSettings& settings) {
  if (from.width() != to.width()) {
    throw InvalidArgument("to: expected width " + std::to_string(from.width()) + ", got " +
                          std::to_string(to.width()));
  }
  if (settings.samples < 2) {
    throw InvalidArgument("samples: expected at least 2, got " + std::to_string(settings.samples));
  }
  if (settings.steps < 0) {
    throw InvalidArgument("steps: expected at least 0, got " + std::to_string(settings.steps));
  }
}

}  // namespace

PathBaselines path_baselines(const TrainingProblem& problem, const TwoLayerNetwork& from,
                             const TwoLayerNetwork& to, const PathBaselinesSettings& settings) {
  const Vector first = parameters_of(problem, from);
  const Vector last = parameters_of(problem, to);
  check(from, to, settings);
  const Index width = from.width();
  const auto line_to = [&](const Vector& end) {
    return sampled(
        [&](double t) {
          return problem.objective(network_from(problem, width, (1 - t) * first + t * end));
        },
        settings.samples);
  };
  PathBaselines result;
  result.line = line_to(last);
  if (width <= kMostAligned) {
    result.order = landscape::best_matching(outputs_of(problem, from), outputs_of(problem, to));
    result.aligned = line_to(parameters_of(problem, permuted(to, result.order)));
  }
  Bezier bezier(problem, width, first, last);
  result.stopped = !bezier.train(settings);
  result.bezier = sampled([&](double t) { return bezier.objective(t); }, settings.samples);
  result.control = bezier.control();
  return result;
}

}  // namespace thalweg
