#include "thalweg/landscape/strict_minimum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/stationarity_newton.hpp"
#include "landscape/stationarity_system.hpp"
#include "landscape/strict_minimum_pattern.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using landscape::Enclosure;
using landscape::Kink;
using landscape::OwnPattern;
using landscape::point;
using landscape::StationaritySystem;
using Status = StrictMinimumStatus;

/// A network near the weights x (w and c are its first entries).
TwoLayerNetwork network_at(const TrainingProblem& problem, const std::vector<double>& signs,
                           const Vector& x, HiddenBias hidden_bias) {
  const Index d = problem.dimension();
  const Index m = static_cast<Index>(signs.size());
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W.resize(m, d);
  network.alpha.resize(m, 1);
  network.hidden_bias = hidden_bias;
  for (Index j = 0; j < m; ++j) {
    const Vector w = x.segment(j * d, d);
    const double root = std::sqrt(w.norm());
    network.W.row(j) = w.transpose() / root;
    network.alpha(j, 0) = signs[static_cast<std::size_t>(j)] * root;
  }
  const AffinePart affine = problem.unstack(x.segment(m * d, problem.affine_size()));
  network.output_bias[0] = affine.bias;
  if (problem.skip() != SkipConnection::kNone) network.skip = affine.skip;
  return network;
}

class Certification {
 public:
  Certification(const TrainingProblem& problem, const TwoLayerNetwork& network,
                const StrictMinimumSettings& settings)
      : problem_(problem), given_(network), settings_(settings), d_(problem.dimension()) {
    result_.network = network;
  }

  StrictMinimum run() {
    result_.status = certify();
    return std::move(result_);
  }

 private:
  Status certify() {
    if (!read_weights()) return Status::kEmptySlot;
    auto pattern = landscape::pattern_near(problem_, weights(), signs_, settings_.kink);
    if (!pattern) return Status::kNotEnclosed;
    const bool implied = !pattern->implied.empty();
    system_.emplace(problem_, std::move(*pattern));
    x_ = Vector::Zero(system_->unknowns());
    x_.head(start_.size()) = start_;
    Status status = landscape::refine_zero(*system_, x_);
    if (status == Status::kCertified && implied) {
      choose_gates();
      status = landscape::refine_zero(*system_, x_);
    }
    if (status == Status::kCertified) status = landscape::enclose_zero(*system_, x_, box_);
    if (status == Status::kCertified) status = check_pieces();
    if (status != Status::kCertified) return status;
    return describe_minimum();
  }

  /// The balanced weights alpha u and the affine part of the given network.
  bool read_weights() {
    const Index m = given_.width();
    start_.resize(m * d_ + problem_.affine_size());
    for (Index j = 0; j < m; ++j) {
      const double alpha = given_.alpha(j, 0);
      signs_.push_back(alpha < 0 ? -1.0 : 1.0);
      start_.segment(j * d_, d_) = std::abs(alpha) * given_.W.row(j).transpose();
      if (!(start_.segment(j * d_, d_).norm() > 0)) return false;
    }
    start_.tail(problem_.affine_size()) = problem_.stack(problem_.affine_part(given_));
    return true;
  }

  [[nodiscard]] Matrix weights() const {
    const Index m = static_cast<Index>(signs_.size());
    return start_.head(m * d_).reshaped(d_, m).transpose();
  }

  void choose_gates() {
    const auto fit = system_->fit(landscape::points(x_));
    if (!fit) return;
    OwnPattern pattern = system_->pattern();
    const Index m = static_cast<Index>(signs_.size());
    landscape::balance_gates(problem_, x_.head(m * d_).reshaped(d_, m).transpose(), fit->dual,
                             pattern);
    system_.emplace(problem_, std::move(pattern));
  }

  /// (n x m): whether a row vanishes, or its neuron is exactly on it.
  [[nodiscard]] Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> without_sign() const {
    const OwnPattern& pattern = system_->pattern();
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> without(pattern.gates.rows(),
                                                               pattern.gates.cols());
    for (Index i = 0; i < without.rows(); ++i) {
      without.row(i).setConstant((problem_.X().row(i).array() == 0).all());
    }
    for (const auto* kinks : {&pattern.kinks, &pattern.implied}) {
      for (const Kink& kink : *kinks) {
        for (const Index row : kink.rows) without(row, kink.neuron) = true;
      }
    }
    return without;
  }

  /// Conditions (1) and (3) of the lemma, and the radius.
  Status check_pieces() {
    const OwnPattern& pattern = system_->pattern();
    const auto without = without_sign();
    double least = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < pattern.gates.cols(); ++j) {
      const Enclosure root = landscape::sqrt(system_->norm(box_, j));
      least = std::min(least, root.lower);
      for (Index i = 0; i < problem_.samples(); ++i) {
        if (without(i, j)) continue;
        Enclosure value = point(0);
        Enclosure square = point(0);
        for (Index k = 0; k < d_; ++k) {
          const double entry = problem_.X()(i, k);
          value = value + entry * box_[static_cast<std::size_t>(j * d_ + k)];
          square = square + landscape::square(point(entry));
        }
        if (pattern.gates(i, j) == 0) value = -value;
        if (!landscape::is_positive(value)) return Status::kKink;
        least = std::min(least, (value / (root * landscape::sqrt(square))).lower);
      }
    }
    if (!(least > 0)) return Status::kKink;
    radius_ = least;
    return check_multipliers();
  }

  Status check_multipliers() const {
    const OwnPattern& pattern = system_->pattern();
    const auto fit = system_->fit(box_);
    if (!fit) return Status::kCurvature;
    for (std::size_t e = 0; e < pattern.kinks.size(); ++e) {
      const Enclosure& mu = box_[static_cast<std::size_t>(system_->weights()) + e];
      const Enclosure jump = landscape::slope_jump(pattern, pattern.kinks[e], fit->dual);
      if (!landscape::is_negative(mu) || !landscape::is_positive(mu - jump)) {
        return Status::kMultiplier;
      }
    }
    for (const Kink& kink : pattern.implied) {
      const double gate = pattern.gates(kink.rows.front(), kink.neuron);
      if (!(gate > 0 && gate < 1) ||
          !landscape::is_negative(landscape::slope_jump(pattern, kink, fit->dual))) {
        return Status::kMultiplier;
      }
    }
    return Status::kCertified;
  }

  /// At least the Euclidean distance of a network from the minimum, over all parameters.
  [[nodiscard]] double distance_of(const TwoLayerNetwork& network) const {
    Enclosure sum = point(0);
    const auto add = [&](double stored, const Enclosure& exact) {
      sum = sum + landscape::square(point(stored) - exact);
    };
    const Index m = network.width();
    for (Index j = 0; j < m; ++j) {
      const Enclosure root = landscape::sqrt(system_->norm(box_, j));
      add(network.alpha(j, 0), signs_[static_cast<std::size_t>(j)] * root);
      for (Index k = 0; k < d_; ++k) {
        add(network.W(j, k), box_[static_cast<std::size_t>(j * d_ + k)] / root);
      }
    }
    const Vector affine = problem_.stack(problem_.affine_part(network));
    for (Index k = 0; k < affine.size(); ++k) {
      add(affine[k], box_[static_cast<std::size_t>(m * d_ + k)]);
    }
    return landscape::sqrt(sum).upper;
  }

  /// L at the minimum x*, from the refined point x~. F is convex with gradients G_w(x~) + K^T mu~
  /// and K^T mu* at the two points and K w* = 0, so
  ///   F(x~) - mu~^T K w~ + G_w(x~)^T (w* - w~) <= F(x*) <= F(x~) - mu*^T K w~.
  [[nodiscard]] std::optional<Enclosure> enclose_objective() const {
    const std::vector<Enclosure> centre = landscape::points(x_);
    const auto fit = system_->fit(centre);
    if (!fit) return std::nullopt;
    const std::vector<Enclosure> sides = system_->residual(centre, *fit);
    Enclosure lower = system_->objective(centre, *fit);
    Enclosure upper = lower;
    const auto weights = static_cast<std::size_t>(system_->weights());
    for (std::size_t k = 0; k < weights; ++k) lower = lower + sides[k] * (box_[k] - centre[k]);
    for (std::size_t k = weights; k < sides.size(); ++k) {
      lower = lower - centre[k] * sides[k];
      upper = upper - box_[k] * sides[k];
    }
    return Enclosure{lower.lower, upper.upper};
  }

  Status describe_minimum() {
    const auto value = enclose_objective();
    if (!value) return Status::kCurvature;
    Vector centre(system_->weights());
    for (Index k = 0; k < centre.size(); ++k) {
      centre[k] = landscape::middle(box_[static_cast<std::size_t>(k)]);
    }
    TwoLayerNetwork network = network_at(problem_, signs_, centre, given_.hidden_bias);
    const double moved = distance_of(given_);
    const double length = std::sqrt(given_.W.squaredNorm() + given_.alpha.squaredNorm() +
                                    start_.tail(problem_.affine_size()).squaredNorm());
    if (!(moved <= settings_.distance * length)) return Status::kFar;
    result_.distance = distance_of(network);
    result_.moved = moved;
    result_.network = std::move(network);
    result_.lower = value->lower;
    result_.upper = value->upper;
    result_.radius = radius_;
    result_.kinks.resize(signs_.size());
    for (const auto* kinks : {&system_->pattern().kinks, &system_->pattern().implied}) {
      for (const Kink& kink : *kinks) {
        std::vector<Index>& rows = result_.kinks[static_cast<std::size_t>(kink.neuron)];
        rows.insert(rows.end(), kink.rows.begin(), kink.rows.end());
      }
    }
    for (std::vector<Index>& rows : result_.kinks) std::sort(rows.begin(), rows.end());
    return Status::kCertified;
  }

  const TrainingProblem& problem_;
  const TwoLayerNetwork& given_;
  const StrictMinimumSettings& settings_;
  Index d_;
  std::vector<double> signs_;
  Vector start_;  ///< (w, c) of the given network
  std::optional<StationaritySystem> system_;
  Vector x_;                    ///< the refined point
  std::vector<Enclosure> box_;  ///< holds exactly one stationary point
  double radius_ = 0;
  StrictMinimum result_;
};

}  // namespace

std::string_view describe(StrictMinimumStatus status) {
  switch (status) {
    case Status::kUnsolved:
      return "nothing was computed";
    case Status::kCertified:
      return "a strict local minimum is certified";
    case Status::kEmptySlot:
      return "a neuron is zero";
    case Status::kDependent:
      return "the activations of the neurons are not proved independent";
    case Status::kFar:
      return "no stationary point was found within the allowed distance";
    case Status::kKink:
      return "a neuron is too near a kink that it is not on";
    case Status::kMultiplier:
      return "a multiplier of a kink is not proved to be strictly between its bounds";
    case Status::kCurvature:
      return "the curvature of the loss jumps at a sample";
    case Status::kNotEnclosed:
      return "the stationarity equations are too ill-conditioned for double precision";
  }
  return "unknown";
}

StrictMinimum strict_minimum(const TrainingProblem& problem, const TwoLayerNetwork& network,
                             const StrictMinimumSettings& settings) {
  problem.check(network);
  if (network.width() < 1) throw InvalidArgument("network: expected at least one neuron, got none");
  return Certification(problem, network, settings).run();
}

}  // namespace thalweg
