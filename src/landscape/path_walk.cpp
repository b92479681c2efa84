#include "landscape/path_walk.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/convex/neuron.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kLevel = 1e-13;

/// Shares of a segment that are left out where its end's slope is rounding's.
constexpr double kBack[] = {0x1p-40, 0x1p-30, 0x1p-20, 0x1p-10};

/// At t of the segment of kind kMasses between two states.
PathState between(const TrainingProblem& problem, const PathState& from, const PathState& to,
                  double t) {
  PathState state = to;
  for (std::size_t j = 0; j < state.slots.size(); ++j) {
    PathSlot& slot = state.slots[j];
    const PathSlot& before = from.slots[j];
    const double mass = before.mass + t * (slot.mass - before.mass);
    if (slot.mass == 0) slot = before;
    slot.mass = mass;
  }
  const Vector c = problem.stack(from.affine);
  state.affine = problem.unstack(c + t * (problem.stack(to.affine) - c));
  return state;
}

NetworkPath balanced_start(const TrainingProblem& problem, const TwoLayerNetwork& start) {
  BalancedNetwork balanced = balance_exactly(problem, start);
  NetworkPath path;
  path.start = start;
  path.directions = std::move(balanced.directions);
  path.states.push_back(std::move(balanced.state));
  return path;
}

}  // namespace

PathWalk::PathWalk(const TrainingProblem& problem, const TwoLayerNetwork& start)
    : PathWalk(problem, balanced_start(problem, start)) {}

PathWalk::PathWalk(const TrainingProblem& problem, NetworkPath path)
    : problem_(problem), path_(std::move(path)) {
  for (Index k = 0; k < path_.directions.rows(); ++k) remember(k);
  if (problem.loss().has_rational_conjugate()) exact_.emplace(problem);
  const TwoLayerNetwork nothing = to_network({}, problem.dimension(), problem.best_affine_part());
  unit_ = std::min(problem.objective(path_.start), problem.objective(nothing));
  set_level();
}

void PathWalk::set_level() {
  const double objective = this->objective(here());
  level_ = kLevel * std::max(objective, std::sqrt(objective) * std::sqrt(unit_));
}

void PathWalk::remember(Index direction) {
  const Vector v = path_.directions.row(direction).transpose();
  norms_.push_back(v.stableNorm());
  atoms_.push_back((problem_.X() * (v / norms_.back())).cwiseMax(0.0));
}

Index PathWalk::direction(const Vector& v) {
  for (Index k = 0; k < path_.directions.rows(); ++k) {
    if (path_.directions.row(k).transpose() == v) return k;
  }
  path_.directions.conservativeResize(path_.directions.rows() + 1, Eigen::NoChange);
  path_.directions.bottomRows(1) = v.transpose();
  remember(path_.directions.rows() - 1);
  return path_.directions.rows() - 1;
}

std::vector<Index> PathWalk::occupied() const {
  std::vector<Index> slots;
  for (std::size_t j = 0; j < here().slots.size(); ++j) {
    if (here().slots[j].mass > 0) slots.push_back(static_cast<Index>(j));
  }
  return slots;
}

std::optional<Index> PathWalk::blank() const {
  for (std::size_t j = 0; j < here().slots.size(); ++j) {
    if (here().slots[j].mass == 0) return static_cast<Index>(j);
  }
  return std::nullopt;
}

std::optional<Index> PathWalk::find(Index direction, Sign sign) const {
  for (std::size_t j = 0; j < here().slots.size(); ++j) {
    const PathSlot& slot = here().slots[j];
    if (slot.mass > 0 && slot.direction == direction && slot.sign == sign) {
      return static_cast<Index>(j);
    }
  }
  return std::nullopt;
}

Vector PathWalk::fit(const PathState& state) const {
  Vector result = problem_.affine_fit(state.affine);
  for (const PathSlot& slot : state.slots) {
    if (slot.mass == 0) continue;
    result += to_double(slot.sign) * slot.mass * norm(slot.direction) * atom(slot.direction);
  }
  return result;
}

double PathWalk::objective(const PathState& state) const {
  double length = 0;
  for (const PathSlot& slot : state.slots) {
    if (slot.mass > 0) length += slot.mass * norm(slot.direction);
  }
  const Vector c = problem_.stack(state.affine);
  return problem_.loss().value(fit(state), problem_.y()) + problem_.beta() * length +
         0.5 * problem_.affine_penalties().dot(c.cwiseAbs2());
}

Vector PathWalk::product(const PathSlot& slot) const {
  if (slot.mass == 0) return Vector::Zero(problem_.dimension());
  return to_double(slot.sign) * slot.mass * path_.directions.row(slot.direction).transpose();
}

double PathWalk::floating_slope(const PathState& next) const {
  const Vector end = fit(next);
  const Vector c = problem_.stack(next.affine);
  const Vector move = c - problem_.stack(here().affine);
  double length = 0;
  for (std::size_t j = 0; j < next.slots.size(); ++j) {
    const Vector to = product(next.slots[j]);
    const Vector step = to - product(here().slots[j]);
    const double norm = to.norm();
    length += norm > 0 ? to.dot(step) / norm : -step.norm();
  }
  return problem_.loss().gradient(end, problem_.y()).dot(end - fit(here())) +
         problem_.beta() * length + problem_.affine_penalties().cwiseProduct(c).dot(move);
}

std::optional<double> PathWalk::slope(const PathState& next, SegmentKind kind) {
  if (!exact_) return floating_slope(next);
  if (exact_->find_fault(path_.directions, here(), next, kind)) return std::nullopt;
  return exact_->slope(path_.directions, here(), next);
}

bool PathWalk::descend(PathState next, SegmentKind kind) {
  const std::optional<double> slope = this->slope(next, kind);
  if (!slope || *slope > level_) return false;
  if (*slope > 0) stop_before(next, kind);
  append(std::move(next), kind);
  return true;
}

void PathWalk::stop_before(const PathState& next, SegmentKind kind) {
  if (!(objective(here()) - objective(next) > level_)) return;
  for (const double back : kBack) {
    PathState before = between(problem_, here(), next, 1 - back);
    if (kind == SegmentKind::kMerge) turn(before, next, 1 - back);
    const std::optional<double> slope = this->slope(before, kind);
    if (!slope || *slope > 0) continue;
    append(std::move(before), kind);
    if (this->slope(next, kind).value_or(2 * level_) <= level_) return;
    path_.states.pop_back();
    path_.kinds.pop_back();
    set_level();
  }
}

void PathWalk::turn(PathState& state, const PathState& next, double t) {
  for (std::size_t j = 0; j < state.slots.size(); ++j) {
    const PathSlot& from = here().slots[j];
    const PathSlot& to = next.slots[j];
    if (from.mass == 0 || to.mass == 0 || from.direction == to.direction) continue;
    const Vector p = (1 - t) * product(from) + t * product(to);
    state.slots[j] = {direction(to_double(to.sign) * p), to.sign, 1};
  }
}

void PathWalk::append(PathState next, SegmentKind kind) {
  path_.states.push_back(std::move(next));
  path_.kinds.push_back(kind);
  set_level();
}

}  // namespace thalweg::landscape
