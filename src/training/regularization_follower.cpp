#include "training/regularization_follower.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "training/regularization_point.hpp"

namespace thalweg::detail {
namespace {

constexpr double kSameBeta = 1e-11;   ///< relative distance below which betas count as one
constexpr double kViolated = 1e-11;   ///< a condition below minus this does not hold
constexpr double kExcess = 1e-10;     ///< relative excess over beta of a direction that must enter
constexpr double kLeastStep = 1e-9;   ///< relative step below which a branch counts as not regular
constexpr double kTied = 1e-10;       ///< conditions that fail together within this
constexpr double kShorter = 0.3;      ///< a failed step is retried with this share of it
constexpr double kNearlyBeta = 1e-5;  ///< share of beta in which a moved maximiser is looked for
constexpr double kNoPull = 1e-13;     ///< a sample's weight, per beta, that counts as none
constexpr double kSameDirection = 1e-9;
constexpr int kMostEntryRounds = 40;
constexpr int kMostRepairs = 6;
constexpr int kMostStuck = 24;
constexpr Index kEntering = 8;
constexpr int kClimbs = 2;

bool by_value(const PathCondition& a, const PathCondition& b) { return a.value < b.value; }

double total_mass(const PathState& state) {
  double total = 0;
  for (const double mass : state.mass) total += std::abs(mass);
  return total;
}

/// P c / |P c|: where the piece's linear function is largest within its walls.
Vector steepest(const PathPiece& piece, const Matrix& X, const Vector& nu) {
  return (piece.basis * (piece.basis.transpose() * pull(piece, X, nu))).normalized();
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
  const TrainingProblem start = space_.problem().with_beta(state_.beta);
  state_.affine = start.stack(start.best_affine_part());
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
    target = state_.beta * std::pow(target / state_.beta, kShorter);
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
  guess.affine += step * tangent->affine;
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
    std::vector<PathCondition> now;
    const auto least = [&](const PathState& state) {
      const std::vector<PathCondition> all = path_conditions(walls_, pieces_, X, state, scale);
      now.clear();
      for (const std::size_t k : failing) now.push_back(all[k]);
      return std::min_element(now.begin(), now.end(), by_value)->value;
    };
    PathState found = state_;
    double worst = least(state_);
    if (worst > 0) {
      const std::optional<PathState> located = locate_event(equations_, state_, next, least);
      if (!located) return false;
      found = *located;
      worst = least(found);
    }
    std::erase_if(now, [&](const PathCondition& condition) {
      return condition.value > std::max(worst, 0.0) + kTied;
    });
    std::stable_sort(now.begin(), now.end(), by_value);
    next = found;
    change = Change{std::move(now), std::nullopt, {}};
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

PathPiece PathFollower::piece_of(const DualDirection& direction, Vector& u) const {
  std::vector<Index> on_walls;
  for (const Index i : direction.kinks) {
    on_walls.push_back(walls_.group[static_cast<std::size_t>(i)]);
  }
  u = space_.restrict_to(direction.u).normalized();
  return make_piece(walls_, to_double(direction.sign), u, std::move(on_walls));
}

bool PathFollower::is_maximiser(const PathPiece& piece, const PathState& at) const {
  PathState alone = at;
  alone.u = {steepest(piece, space_.problem().X(), at.nu)};
  alone.mass = {1};
  const std::vector<PathCondition> conditions =
      path_conditions(walls_, {piece}, space_.problem().X(), alone, 1);
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const PathCondition& condition) { return condition.value >= -kViolated; });
}

Vector PathFollower::lifted(const Vector& u) const {
  Neuron neuron;
  neuron.w = u;
  return space_.lift({std::move(neuron)}).front().w;
}

std::optional<PathPiece> PathFollower::maximiser_near(const PathPiece& piece,
                                                      const PathState& at) const {
  const Vector start = steepest(piece, space_.problem().X(), at.nu);
  const Vector nu = problem_.project_to_dual_domain(at.nu);
  const std::vector<DualDirection> found =
      oracle_.climb(nu, at.beta * (1 - kNearlyBeta), kEntering, settings_.seed, settings_.threads,
                    {lifted(start)}, settings_.control);
  std::optional<PathPiece> best;
  double closest = 0;
  for (const DualDirection& direction : found) {
    Vector u;
    PathPiece other = piece_of(direction, u);
    const double cosine = u.dot(start);
    if (other.s != piece.s || cosine <= closest || is_active(other.s, u)) continue;
    closest = cosine;
    best = std::move(other);
  }
  return best;
}

bool PathFollower::is_active(double sign, const Vector& u) const {
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    if (pieces_[j].s == sign && (state_.u[j] - u).norm() < kSameDirection) return true;
  }
  return false;
}

bool PathFollower::stop_at_entry(PathState& next, std::optional<Change>& change,
                                 Certificate& certificate) {
  const Matrix& X = space_.problem().X();
  const auto seed = settings_.seed + 1000003 * (path_.points.size() + 1);
  certificate = certify(next, seed);
  PathState low = next;
  int repairs = 0;
  for (int round = 1; round < kMostEntryRounds; ++round) {
    if (certificate.violators.empty()) return true;
    std::vector<PathPiece> candidates;
    for (const DualDirection& direction : certificate.violators) {
      Vector u;
      candidates.push_back(piece_of(direction, u));
    }
    if (!locate_entry(candidates, low, next)) return false;
    while (!is_maximiser(candidates.front(), next)) {
      // The maximiser has moved to another piece on the way.
      std::optional<PathPiece> other = maximiser_near(candidates.front(), next);
      if (!other || ++repairs > kMostRepairs) return false;
      candidates = {std::move(*other)};
      if (!locate_entry(candidates, low, next)) return false;
    }
    Change entry;
    entry.u = steepest(candidates.front(), X, next.nu);
    // A maximum that has split off from an active one needs a shorter step to be followed back.
    if (is_active(candidates.front().s, entry.u)) return false;
    entry.entering = candidates.front();
    change = std::move(entry);
    certificate = certify(next, seed + 101 * static_cast<std::uint64_t>(round));
    if (next.beta >= state_.beta && !certificate.violators.empty()) {
      // Several directions that reach beta at once enter one after the other.
      certificate.norm = bound_of(oracle_, certificate.nu, settings_);
      return true;
    }
    low = next;
  }
  return false;
}

bool PathFollower::locate_entry(std::vector<PathPiece>& candidates, const PathState& low,
                                PathState& found) {
  const Matrix& X = space_.problem().X();
  std::size_t best = 0;
  // Values at true directions: never above the dual norm, unlike |P c| of a piece that has lost its
  // maximiser.
  const auto room = [&](const PathState& state) {
    double largest = 0;
    for (std::size_t q = 0; q < candidates.size(); ++q) {
      const Vector u = steepest(candidates[q], X, state.nu);
      const double value = candidates[q].s * state.nu.dot((X * u).cwiseMax(0.0));
      if (value <= largest) continue;
      largest = value;
      best = q;
    }
    return 1 - largest / state.beta;
  };
  PathState high = state_;
  if (room(high) < 0 && room(branch_start_) >= 0) high = branch_start_;
  if (room(high) <= 0 || low.beta >= high.beta) {
    found = high;
  } else if (room(low) >= 0) {
    found = low;
  } else {
    const std::optional<PathState> located = locate_event(equations_, high, low, room);
    if (!located) return false;
    found = *located;
  }
  room(found);
  candidates = {PathPiece(candidates[best])};
  return true;
}

void PathFollower::record(const PathState& state, const Certificate& certificate, bool event) {
  if (!path_.points.empty() && path_.points.back().beta <= state.beta * (1 + kSameBeta)) {
    path_.points.back().event = path_.points.back().event || event;
    return;
  }
  PathPoint point;
  point.beta = state.beta;
  const std::vector<Neuron> neurons = neurons_of(state, &point.neurons);
  point.network = network_of(neurons, state);
  point.event = event;
  point.dual = certificate.nu;
  point.dual_norm = certificate.norm;
  complete_point(problem_, point);
  path_.points.push_back(std::move(point));
}

TwoLayerNetwork PathFollower::network_of(const std::vector<Neuron>& neurons,
                                         const PathState& state) const {
  return to_network(space_.lift(neurons), problem_.dimension(),
                    space_.lift(space_.problem().unstack(state.affine)));
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

void PathFollower::note(PathEventKind kind, Index id, Index wall) {
  const Index row = wall >= 0 ? walls_.first_rows[static_cast<std::size_t>(wall)] : -1;
  path_.events.push_back({state_.beta, kind, id, row, 0});
}

void PathFollower::apply(const Change& change) {
  if (change.entering) {
    PathPiece piece = *change.entering;
    piece.id = next_id_++;
    note(PathEventKind::kEntry, piece.id, -1);
    pieces_.push_back(std::move(piece));
    state_.mass.push_back(0);
    state_.u.push_back(change.u);
  }
  std::vector<std::size_t> leaving;
  for (const PathCondition& condition : change.conditions) {
    if (condition.kind == PathEventKind::kExit) {
      leaving.push_back(condition.piece);
      note(PathEventKind::kExit, pieces_[condition.piece].id, -1);
    } else {
      apply_wall(condition);
    }
  }
  std::sort(leaving.rbegin(), leaving.rend());
  for (const std::size_t j : leaving) {
    const auto at = static_cast<std::ptrdiff_t>(j);
    pieces_.erase(pieces_.begin() + at);
    state_.mass.erase(state_.mass.begin() + at);
    state_.u.erase(state_.u.begin() + at);
  }
  equations_.refresh(state_);
  branch_start_ = state_;
}

void PathFollower::apply_wall(const PathCondition& condition) {
  PathPiece& piece = pieces_[condition.piece];
  const bool on_wall = std::binary_search(piece.walls.begin(), piece.walls.end(), condition.wall);
  if (condition.kind == PathEventKind::kLeaveWall && on_wall && piece.independent) {
    note(condition.kind, piece.id, condition.wall);
    piece = without_wall(walls_, piece, condition.wall, condition.side);
  } else if (condition.kind == PathEventKind::kReachWall && !on_wall) {
    Vector& u = state_.u[condition.piece];
    PathPiece stopped = with_wall(walls_, piece, condition.wall, u);
    const auto k = std::lower_bound(stopped.walls.begin(), stopped.walls.end(), condition.wall) -
                   stopped.walls.begin();
    const bool pulled =
        std::abs(wall_weights(walls_, stopped, state_.nu)[k]) > kNoPull * state_.beta;
    note(pulled ? PathEventKind::kReachWall : PathEventKind::kCrossWall, piece.id, condition.wall);
    piece = pulled ? std::move(stopped) : across_wall(walls_, piece, condition.wall);
  } else {
    regular_ = false;  // several walls at once: training tells which
  }
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
