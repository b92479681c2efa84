#include "thalweg/landscape/stationarity.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/stationary_ball.hpp"
#include "landscape/stationary_candidates.hpp"
#include "landscape/stationary_descent.hpp"
#include "landscape/stationary_exact.hpp"
#include "landscape/stationary_refutation.hpp"
#include "landscape/stationary_search.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

using landscape::Candidate;
using landscape::Enclosure;
using landscape::Hyperplanes;
using landscape::NetworkBall;

constexpr double kNear = 1e-3;        ///< what counts as near a kink in the report
constexpr Index kMostUnknowns = 400;  ///< of the interval Newton test
constexpr double kWhole = 1e-6;       ///< times beta: a neuron's gradient over its length
constexpr double kPassing = 0.01;     ///< the same, of one that vanishes or grows
constexpr Index kMostDirections = 8;  ///< of an empty slot

ProvedFinding proved(bool yes) { return {yes ? Finding::kYes : Finding::kNo, true}; }

class Examination {
 public:
  Examination(const TrainingProblem& problem, const TwoLayerNetwork& network,
              const StationaritySettings& settings)
      : problem_(problem),
        network_(network),
        settings_(settings),
        tolerance_(settings.residual * problem.beta()),
        planes_(problem.X()) {
    describe();
  }

  Stationarity run() {
    const Stopwatch watch;
    result_.clarke_exact =
        landscape::clarke_as_stored(problem_, planes_, network_, settings_.max_cells);
    decide_balance();
    find_points();
    find_strict_minimum();
    choose_point();
    const NetworkBall ball(problem_, planes_, network_, settings_.distance, may_vanish_);
    decide_stationarity(ball);
    decide_minimum(ball);
    find_descent();
    result_.stopped_at_limit = settings_.control.should_stop();
    result_.seconds = watch.seconds();
    return std::move(result_);
  }

 private:
  [[nodiscard]] double length(Index neuron) const { return lengths_[neuron]; }

  void describe() {
    result_.balance_defect = balance_defect(network_);
    result_.clarke_residual_stored = landscape::stored_clarke_residual(problem_, planes_, network_);
    lengths_.resize(network_.width());
    for (Index j = 0; j < network_.width(); ++j) {
      lengths_[j] = std::hypot(network_.W.row(j).stableNorm(), network_.alpha(j, 0));
    }
    const double longest = lengths_.size() > 0 ? lengths_.maxCoeff() : 0.0;
    const auto rows = [&](const std::vector<Index>& planes) {
      return static_cast<Index>(planes_.all_rows(planes).size());
    };
    for (Index j = 0; j < network_.width(); ++j) {
      if (length(j) <= settings_.distance * longest) {
        may_vanish_.push_back(j);
        continue;
      }
      const Vector w = network_.W.row(j);
      if (w.isZero(0)) continue;
      result_.near_ties += rows(planes_.near(w, kNear));
      result_.exact_ties += rows(planes_.through(w));
    }
  }

  /// (w, -alpha)^T gradient = beta (|w|^2 - alpha^2): imbalance is a gradient, whatever the fit.
  void decide_balance() {
    double least = 0;
    double most = 0;
    for (Index j = 0; j < network_.width(); ++j) {
      if (std::binary_search(may_vanish_.begin(), may_vanish_.end(), j)) continue;
      const double w = network_.W.row(j).stableNorm();
      const double alpha = std::abs(network_.alpha(j, 0));
      const double size = length(j);
      // The nearest balanced point is | |w| - |alpha| | / sqrt 2 away.
      const double rest = std::abs(w - alpha) - std::sqrt(2.0) * settings_.distance * size;
      const double rounding = 1e-14 * size;
      const double force = problem_.beta() * (w + alpha) / size;
      least = std::max(least, (rest - rounding) * force * (1 - 4 * settings_.distance));
      most = std::max(most, (rest + rounding) * force * (1 + 4 * settings_.distance));
    }
    if (most <= tolerance_) result_.balanced = proved(true);
    if (least > tolerance_) result_.balanced = proved(false);
  }

  [[nodiscard]] bool is_near(const Candidate& candidate) const {
    return candidate.moved <= settings_.distance;
  }

  /// Short neurons are kept where that gives a point at which they are stationary in themselves,
  /// not only because their gradients are short.
  void find_points() {
    std::copy_if(may_vanish_.begin(), may_vanish_.end(), std::back_inserter(result_.empty_slots),
                 [&](Index j) { return length(j) == 0; });
    search();
    if (may_vanish_ == result_.empty_slots || has_whole_point()) return;
    result_.empty_slots = may_vanish_;
    search();
  }

  void search() {
    landscape::NearbyPoints found = landscape::find_nearby_points(
        problem_, planes_, network_, settings_, result_.empty_slots, lengths_);
    candidates_ = std::move(found.candidates);
    result_.stationary_within = found.stationary_within;
  }

  [[nodiscard]] bool is_whole(const Candidate& candidate) const {
    return std::all_of(candidate.elements.begin(), candidate.elements.end(),
                       [&](const landscape::LocalElement& element) {
                         return element.residual.norm() <= kWhole * problem_.beta();
                       });
  }
  [[nodiscard]] bool has_whole_point() const {
    return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& candidate) {
      return is_near(candidate) && candidate.descent <= tolerance_ && is_whole(candidate);
    });
  }

  /// Hyperplanes that the chosen point's neuron is on.
  [[nodiscard]] std::vector<Index> held_planes(Index neuron) const {
    if (chosen_ == nullptr) return {};
    for (const auto& slot : chosen_->point.slots()) {
      if (slot.neuron == neuron) return slot.ties;
    }
    return {};
  }

  /// Whether some network of the ball is on a kink, which the chosen point is not on, from which
  /// the objective may fall on one side.
  [[nodiscard]] bool reaches_downward_kink(const NetworkBall& ball) const {
    for (Index j = 0; j < network_.width(); ++j) {
      const Vector w = network_.W.row(j);
      if (w.isZero(0)) continue;
      std::vector<Index> planes = planes_.near(w, 2 * settings_.distance);
      for (const Index plane : planes_.through(w)) planes.push_back(plane);
      const std::vector<Index> held = held_planes(j);
      for (const Index plane : planes) {
        if (std::find(held.begin(), held.end(), plane) != held.end()) continue;
        if (!(ball.jump(j, plane).upper <= tolerance_)) return true;
      }
    }
    return false;
  }

  /// Whether weight decay shrinks a neuron, or its pull lets it grow, at a rate of its own length.
  [[nodiscard]] bool is_passing(Index neuron) const {
    const double alpha = network_.alpha(neuron, 0);
    const Vector activation = (problem_.X() * network_.W.row(neuron).transpose()).cwiseMax(0.0);
    const double pull = (alpha < 0 ? -1 : 1) * result_.dual.dot(activation);
    const double size = network_.W.row(neuron).stableNorm();
    return std::abs(problem_.beta() * size - pull) > kPassing * problem_.beta() * size;
  }

  void find_strict_minimum() {
    const Index unknowns = network_.width() * problem_.dimension() + problem_.affine_size();
    if (network_.width() == 0 || !result_.empty_slots.empty() || unknowns > kMostUnknowns) return;
    if (settings_.control.should_stop()) return;
    result_.strict = strict_minimum(
        problem_, network_,
        {.distance = landscape::kFarthestPoint, .kink = landscape::kTieReach * settings_.distance});
    if (result_.strict.status != StrictMinimumStatus::kCertified) return;
    double moved = 0;
    for (Index j = 0; j < network_.width(); ++j) {
      const double move =
          std::hypot((result_.strict.network.W.row(j) - network_.W.row(j)).stableNorm(),
                     result_.strict.network.alpha(j, 0) - network_.alpha(j, 0));
      moved = std::max(moved, (move + result_.strict.distance) / length(j));
    }
    const Vector affine = problem_.stack(problem_.affine_part(network_));
    const Vector there = problem_.stack(problem_.affine_part(result_.strict.network));
    if (affine.size() > 0) {
      const double move = (there - affine).norm() + result_.strict.distance;
      if (move > 0) moved = std::max(moved, move / affine.norm());
    }
    strict_moved_ = moved + 1e-15;
    result_.stationary_within = std::min(result_.stationary_within, strict_moved_);
  }

  [[nodiscard]] bool strict_is_near() const { return strict_moved_ <= settings_.distance; }

  /// The best point within the distance; without one the network itself.
  void choose_point() {
    for (const Candidate& candidate : candidates_) {
      if (!is_near(candidate)) continue;
      const auto rank = [&](const Candidate& c) {
        return std::pair(c.descent <= tolerance_ ? 0 : (c.clarke <= tolerance_ ? 1 : 2), c.clarke);
      };
      if (chosen_ == nullptr || rank(candidate) < rank(*chosen_)) chosen_ = &candidate;
    }
    result_.ties.resize(static_cast<std::size_t>(network_.width()));
    if (chosen_ == nullptr) {
      result_.nearby = network_;
      result_.dual = problem_.dual_point(problem_.fit(network_));
      result_.moved = 0;
      result_.clarke_residual = result_.clarke_residual_stored;
      result_.descent_rate = std::numeric_limits<double>::infinity();
      return;
    }
    result_.nearby = chosen_->point.network(network_);
    result_.dual = chosen_->point.dual().rounded();
    result_.moved = chosen_->moved;
    result_.clarke_residual = chosen_->clarke;
    result_.descent_rate = chosen_->descent;
    for (const auto& slot : chosen_->point.slots()) {
      result_.ties[static_cast<std::size_t>(slot.neuron)] = planes_.all_rows(slot.ties);
    }
    if (chosen_->clarke <= tolerance_) {
      result_.stationary_within = std::min(result_.stationary_within, chosen_->moved);
    }
  }

  void decide_stationarity(const NetworkBall& ball) {
    if (result_.clarke_exact == Finding::kYes) {
      result_.balanced = result_.clarke = proved(true);
      result_.clarke_residual = 0;
    }
    if (strict_is_near()) {
      result_.balanced = result_.clarke = result_.d_stationary = proved(true);
      return;
    }
    if (chosen_ != nullptr && chosen_->clarke <= tolerance_) result_.clarke = proved(true);
    if (chosen_ != nullptr && chosen_->descent <= tolerance_) result_.d_stationary = proved(true);
    if (result_.d_stationary.finding == Finding::kYes) return;
    if (chosen_ == nullptr && result_.clarke_residual_stored <= tolerance_) {
      // The network itself, not quite balanced.
      result_.clarke = {Finding::kYes, false};
      if (result_.exact_ties == 0) result_.d_stationary = {Finding::kYes, false};
      return;
    }
    const auto refuted = landscape::refute(ball, network_, candidates_, tolerance_);
    result_.clarke_residual_at_least = refuted.clarke;
    if (refuted.clarke > tolerance_ && result_.clarke_exact != Finding::kYes) {
      result_.clarke = proved(false);
    }
    if (refuted.d_stationary) result_.d_stationary = proved(false);
  }

  void decide_minimum(const NetworkBall& ball) {
    if (strict_is_near()) {
      result_.local_minimum = proved(true);
    } else if (result_.d_stationary.finding == Finding::kNo) {
      result_.local_minimum = proved(false);
    }
    if (!result_.empty_slots.empty()) bound_slots(ball);
    if (result_.local_minimum.finding != Finding::kUndecided) return;
    const bool slots_closed = result_.empty_slots.empty() ||
                              result_.dual_norm_upper <= (1 + settings_.residual) * problem_.beta();
    // A short gradient is not enough where the neuron is as short, or a fall is within reach.
    if (result_.d_stationary.finding == Finding::kYes && slots_closed &&
        (chosen_ == nullptr || is_whole(*chosen_)) && !reaches_downward_kink(ball)) {
      result_.local_minimum = {Finding::kYes, false};
    }
  }

  /// With an empty slot a local minimum is global: no direction may have |nu^T (X u)_+| > beta.
  void bound_slots(const NetworkBall& ball) {
    const DualOracle oracle(problem_.X());
    DualNormSettings norm;
    norm.threshold = problem_.beta() * (1 + settings_.residual);
    norm.threads = settings_.threads;
    norm.seed = settings_.seed;
    norm.control = settings_.control;
    const DualNormResult bounds = oracle.maximise(result_.dual, norm);
    result_.dual_norm_lower = bounds.lower;
    result_.dual_norm_upper = bounds.upper;
    slot_directions_ = oracle.climb(result_.dual, norm.threshold, kMostDirections, settings_.seed,
                                    settings_.threads, {}, settings_.control);
    slot_directions_.insert(slot_directions_.begin(), bounds.maximisers.begin(),
                            bounds.maximisers.end());
    std::erase_if(slot_directions_, [&](const DualDirection& direction) {
      return direction.value <= norm.threshold;
    });
    if (!ball.is_bounded() || result_.local_minimum.finding != Finding::kUndecided) return;
    // A neuron that may, but need not, vanish proves nothing about points where it does not.
    const auto& slots = result_.empty_slots;
    const bool zero =
        std::any_of(slots.begin(), slots.end(), [&](Index j) { return length(j) == 0; });
    const bool passing =
        std::any_of(slots.begin(), slots.end(), [&](Index j) { return is_passing(j); });
    for (const DualDirection& direction : slot_directions_) {
      if ((zero || passing) && value_in(ball, direction) > norm.threshold) {
        result_.local_minimum = {Finding::kNo, zero};
        return;
      }
    }
  }

  /// At least s nu^T (X u)_+ / |u| for every nu of the ball.
  [[nodiscard]] double value_in(const NetworkBall& ball, const DualDirection& direction) const {
    Enclosure sum = landscape::point(0);
    Enclosure square = landscape::point(0);
    for (const double u : direction.u) square = square + landscape::square(landscape::point(u));
    for (Index i = 0; i < problem_.samples(); ++i) {
      Enclosure t = landscape::point(0);
      for (Index k = 0; k < direction.u.size(); ++k) {
        t = t + problem_.X()(i, k) * landscape::point(direction.u[k]);
      }
      const Enclosure part{std::max(0.0, t.lower), std::max(0.0, t.upper)};
      sum = sum + to_double(direction.sign) * (ball.dual(i) * part);
    }
    return sum.lower > 0 ? (sum / landscape::sqrt(square)).lower : 0.0;
  }

  void find_descent() {
    if (result_.local_minimum.finding == Finding::kYes) return;
    std::vector<DescentDirection> directions;
    if (result_.d_stationary.finding != Finding::kYes) {
      const Candidate* start = chosen_;
      if (start == nullptr && !candidates_.empty()) start = &candidates_.front();
      directions = landscape::descent_directions(problem_, network_, start);
      std::erase_if(directions, [&](const DescentDirection& direction) {
        return -direction.slope <= tolerance_;
      });
    }
    if (!result_.empty_slots.empty()) {
      for (const DualDirection& direction : slot_directions_) {
        directions.push_back(landscape::slot_direction(result_.empty_slots.front(), direction));
      }
    }
    result_.descent = landscape::proved_descent(problem_, network_, directions);
  }

  const TrainingProblem& problem_;
  const TwoLayerNetwork& network_;
  const StationaritySettings& settings_;
  double tolerance_;
  Vector lengths_;  ///< (m) of the neurons
  Hyperplanes planes_;
  std::vector<Index> may_vanish_;  ///< neurons that are 0 or short enough to become so
  std::vector<Candidate> candidates_;
  const Candidate* chosen_ = nullptr;
  double strict_moved_ = std::numeric_limits<double>::infinity();
  std::vector<DualDirection> slot_directions_;
  Stationarity result_;
};

}  // namespace

std::string_view to_string(Finding finding) {
  switch (finding) {
    case Finding::kYes:
      return "yes";
    case Finding::kNo:
      return "no";
    case Finding::kUndecided:
      break;
  }
  return "undecided";
}

std::string_view to_string(DescentKind kind) {
  switch (kind) {
    case DescentKind::kNeuron:
      return "neuron";
    case DescentKind::kRescale:
      return "rescale";
    case DescentKind::kAffine:
      return "affine";
    case DescentKind::kEmptySlot:
      return "empty_slot";
  }
  return "unknown";
}

Stationarity stationarity(const TrainingProblem& problem, const TwoLayerNetwork& network,
                          const StationaritySettings& settings) {
  problem.check(network);
  if (!(settings.distance >= 0 && settings.distance < 1)) {
    throw InvalidArgument("distance: expected a number in [0, 1)");
  }
  if (!(settings.residual > 0)) throw InvalidArgument("residual: expected a positive number");
  return Examination(problem, network, settings).run();
}

}  // namespace thalweg
