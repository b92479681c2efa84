#include "oracle/branch_climb.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kMostApproachSteps = 60;
constexpr int kMostPieces = 200;
constexpr std::uint64_t kShakingSeed = 1;
/// A wall whose multiplier is below this share of the value is not leaned on.
constexpr double kLeans = 1e-7;
constexpr double kBetter = 1 + 1e-9;
/// Signs within this share of the sizes are taken for zero.
constexpr double kZero = 1e-11;

}  // namespace

Vector dual_vector(const BlockNorm& norm, const Vector& z) {
  if (norm.is_nuclear()) {
    const Matrix columns = z.reshaped(norm.cols(), norm.rows());
    const Eigen::JacobiSVD<Matrix> svd(columns, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return (svd.matrixU().col(0) * svd.matrixV().col(0).transpose()).reshaped();
  }
  BlockNorm::Group best = norm.group_list().front();
  double most = -1;
  for (const BlockNorm::Group& group : norm.group_list()) {
    const double length = z.segment(group.first, group.size).norm() / group.weight;
    if (length > most) {
      most = length;
      best = group;
    }
  }
  Vector w = Vector::Zero(z.size());
  w.segment(best.first, best.size) = z.segment(best.first, best.size).normalized() / best.weight;
  return w;
}

BranchClimb::BranchClimb(const BranchForm& form, const Vector& nu, Sign sign, RunControl control)
    : form_(form),
      sign_(sign),
      nu_(to_double(sign) * nu),
      weights_(form.shallow_dual(nu_)),
      control_(std::move(control)) {
  for (const BranchForm::Unit& unit : form.units()) {
    companions_ = companions_ || (unit.kind == BranchForm::Kind::kRelu && unit.row_count > 1);
  }
}

BranchValue BranchClimb::evaluate(const Vector& w) const {
  BranchForm::Value at = form_.evaluate(w);
  const Vector size = w.cwiseAbs();
  Vector magnitude(static_cast<Index>(form_.units().size()));
  double total = 0;
  for (Index u = 0; u < magnitude.size(); ++u) {
    const BranchForm::Unit& unit = form_.units()[static_cast<std::size_t>(u)];
    double most = 0;
    const Index rows = unit.kind == BranchForm::Kind::kRelu ? 1 : unit.row_count;
    for (Index r = 0; r < rows; ++r) {
      most = std::max(most, form_.row(unit.first_row + r).cwiseAbs().dot(size));
    }
    for (const BranchForm::Input& k : unit.inputs) most += std::abs(k.factor) * magnitude[k.unit];
    magnitude[u] = most;
    total += std::abs(weights_[u]) * most;
  }
  const double terms = static_cast<double>(w.size() + magnitude.size() + form_.samples() + 16);
  return {nu_.dot(at.outputs), 2 * terms * std::numeric_limits<double>::epsilon() * total,
          std::move(at.pattern)};
}

bool BranchClimb::in_domain(const Vector& w) const {
  if (!companions_) return true;
  for (const BranchForm::Unit& unit : form_.units()) {
    if (unit.kind == BranchForm::Kind::kMaximum) continue;
    double least = 0;
    double most = 0;
    for (Index r = unit.first_row; r < unit.first_row + unit.row_count; ++r) {
      const auto row = form_.row(r);
      const double slack = kZero * row.norm() * w.norm();
      const double product = row.dot(w);
      if (product < -slack) least = -1;
      if (product > slack) most = 1;
    }
    if (least < 0 && most > 0) return false;
  }
  return true;
}

BranchMaximiser BranchClimb::describe(const Vector& w, BranchPattern pattern) const {
  BranchMaximiser result;
  result.sign = sign_;
  result.w = w / form_.norm().value(w);
  const BranchValue at = evaluate(result.w);
  // N(w) is 1 to rounding only.
  const double terms = static_cast<double>(w.size() + 16);
  result.value = std::max(
      0.0, (at.value - at.error) * (1 - 4 * terms * std::numeric_limits<double>::epsilon()));
  result.pattern = std::move(pattern);
  return result;
}

Vector BranchClimb::approach(const Vector& start) const {
  Vector w = start / form_.norm().value(start);
  if (companions_) return w;
  for (int step = 0; step < kMostApproachSteps; ++step) {
    const BranchForm::Value at = form_.evaluate(w);
    const double value = nu_.dot(at.outputs);
    const Vector pull = form_.pull(at.pattern, nu_);
    if (pull.isZero(0)) break;
    const Vector target = dual_vector(form_.norm(), pull);
    double best = value * (1 + 1e-6);
    Vector next;
    for (double share = 1; share > 0.01; share /= 2) {
      Vector there = w + share * (target - w);
      const double length = form_.norm().value(there);
      if (!(length > 0)) continue;
      there /= length;
      const double reached = nu_.dot(form_.evaluate(there).outputs);
      if (reached > best) {
        best = reached;
        next = std::move(there);
      }
    }
    if (next.size() == 0) break;
    w = std::move(next);
  }
  return w;
}

BranchClimb::PieceMaximum BranchClimb::maximise_piece(const BranchPattern& pattern,
                                                      double target) const {
  PieceMaximum result;
  result.maximiser.sign = sign_;
  const Vector pull = form_.pull(pattern, nu_);
  const BranchChoices choices(pattern.begin(), pattern.end());
  const BranchRegion region(form_, choices);
  const Index q = region.cone().cols();
  const ConeProgram program{pull, region.cone(),
                            Vector::Constant(q, std::numeric_limits<double>::infinity())};
  ConeProgramGoal goal;
  goal.target = target;
  const ConeProgramSolution solution = solve_cone_program(form_.norm(), program, goal);
  if (!(form_.norm().value(solution.w) > 0) || !in_domain(solution.w)) return result;
  result.maximiser = describe(solution.w, pattern);
  Vector lean = Vector::Zero(static_cast<Index>(form_.units().size()));
  Index unit = 0;
  for (Index i = 0; i < q; ++i) {
    const Index slot = region.slots()[static_cast<std::size_t>(i)];
    while (slot >= form_.units()[static_cast<std::size_t>(unit)].first_row +
                       form_.units()[static_cast<std::size_t>(unit)].row_count) {
      ++unit;
    }
    lean[unit] = std::max(lean[unit], solution.multipliers[i] * region.cone_size(i));
  }
  for (Index u = 0; u < lean.size(); ++u) {
    if (lean[u] > kLeans * solution.value) result.leaning.push_back(u);
  }
  std::stable_sort(result.leaning.begin(), result.leaning.end(),
                   [&lean](Index a, Index b) { return lean[a] > lean[b]; });
  return result;
}

std::vector<BranchPattern> BranchClimb::across(const BranchPattern& pattern, Index unit,
                                               const Vector& w) const {
  std::vector<BranchPattern> result;
  const BranchForm::Unit& crossed = form_.units()[static_cast<std::size_t>(unit)];
  const Index choices = crossed.kind == BranchForm::Kind::kRelu ? 2 : crossed.row_count + 1;
  for (Index choice = 0; choice < choices; ++choice) {
    if (choice == pattern[static_cast<std::size_t>(unit)]) continue;
    if (crossed.kind == BranchForm::Kind::kMaximum) {
      double most = 0;
      for (Index r = 0; r < crossed.row_count; ++r) {
        most = std::max(most, form_.row(crossed.first_row + r).dot(w));
      }
      const double there = choice > 0 ? form_.row(crossed.first_row + choice - 1).dot(w) : 0;
      if (there < most - 1e-6 * form_.row(crossed.first_row).norm() * w.norm()) continue;
    }
    BranchPattern next = pattern;
    next[static_cast<std::size_t>(unit)] = static_cast<std::uint8_t>(choice);
    result.push_back(std::move(next));
  }
  return result;
}

BranchMaximiser BranchClimb::polish(const Vector& w) const { return polish(evaluate(w).pattern); }

std::vector<BranchPattern> BranchClimb::neighbours(const PieceMaximum& at, Random& random) const {
  const Vector& w = at.maximiser.w;
  std::vector<BranchPattern> result;
  for (const Index unit : at.leaning) {
    for (BranchPattern& next : across(at.maximiser.pattern, unit, w)) {
      result.push_back(std::move(next));
    }
  }
  // Across several walls at once.
  for (const double radius : {1e-4, 1e-2, 1e-1}) {
    for (Index k = 0; k < form_.parameters(); ++k) {
      const Vector shaken = w + radius * w.norm() * random.direction(w.size());
      if (in_domain(shaken)) result.push_back(form_.evaluate(shaken).pattern);
    }
  }
  return result;
}

BranchMaximiser BranchClimb::polish(const BranchPattern& pattern) const {
  Random random(kShakingSeed);
  std::set<BranchChoices> seen{{pattern.begin(), pattern.end()}};
  PieceMaximum best = maximise_piece(pattern, 0);
  for (bool moved = best.maximiser.w.size() > 0; moved;) {
    moved = false;
    for (const BranchPattern& next : neighbours(best, random)) {
      if (static_cast<int>(seen.size()) > kMostPieces || control_.should_stop()) break;
      if (!seen.emplace(next.begin(), next.end()).second) continue;
      PieceMaximum there = maximise_piece(next, best.maximiser.value * kBetter);
      if (there.maximiser.value > best.maximiser.value * kBetter) {
        best = std::move(there);
        moved = true;
        break;
      }
    }
  }
  return best.maximiser;
}

BranchPattern BranchClimb::dive(Random& random) const {
  // Half at random, half where a random piece pulls.
  Vector direction = random.direction(form_.parameters());
  const Vector pull = form_.pull(form_.evaluate(direction).pattern, nu_);
  if (!pull.isZero(0)) direction += pull.normalized();
  BranchChoices choices(form_.units().size(), kUndecided);
  Vector w = dual_vector(form_.norm(), direction);
  for (Index u = 0; u < static_cast<Index>(choices.size()); ++u) {
    const BranchForm::Value at = form_.evaluate(w);
    const Index preferred = at.pattern[static_cast<std::size_t>(u)];
    const BranchForm::Unit& unit = form_.units()[static_cast<std::size_t>(u)];
    const Index count = unit.kind == BranchForm::Kind::kRelu ? 2 : unit.row_count + 1;
    bool found = false;
    for (Index k = 0; k < count && !found; ++k) {
      choices[static_cast<std::size_t>(u)] = static_cast<std::int16_t>((preferred + k) % count);
      const BranchRegion region(form_, choices);
      const Index q = region.cone().cols();
      const ConeProgram program{direction, region.cone(),
                                Vector::Constant(q, std::numeric_limits<double>::infinity())};
      ConeProgramGoal goal;
      goal.target = 1e-3 * form_.norm().dual(direction);
      goal.accuracy = 1e-3;
      goal.undecided = 0.5;
      const ConeProgramSolution solution = solve_cone_program(form_.norm(), program, goal);
      found = solution.value > goal.target;
      if (found) w = solution.w;
    }
    if (!found) return {};
  }
  return {choices.begin(), choices.end()};
}

void keep_distinct(std::vector<BranchMaximiser>& maximisers, double apart) {
  std::stable_sort(
      maximisers.begin(), maximisers.end(),
      [](const BranchMaximiser& x, const BranchMaximiser& y) { return x.value > y.value; });
  std::vector<BranchMaximiser> kept;
  for (BranchMaximiser& maximiser : maximisers) {
    const bool close = std::any_of(kept.begin(), kept.end(), [&](const BranchMaximiser& other) {
      return other.sign == maximiser.sign &&
             (other.w.normalized() - maximiser.w.normalized()).norm() <= apart;
    });
    if (!close) kept.push_back(std::move(maximiser));
  }
  maximisers = std::move(kept);
}

}  // namespace thalweg::oracle
