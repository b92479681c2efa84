#include "training/vector_generation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "training/vector_entering.hpp"
#include "training/vector_newton.hpp"

namespace thalweg::detail {
namespace {

constexpr Index kEntering = 8;  ///< neurons that may enter in one round
constexpr int kClimbs = 2;      ///< climbs without a violator before the bound is tried
constexpr int kIdleRounds = 3;  ///< rounds without decrease before the run counts as stalled
constexpr std::size_t kMostStartNeurons = 200;
constexpr double kDescentShare = 0.5;

}  // namespace

VectorGeneration::VectorGeneration(const MultiOutputProblem& problem, OutputModel model,
                                   const TrainingSettings& settings)
    : problem_(problem),
      model_(model),
      settings_(settings),
      descent_seconds_(kDescentShare * settings.control.deadline.remaining()),
      oracle_(problem, model) {}

MultiOutputTrainingResult VectorGeneration::run(const std::optional<TwoLayerNetwork>& start) {
  start_from(start);
  int idle = 0;
  for (;;) {
    if (result_.bound.relative_gap <= settings_.relative_gap) {
      return finish(TrainingStatus::kSolved);
    }
    if (settings_.control.should_stop()) return finish(TrainingStatus::kLimit);
    ++result_.rounds;
    const bool descending = idle < kIdleRounds && watch_.seconds() < descent_seconds_;
    if (descending && climb()) {
      idle = enter() ? 0 : idle + 1;
      continue;
    }
    const DualNormStatus answer = bound(descending);
    update_gap();
    if (descending && answer == DualNormStatus::kThresholdExceeded) {
      idle = enter() ? 0 : idle + 1;
    } else if (descending && answer == DualNormStatus::kThresholdHolds) {
      // The bound is as good as asked and the gap still open: ask for more.
      excess_factor_ *= 0.1;
      ++idle;
    } else if (result_.bound.relative_gap > settings_.relative_gap) {
      return finish(settings_.control.should_stop() ? TrainingStatus::kLimit
                                                    : TrainingStatus::kReducedAccuracy);
    }
  }
}

void VectorGeneration::start_from(const std::optional<TwoLayerNetwork>& start) {
  result_.bound.lower_bound = -std::numeric_limits<double>::infinity();
  bias_ = problem_.bias_of_zero_network();
  first_loss_ =
      problem_.loss().value(Matrix::Zero(problem_.samples(), problem_.outputs()), problem_.Y());
  descend({});
  // Where the zero network is the optimum this closes the gap: D(N) is its objective.
  offer_bound(oracle_.quick_bound(N_));
  update_gap();
  if (!start) return;
  problem_.check(*start, model_);
  std::vector<VectorNeuron> neurons = to_vector_neurons(*start, model_);
  if (neurons.empty()) return;
  if (neurons.size() > kMostStartNeurons) neurons.resize(kMostStartNeurons);
  const Vector zero_bias = std::exchange(bias_, start->output_bias);
  const MultiOutputTrainingResult zero = result_;
  descend(std::move(neurons));
  if (result_.bound.objective > zero.bound.objective) {
    bias_ = zero_bias;
    descend({});
  }
  update_gap();
}

void VectorGeneration::descend(std::vector<VectorNeuron> neurons) {
  if (!neurons.empty()) {
    VectorNewtonSettings settings;
    settings.stationarity = N_.size() > 0 ? std::clamp(1e-2 * excess(), 1e-11, 1e-6) : 1e-6;
    settings.control = settings_.control;
    VectorNewtonResult solved =
        vector_newton(problem_, oracle_.geometry(), std::move(neurons), bias_, settings);
    result_.newton_steps += solved.steps;
    neurons = std::move(solved.neurons);
    bias_ = std::move(solved.bias);
  }
  neurons_ = std::move(neurons);
  result_.network = to_network(neurons_, bias_, problem_.dimension());
  result_.bound.objective = problem_.objective(result_.network);
  fit_ = problem_.fit(result_.network);
  N_ = problem_.project_to_dual_domain(problem_.dual_point(fit_));
}

bool VectorGeneration::enter() {
  report("descend");
  const double before = result_.bound.objective;
  std::vector<VectorNeuron> neurons = neurons_;
  for (VectorNeuron& neuron : entering_vector_neurons(problem_, model_, fit_, N_, violators_)) {
    neurons.push_back(std::move(neuron));
  }
  descend(std::move(neurons));
  update_gap();
  return result_.bound.objective < before * (1 - 1e-14);
}

bool VectorGeneration::climb() {
  report("climb");
  std::vector<Vector> starts;
  for (const VectorNeuron& neuron : neurons_) starts.push_back(neuron.w.normalized());
  const double threshold = problem_.beta() * (1 + excess());
  for (int attempt = 0; attempt < kClimbs; ++attempt) {
    const auto seed = settings_.seed + 1000003 * static_cast<std::uint64_t>(result_.rounds) +
                      7919 * static_cast<std::uint64_t>(attempt);
    violators_ =
        oracle_.climb(N_, threshold, kEntering, seed, starts, settings_.threads, settings_.control);
    if (!violators_.empty()) return true;
  }
  return false;
}

double VectorGeneration::excess() const {
  const double loss = 0.5 * excess_factor_ * settings_.relative_gap * result_.bound.objective;
  return tolerable_excess(problem_, N_, loss);
}

DualNormStatus VectorGeneration::bound(bool descending) {
  report("bound");
  VectorNormSettings norm;
  norm.relative_gap = 0.1 * excess();
  norm.threshold = descending ? problem_.beta() * (1 + excess()) : 0;
  norm.threads = settings_.threads;
  norm.seed = settings_.seed + static_cast<std::uint64_t>(result_.rounds);
  norm.control = settings_.control;
  norm.control.progress = nullptr;
  VectorNormResult answer = oracle_.maximise(N_, norm);
  offer_bound(answer.upper);
  violators_ = std::move(answer.maximisers);
  if (violators_.size() > static_cast<std::size_t>(kEntering)) violators_.resize(kEntering);
  return answer.status;
}

void VectorGeneration::offer_bound(double norm) {
  MultiOutputBound candidate = scaled_bound(problem_, N_, norm);
  if (!(candidate.lower_bound > result_.bound.lower_bound)) return;
  result_.bound.lower_bound = candidate.lower_bound;
  result_.bound.dual_norm = candidate.dual_norm;
  result_.bound.dual = std::move(candidate.dual);
}

void VectorGeneration::update_gap() {
  result_.bound.relative_gap =
      gap_between(result_.bound.objective, result_.bound.lower_bound, first_loss_);
}

void VectorGeneration::report(std::string_view phase) const {
  if (settings_.control.progress == nullptr) return;
  char detail[128];
  std::snprintf(detail, sizeof detail, "round %lld, %zu neurons, objective %.10g, gap %.2g",
                static_cast<long long>(result_.rounds), neurons_.size(), result_.bound.objective,
                result_.bound.relative_gap);
  settings_.control.progress->report(phase, std::numeric_limits<double>::quiet_NaN(), detail);
}

MultiOutputTrainingResult VectorGeneration::finish(TrainingStatus status) {
  if (status != TrainingStatus::kSolved) {
    offer_bound(oracle_.quick_bound(N_));
    update_gap();
  }
  const bool solved = result_.bound.relative_gap <= settings_.relative_gap;
  result_.status = solved ? TrainingStatus::kSolved : status;
  result_.seconds = watch_.seconds();
  return std::move(result_);
}

}  // namespace thalweg::detail
