#include "thalweg/training/width_limited.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/model/unit_scaling.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "training/entering_neurons.hpp"
#include "training/neuron_reduction.hpp"
#include "training/row_space.hpp"

namespace thalweg {
namespace {

using detail::Reduction;

constexpr Index kShortlist = 4;  ///< reductions that are descended from before one is chosen
constexpr Index kEntering = 4;   ///< neurons that enter in one exchange
constexpr int kMostExchanges = 50;
constexpr std::size_t kMostStartNeurons = 200;
constexpr double kLeastDecrease = 1e-12;  ///< relative to the objective

/// A stationary point over its neurons.
struct Point {
  std::vector<Neuron> neurons;  ///< in the coordinates of the row space
  AffinePart affine;            ///< in the same coordinates
  double objective = std::numeric_limits<double>::infinity();
};

class WidthLimitedSearch {
 public:
  WidthLimitedSearch(const TrainingProblem& problem, Index width,
                     const WidthLimitedSettings& settings)
      : problem_(problem),
        width_(static_cast<std::size_t>(width)),
        settings_(settings),
        space_(problem),
        oracle_(problem.X()),
        random_(settings.seed) {}

  WidthLimitedResult run(const std::vector<TwoLayerNetwork>& starts) {
    offer(descend({{}, space_.problem().best_affine_part()}));
    // Cheap candidates first: descents with many neurons may take all the time there is.
    std::vector<Point> points = {grow(Choice::kBest)};
    for (const TwoLayerNetwork& start : starts) points.push_back(reduce_at_once(point_of(start)));
    for (const Point& point : points) offer(point);
    for (Point& point : points) explore(std::move(point));
    for (const TwoLayerNetwork& start : starts) {
      if (static_cast<std::size_t>(start.width()) <= width_ || stopped()) continue;
      explore(restrict_width(descend(point_of(start)), Choice::kBest));
      // The same road with random turns.
      explore(restrict_width(descend(point_of(start)), Choice::kRandom));
    }
    for (int restart = 0; restart < settings_.restarts && !stopped(); ++restart) {
      explore(grow(Choice::kRandom));
    }
    best_ = descend(std::move(best_), 1e-12);
    return finish();
  }

 private:
  /// How one of several ways on is taken.
  enum class Choice { kBest, kRandom };

  [[nodiscard]] bool stopped() const { return settings_.control.should_stop(); }

  [[nodiscard]] Point point_of(const TwoLayerNetwork& network) const {
    Point point{to_neurons(network), space_.restrict_to(problem_.affine_part(network))};
    std::stable_sort(point.neurons.begin(), point.neurons.end(),
                     [](const Neuron& a, const Neuron& b) { return a.w.norm() > b.w.norm(); });
    const std::size_t most = std::max(kMostStartNeurons, width_);
    if (point.neurons.size() > most) point.neurons.resize(most);
    for (Neuron& neuron : point.neurons) neuron.w = space_.restrict_to(neuron.w);
    return point;
  }

  /// Newton from a point; never higher, never more neurons.
  Point descend(Point point, double stationarity = 1e-8) {
    if (!point.neurons.empty()) {
      SolverSettings settings;
      settings.stationarity = stationarity;
      settings.control = settings_.control;
      KinkNewtonResult solved =
          kink_newton(space_.problem(), point.neurons, point.affine, settings);
      ++result_.descents;
      point.neurons = std::move(solved.neurons);
      point.affine = solved.affine();
    }
    if (point.neurons.empty()) point.affine = space_.problem().best_affine_part();
    point.objective = problem_.objective(network_of(point));
    return point;
  }

  [[nodiscard]] TwoLayerNetwork network_of(const Point& point) const {
    return merge(
        to_network(space_.lift(point.neurons), problem_.dimension(), space_.lift(point.affine)));
  }

  /// Removes and joins neurons until the width is kept, and descends once; when time is up the
  /// heaviest neurons stay.
  Point reduce_at_once(Point point) {
    while (point.neurons.size() > width_ && !stopped()) {
      point.neurons = detail::reduce(point.neurons, shortlist(point, 1).front());
    }
    if (point.neurons.size() > width_) point.neurons.resize(width_);
    return descend(std::move(point));
  }

  /// Removes and joins neurons until the width is kept, with a descent after each. With many too
  /// many, several go before Newton adjusts the others.
  Point restrict_width(Point point, Choice choice) {
    const bool random = choice == Choice::kRandom;
    while (point.neurons.size() > width_) {
      const std::size_t excess = point.neurons.size() - width_;
      for (std::size_t gone = 0; gone + 1 < excess / 4; ++gone) {
        point.neurons = detail::reduce(point.neurons, shortlist(point, 1).front());
      }
      std::optional<Point> next;
      for (const Reduction& reduction : shortlist(point, random ? 2 * kShortlist : kShortlist)) {
        // A random road takes about every other turn.
        if (random && next && random_.uniform() < 0.5) continue;
        Point candidate{detail::reduce(point.neurons, reduction), point.affine};
        if (!stopped()) candidate = descend(std::move(candidate));
        if (!next || candidate.objective < next->objective) next = std::move(candidate);
        if (stopped()) break;
      }
      point = std::move(*next);
    }
    if (point.objective == std::numeric_limits<double>::infinity()) {
      point.objective = problem_.objective(network_of(point));
    }
    return point;
  }

  [[nodiscard]] std::vector<Reduction> shortlist(const Point& point, Index count) const {
    return detail::cheapest_reductions(space_.problem(), point.neurons, point.affine, count);
  }

  /// Neurons in violated directions, in the coordinates of the row space; empty at an optimum over
  /// all widths.
  std::vector<Neuron> entering(const Point& point, Index count) {
    const Vector fit = problem_.fit(network_of(point));
    const Vector nu = problem_.project_to_dual_domain(problem_.dual_point(fit));
    const double threshold = problem_.beta() * (1 + 1e-9);
    const std::vector<DualDirection> directions =
        oracle_.climb(nu, threshold, count, random_.below(std::uint64_t{1} << 32),
                      settings_.threads, {}, settings_.control);
    std::vector<Neuron> neurons = detail::entering_neurons(problem_, fit, nu, directions);
    for (Neuron& neuron : neurons) neuron.w = space_.restrict_to(neuron.w);
    return neurons;
  }

  /// A network grown from nothing: the best or a random one of the violated directions enters at a
  /// time.
  Point grow(Choice choice) {
    Point point = descend({{}, space_.problem().best_affine_part()});
    while (point.neurons.size() < width_ && !stopped()) {
      std::vector<Neuron> found = entering(point, choice == Choice::kBest ? 1 : kEntering);
      if (found.empty()) break;
      point.neurons.push_back(std::move(found[random_.below(found.size())]));
      const double before = point.objective;
      point = descend(std::move(point));
      if (!lower(point.objective, before)) break;
    }
    return point;
  }

  static bool lower(double value, double than) { return value < than * (1 - kLeastDecrease); }

  /// Exchanges neurons while that lowers the objective.
  void explore(Point point) {
    offer(point);
    for (int round = 0; round < kMostExchanges && !stopped(); ++round) {
      report(point);
      const std::vector<Neuron> neurons = entering(point, kEntering);
      bool improved = try_exchange(point, neurons);
      for (std::size_t k = 0; k < neurons.size() && neurons.size() > 1 && !improved; ++k) {
        improved = try_exchange(point, {neurons[k]});
      }
      if (!improved) return;
      offer(point);
    }
  }

  bool try_exchange(Point& point, const std::vector<Neuron>& entering) {
    if (entering.empty() || stopped()) return false;
    Point candidate = point;
    candidate.neurons.insert(candidate.neurons.end(), entering.begin(), entering.end());
    candidate = restrict_width(descend(std::move(candidate)), Choice::kBest);
    if (!lower(candidate.objective, point.objective)) return false;
    point = std::move(candidate);
    return true;
  }

  void offer(const Point& point) {
    ++result_.candidates;
    if (point.neurons.size() <= width_ && point.objective < best_.objective) best_ = point;
  }

  void report(const Point& point) const {
    if (settings_.control.progress == nullptr) return;
    char detail[128];
    std::snprintf(detail, sizeof detail, "candidate %lld, objective %.10g, best %.10g",
                  static_cast<long long>(result_.candidates), point.objective, best_.objective);
    settings_.control.progress->report("width", std::numeric_limits<double>::quiet_NaN(), detail);
  }

  WidthLimitedResult finish() {
    result_.network = network_of(best_);
    result_.objective = best_.objective;
    result_.stopped = stopped();
    return std::move(result_);
  }

  const TrainingProblem& problem_;
  std::size_t width_;
  const WidthLimitedSettings& settings_;
  detail::RowSpace space_;
  DualOracle oracle_;
  Random random_;
  Point best_;
  WidthLimitedResult result_;
};

}  // namespace

WidthLimitedResult train_width_limited(const TrainingProblem& problem, Index width,
                                       const std::vector<TwoLayerNetwork>& starts,
                                       const WidthLimitedSettings& settings) {
  if (width < 0) {
    throw InvalidArgument("width: expected at least 0, got " + std::to_string(width));
  }
  if (settings.threads < 1) {
    throw InvalidArgument("threads: expected at least 1, got " + std::to_string(settings.threads));
  }
  for (const TwoLayerNetwork& start : starts) problem.check(start);
  const UnitScaling units(problem);
  if (!units.needed()) return WidthLimitedSearch(problem, width, settings).run(starts);
  const TrainingProblem scaled = units.scaled();
  std::vector<TwoLayerNetwork> scaled_starts;
  for (const TwoLayerNetwork& start : starts) scaled_starts.push_back(units.scaled(start));
  WidthLimitedResult result = WidthLimitedSearch(scaled, width, settings).run(scaled_starts);
  result.network = units.restored(result.network);
  result.objective = problem.objective(result.network);
  return result;
}

}  // namespace thalweg
