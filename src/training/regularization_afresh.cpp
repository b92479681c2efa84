// The follower's way past degenerate events: train just below, and read the active set off.

#include <algorithm>
#include <cmath>

#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/training/train.hpp"
#include "training/entering_neurons.hpp"
#include "training/regularization_follower.hpp"
#include "training/regularization_point.hpp"

namespace thalweg::detail {
namespace {

constexpr double kHolds = 1e-9;  ///< conditions of an adopted state may be violated by this much
constexpr int kHarvests = 6;
constexpr double kLeastShift = 1e-7;  ///< how far below an event training starts, relative
constexpr double kLongerShift = 100;

}  // namespace

void PathFollower::solve_afresh(double target) {
  ++path_.resolved;
  TrainingSettings settings;
  settings.relative_gap = std::min(1e-8, 0.01 * settings_.relative_gap);
  settings.threads = settings_.threads;
  settings.seed = settings_.seed;
  settings.control = settings_.control;
  const TwoLayerNetwork start = network_of(neurons_of(state_, nullptr), state_);
  // Where one degenerate event follows another, ever longer steps get past them.
  const bool again = afresh_at_ <= state_.beta * (1 + 10 * shift_);
  shift_ = again ? std::min(1.0, kLongerShift * shift_) : kLeastShift;
  for (double step = shift_;; step *= kLongerShift) {
    const double beta = std::max(target, state_.beta * (1 - step));
    afresh_at_ = beta;
    const TrainingProblem problem = problem_.with_beta(beta);
    const TrainingResult trained = train(problem, settings, start);
    if (settings_.control.should_stop()) return;
    if (adopt(trained.network, beta, state_.beta / beta - 1)) return;
    if (beta > target) continue;
    // No regular branch anywhere above the target: the trained point stands by itself.
    PathPoint point;
    point.beta = beta;
    point.network = trained.network;
    point.dual = trained.dual;
    point.dual_norm = trained.dual_norm;
    complete_point(problem_, point);
    point.neurons = match_neurons(path_.points.back().network, path_.points.back().neurons,
                                  point.network, next_id_);
    take_unsolved(point);
    path_.points.push_back(std::move(point));
    return;
  }
}

void PathFollower::take_unsolved(const PathPoint& point) {
  pieces_.clear();
  state_ = PathState{};
  state_.beta = point.beta;
  const TrainingProblem& solved = space_.problem();
  state_.affine = solved.stack(space_.restrict_to(problem_.affine_part(point.network)));
  const std::vector<Neuron> neurons = to_neurons(point.network);
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    const Vector w = space_.restrict_to(neurons[j].w);
    Vector u = w.normalized();
    pieces_.push_back(make_piece(walls_, to_double(neurons[j].sign), u, {}));
    pieces_.back().id = point.neurons[j];
    state_.mass.push_back(w.norm());
    state_.u.push_back(std::move(u));
  }
  equations_.refresh(state_);
  branch_start_ = state_;
  regular_ = false;
  stuck_ = 0;
}

bool PathFollower::adopt(const TwoLayerNetwork& network, double beta, double resolution) {
  const TrainingProblem problem = space_.problem().with_beta(beta);
  std::vector<Neuron> neurons = to_neurons(network);
  for (Neuron& neuron : neurons) neuron.w = space_.restrict_to(neuron.w);
  AffinePart affine = space_.restrict_to(problem_.affine_part(network));
  const std::vector<PathPiece> old_pieces = pieces_;
  const PathState old_state = state_;
  for (int round = 0; round < kHarvests; ++round) {
    SolverSettings settings;
    settings.stationarity = 1e-13;
    settings.control = settings_.control;
    const KinkNewtonResult solved = kink_newton(problem, neurons, affine, settings);
    neurons = solved.neurons;
    affine = solved.affine();
    pieces_.clear();
    PathState guess;
    guess.beta = beta;
    guess.affine = problem.stack(affine);
    for (const Neuron& neuron : neurons) {
      std::vector<Index> on_walls;
      for (const Index i : neuron.kinks) {
        const Index g = walls_.group[static_cast<std::size_t>(i)];
        if (g >= 0) on_walls.push_back(g);
      }
      Vector u = neuron.w.normalized();
      pieces_.push_back(make_piece(walls_, to_double(neuron.sign), u, std::move(on_walls)));
      guess.mass.push_back(neuron.w.norm());
      guess.u.push_back(std::move(u));
    }
    const std::optional<PathState> state = equations_.solve(guess, beta);
    if (!state || !holds(*state) || !equations_.tangent(*state)) break;
    const Certificate certificate =
        certify(*state, settings_.seed + 1000003 * (path_.points.size() + 1) +
                            17 * static_cast<std::uint64_t>(round));
    if (certificate.violators.empty()) {
      name_pieces(old_pieces, old_state, *state, resolution);
      state_ = *state;
      branch_start_ = state_;
      regular_ = true;
      stuck_ = 0;
      record(state_, certificate, true);
      return true;
    }
    for (Neuron& neuron :
         entering_neurons(problem_.with_beta(beta), state->fit, state->nu, certificate.violators)) {
      neuron.w = space_.restrict_to(neuron.w);
      neurons.push_back(std::move(neuron));
    }
  }
  pieces_ = old_pieces;
  return false;
}

bool PathFollower::holds(const PathState& state) const {
  double scale = 0;
  for (const double mass : state.mass) scale += std::abs(mass);
  const std::vector<PathCondition> conditions =
      path_conditions(walls_, pieces_, space_.problem().X(), state, scale);
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const PathCondition& condition) { return condition.value >= -kHolds; });
}

void PathFollower::name_pieces(const std::vector<PathPiece>& old_pieces, const PathState& old_state,
                               const PathState& state, double resolution) {
  const auto as_network = [&](const std::vector<PathPiece>& pieces, const PathState& of) {
    TwoLayerNetwork network = TwoLayerNetwork::empty(space_.problem().dimension());
    network.W.resize(static_cast<Index>(pieces.size()), space_.problem().dimension());
    network.alpha.resize(static_cast<Index>(pieces.size()), 1);
    for (std::size_t j = 0; j < pieces.size(); ++j) {
      network.W.row(static_cast<Index>(j)) = of.u[j].transpose();
      network.alpha(static_cast<Index>(j), 0) = pieces[j].s;
    }
    return network;
  };
  std::vector<Index> old_ids;
  for (const PathPiece& piece : old_pieces) old_ids.push_back(piece.id);
  const std::vector<Index> ids = match_neurons(as_network(old_pieces, old_state), old_ids,
                                               as_network(pieces_, state), next_id_);
  const std::size_t before = path_.events.size();
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    pieces_[j].id = ids[j];
    if (std::find(old_ids.begin(), old_ids.end(), ids[j]) == old_ids.end()) {
      path_.events.push_back({state.beta, PathEventKind::kEntry, ids[j], -1, resolution});
    }
  }
  for (const Index id : old_ids) {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    path_.events.push_back({state.beta, PathEventKind::kExit, id, -1, resolution});
  }
  if (path_.events.size() == before) {
    path_.events.push_back({state.beta, PathEventKind::kRearranged, -1, -1, resolution});
  }
}

}  // namespace thalweg::detail
