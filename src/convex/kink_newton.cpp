#include "thalweg/convex/kink_newton.hpp"

#include <algorithm>
#include <cmath>

#include "convex/kink_multipliers.hpp"
#include "convex/newton_direction.hpp"
#include "convex/piecewise_line_search.hpp"
#include "convex/tidy_neurons.hpp"

namespace thalweg {
namespace {

using detail::Direction;
using detail::GatedNeuron;
using detail::KinkMultipliers;
using detail::NeuronModel;

constexpr double kLeastDamping = 1e-13;
constexpr int kStallSteps = 8;
constexpr std::size_t kHitsPerNeuron = 12;

class KinkNewton {
 public:
  KinkNewton(const TrainingProblem& problem, const std::vector<Neuron>& start,
             const AffinePart& affine, const SolverSettings& settings)
      : settings_(settings), model_(problem, start, affine) {}

  KinkNewtonResult run() {
    const Stopwatch watch;
    SolverInfo info;
    info.status = SolverStatus::kStepLimit;
    double target = 0;
    for (info.steps = 0; info.steps < settings_.max_steps; ++info.steps) {
      if (settings_.control.should_stop()) {
        info.status = SolverStatus::kStopped;
        break;
      }
      measure();
      target = std::max(settings_.stationarity, model_.noise_floor());
      if (stationarity_ <= target || stalled()) {
        if (!detail::drop_dependent(model_)) break;
        idle_ = 0;
        continue;
      }
      choose_kinks(info.steps);
      step();
      detail::merge_neurons(model_);
      detail::drop_neurons(model_);
    }
    if (info.status == SolverStatus::kStepLimit && info.steps < settings_.max_steps) {
      info.status = stationarity_ <= std::max(target, settings_.stationarity)
                        ? SolverStatus::kSolved
                        : SolverStatus::kReducedAccuracy;
    } else {
      measure();
    }
    info.stationarity = stationarity_;
    info.objective = model_.objective();
    info.seconds = watch.seconds();
    const AffinePart affine = model_.problem().unstack(model_.affine);
    return {info, model_.neurons_out(), affine.bias, affine.skip, model_.nu};
  }

 private:
  /// Gradients, shortest subgradients and the stationarity measure at the current point.
  void measure() {
    const double beta = model_.problem().beta();
    gradients_.clear();
    multipliers_.clear();
    reduced_ = model_.affine_gradient().norm() / beta;
    stationarity_ = reduced_;
    for (const GatedNeuron& neuron : model_.neurons) {
      gradients_.push_back(model_.gradient(neuron));
      multipliers_.push_back(kink_multipliers(model_, neuron, gradients_.back()));
      reduced_ = std::max(reduced_, (neuron.basis.transpose() * gradients_.back()).norm() / beta);
      stationarity_ = std::max(stationarity_, multipliers_.back().residual.norm() / beta);
    }
  }

  /// No decrease of the objective and no better stationarity for a while.
  bool stalled() {
    const double value = model_.objective();
    if (value < best_objective_ - 1e-15 * std::abs(value) || stationarity_ < 0.7 * best_) {
      idle_ = 0;
      hits_ = 0;
    } else if (hit_ && hits_ < kHitsPerNeuron * model_.neurons.size()) {
      ++hits_;  // a wall joined: finitely many do before a step has room
    } else {
      ++idle_;
    }
    best_objective_ = std::min(best_objective_, value);
    best_ = std::min(best_, stationarity_);
    return idle_ > kStallSteps;
  }

  /// Walls join or leave where the shortest subgradient says so.
  void choose_kinks(std::int64_t step) {
    const double beta = model_.problem().beta();
    bool changed = false;
    for (std::size_t j = 0; j < model_.neurons.size(); ++j) {
      GatedNeuron& neuron = model_.neurons[j];
      const KinkMultipliers& kinks = multipliers_[j];
      if (kinks.ties.empty()) continue;
      const double residual = kinks.residual.norm() / beta;
      const double reduced = (neuron.basis.transpose() * gradients_[j]).norm() / beta;
      const bool join = residual < 0.5 * reduced;
      const bool leave = residual > 1.5 * reduced &&
                         (reduced_ <= 0.3 * stationarity_ || step % 7 == 6) &&
                         residual > settings_.stationarity;
      if (!join && !leave) continue;
      for (const Index i : kinks.ties) neuron.gate[i] = 0;
      for (const Index i : kinks.on) neuron.gate[i] = 1;
      model_.set_kinks(neuron, kinks.free);
      changed = true;
    }
    if (!changed) return;
    ++changes_;
    model_.refresh();
    for (std::size_t j = 0; j < model_.neurons.size(); ++j) {
      gradients_[j] = model_.gradient(model_.neurons[j]);
    }
  }

  void step() {
    // Kinks that join and leave without progress: the steepest descent direction always has room.
    if (changes_ >= 3) {
      std::vector<Vector> residuals;
      for (const KinkMultipliers& kinks : multipliers_) residuals.push_back(kinks.residual);
      if (move(detail::scaled_descent(model_, residuals)) > 0) changes_ = 0;
      return;
    }
    const detail::Direction direction =
        detail::NewtonSystem(model_, damping_).solve(gradients_, model_.affine_gradient());
    const double length = move(direction);
    if (length < 0) {
      damping_ = std::max(1e-6, 100 * damping_);
      if (damping_ > 1e6) changes_ = 3;
    } else if (length > 0) {
      changes_ = 0;
      damping_ = length < 1e-2 && has_flat_curvature()
                     ? std::min(1e2, std::max(1e-8, 10 * damping_))
                     : std::max(kLeastDamping, 0.1 * damping_);
    }
  }

  bool has_flat_curvature() const {
    const LossKind kind = model_.problem().loss().kind();
    return kind != LossKind::kSquared;
  }

  /// The step's length; 0 when a wall stopped it at once, negative when nothing could be done.
  double move(const Direction& direction) {
    const std::size_t before = model_.neurons.size();
    const detail::LineSearchResult result = detail::line_search(model_, direction);
    hit_ = result.neuron >= 0;
    if (!result.descent || (!result.moved && result.neuron < 0)) return -1;
    if (result.neuron >= 0 && model_.neurons.size() == before) {
      GatedNeuron& neuron = model_.neurons[static_cast<std::size_t>(result.neuron)];
      std::vector<Index> rows = neuron.kinks;
      rows.push_back(result.row);
      model_.set_kinks(neuron, std::move(rows));
      model_.refresh();
    }
    return result.step;
  }

  SolverSettings settings_;
  NeuronModel model_;
  std::vector<Vector> gradients_;
  std::vector<KinkMultipliers> multipliers_;
  double reduced_ = 0;
  double stationarity_ = 0;
  double damping_ = kLeastDamping;
  double best_objective_ = std::numeric_limits<double>::infinity();
  double best_ = std::numeric_limits<double>::infinity();
  int idle_ = 0;
  bool hit_ = false;      ///< the last step ended at a wall
  std::size_t hits_ = 0;  ///< such steps since the last progress
  int changes_ = 0;       ///< changes of the kinks since the last step of positive length
};

}  // namespace

KinkNewtonResult kink_newton(const TrainingProblem& problem, const std::vector<Neuron>& start,
                             const AffinePart& affine, const SolverSettings& settings) {
  return KinkNewton(problem, start, affine, settings).run();
}

}  // namespace thalweg
