#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "landscape/stationary_point.hpp"
#include "thalweg/landscape/stationarity.hpp"

namespace thalweg::landscape {

/// A balanced point near a network, measured.
struct Candidate {
  BalancedPoint point;
  std::vector<LocalNeuron> locals;           ///< of its slots
  std::vector<LocalElement> elements;        ///< the shortest ones of their zonotopes
  std::vector<std::optional<Matrix>> cells;  ///< of their ties, where these were listed
  double moved = 0;                          ///< the largest relative move of a neuron
  double clarke = std::numeric_limits<double>::infinity();   ///< residual, rounded up
  double descent = std::numeric_limits<double>::infinity();  ///< rate of the steepest descent
};

/// Makes points near one network.
class CandidateMaker {
 public:
  /// empty: neurons that are taken as 0, ascending. All references must outlive this.
  CandidateMaker(const TrainingProblem& problem, const Hyperplanes& planes,
                 const TwoLayerNetwork& network, const StationaritySettings& settings,
                 const std::vector<Index>& empty);

  /// Neurons projected on the hyperplanes within `tolerance`; none when one would vanish.
  [[nodiscard]] std::optional<Candidate> snapped(double tolerance) const;
  /// The same on chosen hyperplanes of each slot.
  [[nodiscard]] std::optional<Candidate> on_ties(const std::vector<std::vector<Index>>& ties) const;
  /// The candidate's ties without those that bend downward.
  [[nodiscard]] static std::vector<std::vector<Index>> without_downward_kinks(
      const Candidate& candidate);
  /// Whether the network is small enough for Newton's method.
  [[nodiscard]] bool can_refine() const;
  /// Newton's method on the candidate's linear pieces; none where that is too large or fails.
  [[nodiscard]] std::optional<Candidate> refined(const Candidate& candidate) const;
  /// Where descent from the network ends that may turn on and off kinks; none where neurons vanish.
  [[nodiscard]] std::optional<Candidate> descended() const;

 private:
  [[nodiscard]] std::vector<ProductWords> products() const;
  [[nodiscard]] std::optional<Candidate> made(const std::vector<ProductWords>& products,
                                              const Matrix& affine_words) const;
  void measure(Candidate& candidate) const;
  [[nodiscard]] double moved(const BalancedPoint& point) const;

  const TrainingProblem& problem_;
  const Hyperplanes& planes_;
  const TwoLayerNetwork& network_;
  const StationaritySettings& settings_;
  const std::vector<Index>& empty_;
  Vector affine_;
};

/// Length of the shortest element of the Clarke subdifferential at the network as stored, ties
/// being what vanishes in doubles; an estimate. O(n d m).
[[nodiscard]] double stored_clarke_residual(const TrainingProblem& problem,
                                            const Hyperplanes& planes,
                                            const TwoLayerNetwork& network);

}  // namespace thalweg::landscape
