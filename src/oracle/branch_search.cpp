#include "oracle/branch_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thalweg::oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Ranges of this many lines are computed anew in a node, those that lose most.
constexpr std::size_t kTightened = 3;
/// A range is worth computing where its line loses this share of what the node is above its target.
constexpr double kWorthTightening = 0.05;
/// The same of a maximum's line, of which there may be many.
constexpr double kWorthALine = 0.01;

/// More open nodes than this are taken up depth first, for their memory.
constexpr std::size_t kMostQueued = 20000;
constexpr auto kSmallerBound = [](const auto& a, const auto& b) { return a.bound < b.bound; };

RowMultipliers sparse(const Vector& values, const std::vector<Index>& slots) {
  RowMultipliers result;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const double value = values[static_cast<Index>(i)];
    if (value > 0) result.emplace_back(slots[i], value);
  }
  return result;
}

}  // namespace

BranchSearch::BranchSearch(const BranchClimb& climb, const BranchForm& form, const Vector& nu,
                           Plan plan)
    : climb_(climb),
      form_(form),
      nu_(to_double(climb.sign()) * nu),
      weights_(form.shallow_dual(nu_)),
      plan_(std::move(plan)),
      value_(plan_.value) {
  push(root());
}

double BranchSearch::target() const {
  if (plan_.threshold > 0) return plan_.threshold;
  return value_ * (1 + plan_.relative_gap);
}

void BranchSearch::try_point(const Vector& w) {
  if (!(form_.norm().value(w) > 0) || !climb_.in_domain(w)) return;
  const double length = form_.norm().value(w);
  const BranchValue at = climb_.evaluate(w / length);
  if (!(at.value > value_ * (1 + 1e-12))) return;
  BranchMaximiser here = climb_.describe(w, at.pattern);
  BranchMaximiser better = climb_.polish(at.pattern);
  if (better.value > here.value) here = std::move(better);
  if (!(here.value > value_)) return;
  value_ = here.value;
  found_.push_back(std::move(here));
}

BranchSearch::Bounded BranchSearch::bound(const BranchRelaxation& relaxation, Node& node) {
  const bool last = std::all_of(node.choices.begin(), node.choices.end(),
                                [](std::int16_t choice) { return choice != kUndecided; });
  ConeProgramGoal goal;
  // A little lower than necessary, for the rounding of the bound.
  goal.target = (target() - relaxation.constant()) * (1 - 1e-11) - 1e-11 * relaxation.constant();
  goal.undecided = last ? 0 : 0.05;
  const ConeProgramSolution solution = solve_cone_program(form_.norm(), relaxation.program(), goal);
  Bounded result{relaxation.bound(solution.multipliers), solution.multipliers};
  const double length = form_.norm().value(solution.w);
  if (length > 0) {
    node.w = solution.w / length;
    try_point(node.w);
  }
  return result;
}

bool BranchSearch::accept(const BranchRegion& region, const BranchRelaxation& relaxation,
                          const Node& node, const Bounded& bounded) {
  if (plan_.sink != nullptr) {
    BranchLeaf leaf{
        node.choices, sparse(bounded.multipliers, region.slots()), {}, {}, bounded.bound};
    const Index cone = region.cone().cols();
    for (std::size_t b = 0; b < relaxation.boxes().size(); ++b) {
      const BranchRelaxation::Box& box = relaxation.boxes()[b];
      const double share = bounded.multipliers[cone + static_cast<Index>(b)] / box.weight;
      if (share > 0) leaf.shares.emplace_back(box.slot, std::min(share, 1.0));
    }
    for (const BranchRelaxation::Line& line : relaxation.lines()) {
      const auto& unit = form_.units()[static_cast<std::size_t>(line.unit)];
      if (unit.kind == BranchForm::Kind::kRelu) leaf.ranges.emplace_back(line.unit, line.range);
    }
    if (!plan_.sink->leaf(leaf)) return false;
  }
  ++leaves_;
  closed_ = std::max(closed_, bounded.bound);
  return true;
}

/// Proves shorter ranges for the lines that lose most; whether any became shorter.
bool BranchSearch::tighten(const BranchRegion& region, const BranchRelaxation& relaxation,
                           Node& node) const {
  std::vector<std::pair<double, const BranchRelaxation::Line*>> lossy;
  double total = 0;
  for (const BranchRelaxation::Line& line : relaxation.lines()) {
    const auto& unit = form_.units()[static_cast<std::size_t>(line.unit)];
    if (unit.kind != BranchForm::Kind::kRelu || !region.ready(line.unit)) continue;
    lossy.emplace_back(relaxation.loss(line, node.w), &line);
    total += lossy.back().first;
  }
  std::sort(lossy.begin(), lossy.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  if (lossy.size() > kTightened) lossy.resize(kTightened);
  bool shorter = false;
  for (const auto& [loss, line] : lossy) {
    if (!(loss > kWorthTightening * total)) break;
    auto range = std::make_shared<UnitRange>(line->range);
    for (const double side : {1.0, -1.0}) {
      const Index q = region.cone().cols();
      const ConeProgram program{side * region.linear(line->unit), region.cone(),
                                Vector::Constant(q, kInfinity)};
      double& reach = side > 0 ? range->above : range->below;
      ConeProgramGoal goal;
      goal.accuracy = goal.undecided = 1e-3;
      goal.target = 1e-9 * reach;
      const Vector mu = solve_cone_program(form_.norm(), program, goal).multipliers;
      const double proved = reach_bound(region, line->unit, side, mu);
      if (!(proved < 0.9 * reach)) continue;
      reach = proved;
      (side > 0 ? range->above_multipliers : range->below_multipliers) = sparse(mu, region.slots());
      shorter = true;
    }
    node.ranges[static_cast<std::size_t>(line->unit)] = std::move(range);
  }
  return shorter;
}

/// Lines of undecided maxima on the node's cone; whether any became better. A proof has no words
/// for them.
bool BranchSearch::tighten_maxima(const BranchRegion& region, const BranchRelaxation& relaxation,
                                  Node& node) const {
  if (plan_.sink != nullptr || region.cone().cols() == 0) return false;
  double total = 0;
  for (const BranchRelaxation::Line& line : relaxation.lines()) {
    total += relaxation.loss(line, node.w);
  }
  bool better = false;
  for (const BranchRelaxation::Line& line : relaxation.lines()) {
    const auto& unit = form_.units()[static_cast<std::size_t>(line.unit)];
    if (unit.kind == BranchForm::Kind::kRelu) continue;
    if (!(relaxation.loss(line, node.w) > kWorthALine * total)) continue;
    auto found = std::make_shared<MaximumLine>(maximum_line(region, line.unit, node.w));
    if (!(found->constant < 0.9 * line.constant)) continue;
    node.maxima[static_cast<std::size_t>(line.unit)] = std::move(found);
    better = true;
  }
  return better;
}

/// The sample that loses most and still has something to decide; in it the unit that loses most,
/// else the one furthest from its wall.
Index BranchSearch::choose(const BranchRegion& region, const BranchRelaxation& relaxation,
                           const Node& node) const {
  const Vector losses = relaxation.losses(node.w, nu_.cwiseProduct(form_.evaluate(node.w).outputs));
  Vector own = Vector::Zero(weights_.size());
  for (const BranchRelaxation::Line& line : relaxation.lines()) {
    own[line.unit] = relaxation.loss(line, node.w);
  }
  Index best = -1;
  double most = -kInfinity;
  double second = -kInfinity;
  for (Index u = 0; u < own.size(); ++u) {
    if (region.decided(u) || !region.ready(u)) continue;
    const double sample = losses[form_.units()[static_cast<std::size_t>(u)].sample];
    const double mine = own[u] > 0 ? own[u] : -1 / (1 + std::abs(region.linear(u).dot(node.w)));
    if (best >= 0 && (sample < most || (sample == most && mine <= second))) continue;
    best = u;
    most = sample;
    second = mine;
  }
  return best;
}

bool BranchSearch::close(Node& node, Index& unit) {
  const BranchRegion region(form_, node.choices);
  double last = kInfinity;
  for (int round = 0;; ++round) {
    const BranchRelaxation relaxation(region, weights_, node.ranges, node.maxima, node.w);
    const Bounded bounded = bound(relaxation, node);
    node.bound = std::min(node.bound, bounded.bound);
    if (bounded.bound <= target()) {
      if (accept(region, relaxation, node, bounded)) return true;
    } else if (round == 0 || (round < 3 && last - bounded.bound > 0.2 * (last - target()))) {
      last = bounded.bound;
      const bool shorter = tighten(region, relaxation, node);
      if (tighten_maxima(region, relaxation, node) || shorter) continue;
    }
    unit = choose(region, relaxation, node);
    return false;
  }
}

void BranchSearch::split(Node node, Index unit) {
  const BranchForm::Unit& chosen = form_.units()[static_cast<std::size_t>(unit)];
  const std::int16_t count =
      static_cast<std::int16_t>(chosen.kind == BranchForm::Kind::kRelu ? 2 : chosen.row_count + 1);
  std::vector<std::int16_t> order;
  for (std::int16_t choice = count; choice-- > 0;) order.push_back(choice);
  if (plan_.sink != nullptr) {
    plan_.sink->split(unit);
  } else {
    // The choice at the node's w last, so that it is taken up first.
    const std::int16_t likely = form_.evaluate(node.w).pattern[static_cast<std::size_t>(unit)];
    std::stable_partition(order.begin(), order.end(),
                          [likely](std::int16_t choice) { return choice != likely; });
  }
  node.ranges[static_cast<std::size_t>(unit)] = nullptr;
  node.maxima[static_cast<std::size_t>(unit)] = nullptr;
  for (const std::int16_t choice : order) {
    Node child = node;
    child.choices[static_cast<std::size_t>(unit)] = choice;
    push(std::move(child));
  }
}

void BranchSearch::push(Node node) {
  if (plan_.sink != nullptr || queue_.size() >= kMostQueued) {
    stack_.push_back(std::move(node));
    return;
  }
  queue_.push_back(std::move(node));
  std::push_heap(queue_.begin(), queue_.end(), kSmallerBound);
}

BranchSearch::Node BranchSearch::pop() {
  std::vector<Node>& open = stack_.empty() ? queue_ : stack_;
  if (stack_.empty()) std::pop_heap(queue_.begin(), queue_.end(), kSmallerBound);
  Node node = std::move(open.back());
  open.pop_back();
  return node;
}

BranchSearch::Node BranchSearch::root() const {
  const std::size_t units = form_.units().size();
  Node node{BranchChoices(units, kUndecided), Ranges(units), MaximumLines(units),
            Vector::Zero(form_.parameters()), 0};
  const BranchRegion region(form_, node.choices);
  const BranchRelaxation relaxation(region, weights_, node.ranges, node.maxima, node.w);
  node.bound = relaxation.bound(Vector::Zero(static_cast<Index>(relaxation.boxes().size())));
  return node;
}

double BranchSearch::upper() const {
  double upper = closed_;
  for (const auto* open : {&queue_, &stack_}) {
    for (const Node& node : *open) upper = std::max(upper, node.bound);
  }
  return upper;
}

BranchSearch::End BranchSearch::run(std::int64_t nodes) {
  while (!(queue_.empty() && stack_.empty())) {
    if (plan_.threshold > 0 && value_ > plan_.threshold) return End::kExceeded;
    if (plan_.control.should_stop()) return End::kLimit;
    if (nodes-- == 0) return End::kPaused;
    Node node = pop();
    ++nodes_;
    Index unit = -1;
    if (close(node, unit)) continue;
    if (unit >= 0) {
      split(std::move(node), unit);
      continue;
    }
    closed_ = std::max(closed_, node.bound);
    if (plan_.sink != nullptr && node.bound > target()) return End::kStalled;
  }
  if (plan_.threshold > 0 && value_ > plan_.threshold) return End::kExceeded;
  return closed_ > target() ? End::kStalled : End::kClosed;
}

}  // namespace thalweg::oracle
