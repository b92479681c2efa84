#include "thalweg/landscape/spurious_valley.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/objective_enclosure.hpp"
#include "landscape/spurious_starts.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/activation_rank.hpp"
#include "thalweg/training/width_limited.hpp"

namespace thalweg {
namespace {

using landscape::ValleyPoint;
using landscape::ValleyStarts;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Times that vanished neurons are replaced in one descent.
constexpr int kRefills = 25;
/// Objectives closer than this, relatively, are not worth a proof.
constexpr double kLeastSeparation = 1e-10;

/// Whether L has a minimiser at every width.
bool minimisers_exist(const TrainingProblem& problem) {
  if (problem.loss().kind() != LossKind::kLogistic) return true;
  if (problem.skip() != SkipConnection::kNone) return false;
  return problem.output_bias() != OutputBias::kFree ||
         (problem.y().maxCoeff() > 0 && problem.y().minCoeff() < 0);
}

/// Whether Theorem P, or convexity at width 0, excludes spurious valleys.
bool is_excluded(const TrainingProblem& problem, Index width) {
  const std::optional<Index> from = no_spurious_valleys_from(problem);
  return from && (width == 0 || width >= *from);
}

/// The same network with zero neurons up to the width.
TwoLayerNetwork padded(TwoLayerNetwork network, Index width) {
  const Index before = network.width();
  network.W.conservativeResize(width, network.input_dimension());
  network.alpha.conservativeResize(width, 1);
  network.W.bottomRows(width - before).setZero();
  network.alpha.bottomRows(width - before).setZero();
  return network;
}

class ValleySearch {
 public:
  ValleySearch(const TrainingProblem& problem, Index width,
               const std::vector<TwoLayerNetwork>& known, const SpuriousValleySettings& settings)
      : problem_(problem),
        width_(width),
        known_(known),
        settings_(settings),
        starts_(problem, width, settings.seed) {}

  SpuriousValley run() {
    for (const TwoLayerNetwork& network : known_) {
      if (network.width() <= width_) offer(network);
    }
    for (int start = 0; start < settings_.starts && !done() && !stopped(); ++start) {
      report(start);
      descend(next_start(start));
      ++result_.starts;
      certify_candidates();
    }
    if (!done() && !stopped() && !candidates_.empty()) improve();
    result_.stopped = stopped() && !done();
    return std::move(result_);
  }

 private:
  /// A stationary network of the full width.
  struct Candidate {
    TwoLayerNetwork network;
    double objective = 0;
    std::optional<StrictMinimum> minimum;  ///< once certification was tried
  };

  [[nodiscard]] bool stopped() const { return settings_.control.should_stop(); }
  [[nodiscard]] bool done() const { return result_.evidence == ValleyEvidence::kSpurious; }

  void report(int start) const {
    if (settings_.control.progress == nullptr) return;
    settings_.control.progress->report(
        "spurious valley", static_cast<double>(start) / settings_.starts,
        "width " + std::to_string(width_) + ", " + std::to_string(candidates_.size()) +
            " stationary networks");
  }

  /// Rows first, each once while half of the starts last; then subsets and random networks in turn.
  ValleyPoint next_start(int start) {
    const int rows = std::min(static_cast<int>(problem_.samples()), (settings_.starts + 1) / 2);
    if (start < rows) return starts_.singletons(start * problem_.samples() / rows);
    const auto turn = static_cast<std::size_t>(start - rows);
    if (turn % 3 == 2) {
      for (std::size_t k = 0; k < known_.size(); ++k) {
        const TwoLayerNetwork& network = known_[(turn / 3 + k) % known_.size()];
        if (network.width() > width_) return starts_.subset(network);
      }
    }
    return starts_.random();
  }

  /// Descends to a stationary point of the full width, as far as there is one.
  void descend(ValleyPoint point) {
    SolverSettings solver;
    solver.control = settings_.control;
    for (int refill = 0; refill < kRefills && !stopped(); ++refill) {
      if (!point.neurons.empty()) {
        KinkNewtonResult solved = kink_newton(problem_, point.neurons, point.affine, solver);
        point.neurons = std::move(solved.neurons);
        point.affine = solved.affine();
      }
      offer(to_network(point.neurons, problem_.dimension(), point.affine));
      if (static_cast<Index>(point.neurons.size()) >= width_) return;
      if (!starts_.fill(point, settings_.control)) return;
    }
  }

  /// Notes a network of at most the width.
  void offer(const TwoLayerNetwork& network) {
    const double objective = problem_.objective(network);
    if (objective < lowest_) {
      lowest_ = objective;
      result_.better = padded(network, width_);
      result_.better_upper = landscape::enclose_objective(problem_, result_.better).upper;
    }
    if (network.width() == width_) candidates_.push_back({network, objective, std::nullopt});
  }

  /// Certifies full-width networks that are above another one, the highest first.
  void certify_candidates() {
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const auto& a, const auto& b) { return a.objective > b.objective; });
    for (Candidate& candidate : candidates_) {
      if (!(candidate.objective > lowest_ * (1 + kLeastSeparation))) break;
      if (!candidate.minimum) candidate.minimum = strict_minimum(problem_, candidate.network);
      const double separation =
          landscape::next_below(candidate.minimum->lower - result_.better_upper);
      if (candidate.minimum->status == StrictMinimumStatus::kCertified && separation > 0) {
        result_.evidence = ValleyEvidence::kSpurious;
        result_.minimum = *candidate.minimum;
        result_.separation = separation;
        return;
      }
    }
  }

  /// Looks harder for a network below the stationary ones that were found.
  void improve() {
    WidthLimitedSettings search;
    search.restarts = 2;
    search.threads = settings_.threads;
    search.seed = settings_.seed;
    search.control = settings_.control;
    offer(train_width_limited(problem_, width_, known_, search).network);
    certify_candidates();
  }

  const TrainingProblem& problem_;
  Index width_;
  const std::vector<TwoLayerNetwork>& known_;
  const SpuriousValleySettings& settings_;
  ValleyStarts starts_;
  double lowest_ = std::numeric_limits<double>::infinity();
  std::vector<Candidate> candidates_;
  SpuriousValley result_;
};

/// Keeps only what the evidence speaks about.
SpuriousValley with_evidence(SpuriousValley found, Index width, Index dimension) {
  found.width = width;
  if (found.evidence != ValleyEvidence::kSpurious) {
    found.better = TwoLayerNetwork::empty(dimension);
    found.better_upper = kNaN;
    found.separation = kNaN;
  }
  return found;
}

}  // namespace

std::string_view to_string(ValleyEvidence evidence) {
  switch (evidence) {
    case ValleyEvidence::kOpen:
      return "open";
    case ValleyEvidence::kNone:
      return "none (proved)";
    case ValleyEvidence::kSpurious:
      return "spurious";
  }
  return "open";
}

std::optional<Index> no_spurious_valleys_from(const TrainingProblem& problem) {
  if (!minimisers_exist(problem)) return std::nullopt;
  const ActivationRank rank = activation_rank(problem.X());
  return (rank.proved ? rank.value : problem.samples()) + 1;
}

SpuriousValley find_spurious_valley(const TrainingProblem& problem, Index width,
                                    const std::vector<TwoLayerNetwork>& known,
                                    const SpuriousValleySettings& settings) {
  if (width < 0) {
    throw InvalidArgument("width: expected at least 0, got " + std::to_string(width));
  }
  for (const TwoLayerNetwork& network : known) problem.check(network);
  if (is_excluded(problem, width)) {
    SpuriousValley excluded;
    excluded.evidence = ValleyEvidence::kNone;
    return with_evidence(std::move(excluded), width, problem.dimension());
  }
  if (width == 0) return with_evidence({}, width, problem.dimension());
  SpuriousValley found = ValleySearch(problem, width, known, settings).run();
  return with_evidence(std::move(found), width, problem.dimension());
}

}  // namespace thalweg
