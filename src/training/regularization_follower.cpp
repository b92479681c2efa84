#include "training/regularization_follower.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "training/regularization_point.hpp"

namespace thalweg::detail {
namespace {

constexpr double kSameBeta = 1e-11;  ///< relative distance below which betas count as one
constexpr double kViolated = 1e-11;  ///< a condition below minus this does not hold
constexpr double kExcess = 1e-10;    ///< relative excess over beta of a direction that must enter
constexpr double kLeastStep = 1e-9;  ///< relative step below which a branch counts as not regular
constexpr int kMostStuck = 12;
constexpr Index kEntering = 8;
constexpr int kClimbs = 2;

double total_mass(const PathState& state) {
  double total = 0;
  for (const double mass : state.mass) total += std::abs(mass);
  return total;
}

/// |P c|, the largest pull on a direction of this piece within its walls.
double piece_value(const PathPiece& piece, const Matrix& X, const Vector& nu) {
  return (piece.basis.transpose() * pull(piece, X, nu)).norm();
}

}  // namespace

PathFollower::PathFollower(const TrainingProblem& problem, const PathSettings& settings,
                           std::vector<double> betas)
    : problem_(problem),
      settings_(settings),
      betas_(std::move(betas)),
      space_(problem),
      oracle_(problem.X()),
      walls_(oracle_.geometry(), space_.problem().X()),
      equations_(space_.problem(), pieces_) {}

RegularizationPath PathFollower::run() {
  path_.method = PathMethod::kExact;
  path_.beta_max = betas_.front();
  state_.beta = betas_.front();
  state_.bias = problem_.with_beta(state_.beta).bias_of_zero_network();
  equations_.refresh(state_);
  branch_start_ = state_;
  record(state_, certify(state_, settings_.seed), false);
  while (!settings_.control.should_stop()) {
    const double target = next_target();
    if (target == 0) break;
    report();
    advance(target);
  }
  path_.newton_steps += equations_.steps();
  path_.status = settled_status(path_, settings_, next_target() > 0);
  path_.seconds = watch_.seconds();
  return std::move(path_);
}

double PathFollower::next_target() const {
  const double below = state_.beta * (1 - kSameBeta);
  const auto next =
      std::find_if(betas_.begin(), betas_.end(), [&](double beta) { return beta <= below; });
  return next == betas_.end() ? 0 : *next;
}

void PathFollower::advance(double target) {
  if (!regular_ || stuck_ > kMostStuck) return solve_afresh(target);
  const double goal = target;
  while (!settings_.control.should_stop()) {
    const Step step = try_step(target);
    if (step == Step::kMoved) return;
    target = std::sqrt(state_.beta * target);
    if (step == Step::kSingular || state_.beta - target <= kLeastStep * state_.beta) {
      return solve_afresh(goal);
    }
  }
}

std::optional<PathState> PathFollower::predict(double target) {
  const std::optional<PathTangent> tangent = equations_.tangent(state_);
  if (!tangent) return std::nullopt;
  PathState guess = state_;
  const double step = target - state_.beta;
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    guess.mass[j] += step * tangent->mass[j];
    guess.u[j] = (guess.u[j] + step * tangent->u[j]).normalized();
  }
  guess.bias += step * tangent->bias;
  return guess;
}

PathFollower::Step PathFollower::try_step(double target) {
  const std::optional<PathState> guess = predict(target);
  if (!guess) return Step::kSingular;
  std::optional<PathState> next = equations_.solve(*guess, target);
  if (!next) return Step::kFailed;
  std::optional<Change> change;
  Certificate certificate;
  if (!stop_at_condition(*next, change)) return Step::kFailed;
  if (!stop_at_entry(*next, change, certificate)) return Step::kFailed;
  if (settings_.control.should_stop()) return Step::kFailed;
  stuck_ = next->beta >= state_.beta * (1 - kSameBeta) ? stuck_ + 1 : 0;
  // A direction that an earlier certificate let pass within its slack takes the path back.
  std::erase_if(path_.points, [&](const PathPoint& point) { return point.beta < next->beta; });
  state_ = *next;
  record(state_, certificate, change.has_value());
  if (change) apply(*change);
  return Step::kMoved;
}

bool PathFollower::stop_at_condition(PathState& next, std::optional<Change>& change) {
  const Matrix& X = space_.problem().X();
  const double scale = std::max(total_mass(next), total_mass(state_));
  for (int round = 0; round < 8; ++round) {
    const std::vector<PathCondition> at_next = path_conditions(walls_, pieces_, X, next, scale);
    std::vector<std::size_t> failing;
    for (std::size_t k = 0; k < at_next.size(); ++k) {
      if (at_next[k].value < -kViolated) failing.push_back(k);
    }
    if (failing.empty()) return true;
    PathCondition first;
    const auto least = [&](const PathState& state) {
      const std::vector<PathCondition> now = path_conditions(walls_, pieces_, X, state, scale);
      const auto k = *std::min_element(failing.begin(), failing.end(),
                                       [&](auto a, auto b) { return now[a].value < now[b].value; });
      first = now[k];
      return now[k].value;
    };
    PathState found = state_;
    if (least(state_) > 0) {
      const std::optional<PathState> located = locate_event(equations_, state_, next, least);
      if (!located) return false;
      found = *located;
      least(found);
    }
    next = found;
    change = Change{first, std::nullopt, {}};
    if (found.beta >= state_.beta) return true;
  }
  return false;
}

double PathFollower::excess(const PathState& state) const {
  return std::max(kExcess, 20 * equations_.noise(state));
}

PathFollower::Certificate PathFollower::certify(const PathState& state, std::uint64_t seed) const {
  Certificate result;
  result.nu = problem_.project_to_dual_domain(state.nu);
  const double least = state.beta * (1 + excess(state));
  for (int attempt = 0; attempt < kClimbs; ++attempt) {
    result.violators =
        oracle_.climb(result.nu, least, kEntering, seed + 7919 * static_cast<unsigned>(attempt),
                      settings_.threads, {}, settings_.control);
    if (!result.violators.empty()) return result;
  }
  DualNormSettings decision;
  decision.threshold = state.beta * (1 + std::max(0.2 * settings_.relative_gap, 2 * excess(state)));
  decision.relative_gap = std::max(1e-13, 0.1 * (decision.threshold / state.beta - 1));
  decision.threads = settings_.threads;
  decision.seed = seed;
  decision.control = settings_.control;
  DualNormResult answer = oracle_.maximise(result.nu, decision);
  result.norm = answer.upper;
  if (answer.status == DualNormStatus::kThresholdExceeded) {
    result.violators = std::move(answer.maximisers);
    std::erase_if(result.violators,
                  [&](const DualDirection& direction) { return direction.value <= least; });
  }
  return result;
}

bool PathFollower::stop_at_entry(PathState& next, std::optional<Change>& change,
                                 Certificate& certificate) {
  const Matrix& X = space_.problem().X();
  for (int round = 0; round < 40; ++round) {
    const auto seed = settings_.seed + 1000003 * (path_.points.size() + 1);
    certificate = certify(next, seed + 101 * static_cast<std::uint64_t>(round));
    if (certificate.violators.empty()) return true;
    std::vector<PathPiece> candidates;
    for (const DualDirection& direction : certificate.violators) {
      std::vector<Index> on_walls;
      for (const Index i : direction.kinks) {
        on_walls.push_back(walls_.group[static_cast<std::size_t>(i)]);
      }
      Vector u = space_.restrict_to(direction.u).normalized();
      candidates.push_back(make_piece(walls_, to_double(direction.sign), u, std::move(on_walls)));
    }
    std::size_t best = 0;
    const auto room = [&](const PathState& state) {
      double largest = 0;
      for (std::size_t q = 0; q < candidates.size(); ++q) {
        const double value = piece_value(candidates[q], X, state.nu);
        if (value <= largest) continue;
        largest = value;
        best = q;
      }
      return 1 - largest / state.beta;
    };
    if (room(next) >= 0) return true;  // the excess is rounding
    PathState high = state_;
    if (room(high) < 0 && room(branch_start_) >= 0) high = branch_start_;
    if (room(high) > 0) {
      const std::optional<PathState> located = locate_event(equations_, high, next, room);
      if (!located) return false;
      next = *located;
    } else {
      next = high;
    }
    room(next);
    Change entry;
    entry.condition.kind = PathEventKind::kEntry;
    entry.u = (candidates[best].basis *
               (candidates[best].basis.transpose() * pull(candidates[best], X, next.nu)))
                  .normalized();
    entry.entering = candidates[best];
    change = std::move(entry);
    if (next.beta >= state_.beta) {
      certificate = certify(next, seed);
      if (certificate.norm == 0) certificate.norm = bound_of(oracle_, certificate.nu, settings_);
      return true;
    }
  }
  return false;
}

void PathFollower::record(const PathState& state, const Certificate& certificate, bool event) {
  if (!path_.points.empty() && path_.points.back().beta <= state.beta * (1 + kSameBeta)) {
    path_.points.back().event = path_.points.back().event || event;
    return;
  }
  PathPoint point;
  point.beta = state.beta;
  const std::vector<Neuron> neurons = neurons_of(state, &point.neurons);
  point.network = to_network(space_.lift(neurons), problem_.dimension(), state.bias);
  point.event = event;
  point.dual = certificate.nu;
  point.dual_norm = certificate.norm;
  complete_point(problem_, point);
  path_.points.push_back(std::move(point));
}

std::vector<Neuron> PathFollower::neurons_of(const PathState& state,
                                             std::vector<Index>* ids) const {
  constexpr double kNothing = 1e-13;  // a mass of this share is that of an event
  std::vector<Neuron> neurons;
  const double least = kNothing * total_mass(state);
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    if (!(state.mass[j] > least)) continue;
    Neuron neuron;
    neuron.w = state.mass[j] * state.u[j];
    neuron.sign = sign_of(pieces_[j].s);
    neurons.push_back(std::move(neuron));
    if (ids != nullptr) ids->push_back(pieces_[j].id);
  }
  return neurons;
}

void PathFollower::note(const PathCondition& condition, Index id, Index wall) {
  const Index row = wall >= 0 ? walls_.first_rows[static_cast<std::size_t>(wall)] : -1;
  path_.events.push_back({state_.beta, condition.kind, id, row, 0});
}

void PathFollower::apply(const Change& change) {
  PathCondition condition = change.condition;
  if (change.entering) {
    PathPiece piece = *change.entering;
    piece.id = next_id_++;
    note(condition, piece.id, -1);
    pieces_.push_back(std::move(piece));
    state_.mass.push_back(0);
    state_.u.push_back(change.u);
    branch_start_ = state_;
    return;
  }
  const std::size_t j = condition.piece;
  const auto at = static_cast<std::ptrdiff_t>(j);
  PathPiece& piece = pieces_[j];
  switch (condition.kind) {
    case PathEventKind::kExit:
      note(condition, piece.id, -1);
      pieces_.erase(pieces_.begin() + at);
      state_.mass.erase(state_.mass.begin() + at);
      state_.u.erase(state_.u.begin() + at);
      break;
    case PathEventKind::kReachWall: {
      PathPiece on_wall = with_wall(walls_, piece, condition.wall, state_.u[j]);
      const auto k = std::lower_bound(on_wall.walls.begin(), on_wall.walls.end(), condition.wall) -
                     on_wall.walls.begin();
      const Vector weights = wall_weights(walls_, on_wall, state_.nu);
      if (std::abs(weights[k]) > kExcess * state_.beta) {
        note(condition, piece.id, condition.wall);
        piece = std::move(on_wall);
      } else {
        condition.kind = PathEventKind::kCrossWall;
        note(condition, piece.id, condition.wall);
        piece = across_wall(walls_, piece, condition.wall);
      }
      break;
    }
    case PathEventKind::kLeaveWall:
      note(condition, piece.id, condition.wall);
      piece = without_wall(walls_, piece, condition.wall, condition.side);
      break;
    default:
      regular_ = false;  // several walls at once: only training tells which
      return;
  }
  equations_.refresh(state_);
  branch_start_ = state_;
}

void PathFollower::report() const {
  if (settings_.control.progress == nullptr) return;
  char detail[128];
  std::snprintf(detail, sizeof detail, "beta %.4g, %zu neurons, %zu events", state_.beta,
                pieces_.size(), path_.events.size());
  const double whole = std::log(betas_.front() / betas_.back());
  const double done = std::log(betas_.front() / state_.beta);
  settings_.control.progress->report("path", whole > 0 ? done / whole : 1, detail);
}

}  // namespace thalweg::detail
