#include "landscape/mass_descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "landscape/mass_newton.hpp"
#include "landscape/path_stages.hpp"

namespace thalweg::landscape {
namespace {

/// How far beyond beta a neuron's dual constraint counts as violated, relative to beta.
constexpr double kViolation = 1e-12;
/// Steps that promise less than this share of PathWalk::level() are not taken.
constexpr double kNothing = 1e-3;
/// Masses below this share of what they were are 0.
constexpr double kGone = 1e-12;
/// Neurons with less than this share of all mass may be what rounding left of one.
constexpr double kResidue = 1e-9;
/// A full step ends a little before the minimum on its line, where the slope is 0 to rounding.
constexpr double kShortened[] = {0x1p-30, 0x1p-24, 0x1p-18, 0x1p-12, 0x1p-6, 0x1p-1};

/// Columns of the affine coefficients, (n x affine_size()).
Matrix affine_columns(const TrainingProblem& problem) {
  Matrix columns(problem.samples(), problem.affine_size());
  for (Index k = 0; k < columns.cols(); ++k) {
    columns.col(k) = problem.affine_fit(problem.unstack(Vector::Unit(columns.cols(), k)));
  }
  return columns;
}

}  // namespace

/// The neurons whose masses move, and L's first derivatives there.
struct MassDescent::Support {
  std::vector<std::pair<Index, PathSlot>> neurons;  ///< with their slots; the entering one last
  bool enters = false;
  bool shares = false;  ///< the entering neuron's slot is occupied: their products s z v add up
  Matrix columns;       ///< (n x (neurons + affine_size()))
  Vector gradient;      ///< of L in (lengths |w| |alpha|, affine coefficients)

  [[nodiscard]] Index size() const { return static_cast<Index>(neurons.size()); }
};

MassDescent::Support MassDescent::support(const PathSlot* entering, Index slot) const {
  const TrainingProblem& problem = walk_.problem();
  Support result;
  for (const Index j : walk_.occupied()) {
    result.neurons.emplace_back(j, walk_.here().slots[static_cast<std::size_t>(j)]);
  }
  if (entering != nullptr) {
    result.enters = true;
    result.shares = walk_.here().slots[static_cast<std::size_t>(slot)].mass > 0;
    result.neurons.emplace_back(slot, PathSlot{entering->direction, entering->sign, 0});
  }
  const Index k = result.size();
  const Matrix affine = affine_columns(problem);
  result.columns.resize(problem.samples(), k + affine.cols());
  for (Index q = 0; q < k; ++q) {
    const PathSlot& neuron = result.neurons[static_cast<std::size_t>(q)].second;
    result.columns.col(q) = to_double(neuron.sign) * walk_.atom(neuron.direction);
  }
  result.columns.rightCols(affine.cols()) = affine;
  const Vector nu = problem.dual_point(walk_.fit(walk_.here()));
  result.gradient = -result.columns.transpose() * nu;
  result.gradient.head(k).array() += problem.beta();
  const Vector c = problem.stack(walk_.here().affine);
  result.gradient.tail(affine.cols()) += problem.affine_penalties().cwiseProduct(c);
  return result;
}

PathState MassDescent::state_at(const Support& support, const Vector& change, double t) {
  const TrainingProblem& problem = walk_.problem();
  PathState next = walk_.here();
  for (const auto& [slot, neuron] : support.neurons) {
    next.slots[static_cast<std::size_t>(slot)].mass = 0;
  }
  for (Index q = 0; q < support.size(); ++q) {
    auto [slot, neuron] = support.neurons[static_cast<std::size_t>(q)];
    const double before = neuron.mass;
    neuron.mass += t * change[q] / walk_.norm(neuron.direction);
    if (change[q] < 0 && !(neuron.mass > kGone * before)) neuron.mass = 0;
    PathSlot& place = next.slots[static_cast<std::size_t>(slot)];
    if (place.mass > 0 && neuron.mass > 0) {
      const Vector sum = walk_.product(place) + walk_.product(neuron);
      neuron = {walk_.direction(to_double(neuron.sign) * sum), neuron.sign, 1};
    }
    if (neuron.mass > 0 || place.mass == 0) place = neuron;
  }
  const Vector c = problem.stack(next.affine);
  next.affine = problem.unstack(c + t * change.tail(c.size()));
  return next;
}

bool MassDescent::move_on(const Support& support) {
  if (support.columns.cols() == 0) return false;
  const TrainingProblem& problem = walk_.problem();
  const Vector fit = walk_.fit(walk_.here());
  const MassDirection direction = mass_direction(problem, support.columns, support.gradient,
                                                 problem.loss().curvature(fit, problem.y()));
  const Vector& change = direction.change;
  if (support.enters && !(change[support.size() - 1] > 0)) return false;
  double furthest = std::numeric_limits<double>::infinity();
  for (Index q = 0; q < support.size(); ++q) {
    const PathSlot& neuron = support.neurons[static_cast<std::size_t>(q)].second;
    const double length = neuron.mass * walk_.norm(neuron.direction);
    if (change[q] < 0) furthest = std::min(furthest, -length / change[q]);
  }
  const double length = best_length(problem, fit, problem.stack(walk_.here().affine),
                                    support.columns, direction, furthest);
  const double promised = -0.5 * length * support.gradient.dot(change);
  if (!(promised > kNothing * walk_.level()) || !std::isfinite(length)) return false;
  const SegmentKind kind = support.shares ? SegmentKind::kMerge : SegmentKind::kMasses;
  if (length == furthest && walk_.descend(state_at(support, change, length), kind)) return true;
  for (const double back : kShortened) {
    PathState next = state_at(support, change, (1 - back) * length);
    const std::optional<double> end = walk_.slope(next, kind);
    if (!end || *end > 0) continue;
    walk_.append(std::move(next), kind);
    return true;
  }
  return false;
}

std::vector<const PathSlot*> MassDescent::violators() const {
  const TrainingProblem& problem = walk_.problem();
  const Vector nu = problem.dual_point(walk_.fit(walk_.here()));
  std::vector<std::pair<double, const PathSlot*>> found;
  for (const PathSlot& slot : target_.slots) {
    if (slot.mass == 0 || walk_.find(slot.direction, slot.sign)) continue;
    const double value = to_double(slot.sign) * nu.dot(walk_.atom(slot.direction));
    if (value > (1 + kViolation) * problem.beta()) found.emplace_back(value, &slot);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const PathSlot*> slots;
  slots.reserve(found.size());
  for (const auto& [value, slot] : found) slots.push_back(slot);
  for (std::size_t k = slots.size(); order_ != nullptr && k > 1; --k) {
    std::swap(slots[k - 1], slots[order_->below(k)]);
  }
  return slots;
}

MassDescent::Step MassDescent::step() {
  if (move_on(support(nullptr, -1))) return Step::kMoved;
  const std::vector<const PathSlot*> entering = violators();
  if (entering.empty()) return Step::kMinimum;
  const std::optional<Index> blank = walk_.blank();
  for (const PathSlot* neuron : entering) {
    if (blank && move_on(support(neuron, *blank))) return Step::kMoved;
    if (blank) continue;
    for (const Index slot : walk_.occupied()) {
      if (!share_cell(walk_, walk_.here().slots[static_cast<std::size_t>(slot)], *neuron)) continue;
      if (move_on(support(neuron, slot))) return Step::kMoved;
    }
  }
  if (drop_residue()) return Step::kMoved;
  return blank ? Step::kMinimum : Step::kFull;
}

bool MassDescent::drop_residue() {
  double total = 0;
  double least = std::numeric_limits<double>::infinity();
  std::size_t smallest = 0;
  for (const Index j : walk_.occupied()) {
    const PathSlot& slot = walk_.here().slots[static_cast<std::size_t>(j)];
    const double length = slot.mass * walk_.norm(slot.direction);
    total += length;
    if (!(length < least)) continue;
    least = length;
    smallest = static_cast<std::size_t>(j);
  }
  if (!(least <= kResidue * total)) return false;
  PathState next = walk_.here();
  next.slots[smallest].mass = 0;
  return walk_.descend(std::move(next), SegmentKind::kMasses);
}

}  // namespace thalweg::landscape
