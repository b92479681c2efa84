#include "landscape/stationary_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg::landscape {
namespace {

class PointSearch {
 public:
  PointSearch(const TrainingProblem& problem, const Hyperplanes& planes,
              const TwoLayerNetwork& network, const StationaritySettings& settings,
              const std::vector<Index>& empty, const Vector& lengths)
      : problem_(problem),
        planes_(planes),
        network_(network),
        settings_(settings),
        tolerance_(settings.residual * problem.beta()),
        empty_(empty),
        lengths_(lengths) {}

  NearbyPoints run() {
    const CandidateMaker maker(problem_, planes_, network_, settings_, empty_);
    keep(maker.snapped(kTieReach * settings_.distance));
    if (list().empty()) {
      keep(maker.snapped(0));
    } else if (!found()) {
      leave_downward_kinks(maker);
    }
    const std::size_t plain = list().size();
    for (std::size_t k = 0; k < plain && !found(); ++k) keep(maker.refined(list()[k]));
    if (!found() && maker.can_refine()) look_farther();
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::vector<Candidate>& list() { return result_.candidates; }

  void keep(std::optional<Candidate> candidate) {
    if (candidate) list().push_back(std::move(*candidate));
  }

  [[nodiscard]] bool found() const {
    return std::any_of(result_.candidates.begin(), result_.candidates.end(),
                       [&](const Candidate& c) {
                         return c.moved <= settings_.distance && c.descent <= tolerance_;
                       });
  }

  /// A local minimum may be beside such a kink, not on it.
  void leave_downward_kinks(const CandidateMaker& maker) {
    const auto& slots = list().front().point.slots();
    const auto upward = CandidateMaker::without_downward_kinks(list().front());
    for (std::size_t k = 0; k < upward.size(); ++k) {
      if (upward[k] == slots[k].ties) continue;
      keep(maker.on_ties(upward));
      return;
    }
  }

  /// Also beyond the distance, for the report.
  void look_farther() {
    std::vector<double> reaches = {settings_.distance};
    for (double reach = 1e-8; reach <= kFarthestPoint; reach *= 10) {
      if (reach > settings_.distance) reaches.push_back(reach);
    }
    for (const double reach : reaches) {
      if (settings_.control.should_stop() || std::isfinite(result_.stationary_within)) return;
      look_at(reach);
    }
  }

  /// Neurons below `reach` times the longest may vanish.
  void look_at(double reach) {
    const double longest = lengths_.size() > 0 ? lengths_.maxCoeff() : 0.0;
    std::vector<Index> empty;
    double vanished = 0;
    for (Index j = 0; j < lengths_.size(); ++j) {
      if (lengths_[j] > reach * longest) continue;
      empty.push_back(j);
      if (longest > 0) vanished = std::max(vanished, lengths_[j] / longest);
    }
    const CandidateMaker maker(problem_, planes_, network_, settings_, empty);
    const auto consider = [&](std::optional<Candidate> candidate) {
      if (!candidate || candidate->moved > kFarthestPoint || candidate->clarke > tolerance_) return;
      result_.stationary_within =
          std::min(result_.stationary_within, std::max(vanished, candidate->moved));
      if (candidate->moved <= settings_.distance && empty == empty_) keep(std::move(candidate));
    };
    const auto start = maker.snapped(reach);
    if (start && start->moved <= kFarthestPoint) consider(maker.refined(*start));
    if (!std::isfinite(result_.stationary_within)) consider(maker.descended());
  }

  const TrainingProblem& problem_;
  const Hyperplanes& planes_;
  const TwoLayerNetwork& network_;
  const StationaritySettings& settings_;
  double tolerance_;
  const std::vector<Index>& empty_;
  const Vector& lengths_;
  NearbyPoints result_;
};

}  // namespace

NearbyPoints find_nearby_points(const TrainingProblem& problem, const Hyperplanes& planes,
                                const TwoLayerNetwork& network,
                                const StationaritySettings& settings,
                                const std::vector<Index>& empty, const Vector& lengths) {
  return PointSearch(problem, planes, network, settings, empty, lengths).run();
}

}  // namespace thalweg::landscape
