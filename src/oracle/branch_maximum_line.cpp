#include "oracle/branch_maximum_line.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {
namespace {

/// Steps towards the centre of the candidates.
constexpr int kSteps = 4;
/// A candidate is dominated when it exceeds the best one by less than this share of its length.
constexpr double kDominated = 1e-9;

/// h(z) of the lemma, rigorous; `size` bounds what z was summed from.
double reach(const BranchRegion& region, const Vector& z, double size) {
  const BranchForm& form = region.form();
  const Index q = region.cone().cols();
  const double length = form.norm().dual(z);
  const double terms = static_cast<double>(form.parameters() + q + 64);
  const double rounding = 4 * terms * std::numeric_limits<double>::epsilon();
  const double plain = dual_norm_bound(form.norm(), z) + rounding * size;
  if (!(length > 0) || q == 0) return plain;
  const ConeProgram program{z, region.cone(),
                            Vector::Constant(q, std::numeric_limits<double>::infinity())};
  ConeProgramGoal goal;
  goal.accuracy = goal.undecided = 1e-3;
  goal.target = kDominated * 0.1 * length;
  const Vector lambda = solve_cone_program(form.norm(), program, goal).multipliers;
  for (Index i = 0; i < q; ++i) size += lambda[i] * region.cone_size(i);
  const double bound = dual_norm_bound(form.norm(), z + region.cone() * lambda) + rounding * size;
  return bound < plain ? bound : plain;
}

}  // namespace

MaximumLine maximum_line(const BranchRegion& region, Index unit, const Vector& from) {
  const BranchForm& form = region.form();
  const BranchForm::Unit& maximum = form.units()[static_cast<std::size_t>(unit)];
  std::vector<Vector> candidates{Vector::Zero(form.parameters())};
  double size = 0;
  for (Index r = maximum.first_row; r < maximum.first_row + maximum.row_count; ++r) {
    candidates.emplace_back(form.row(r));
    size += form.norm().dual(form.row(r).cwiseAbs());
  }
  const auto best = std::max_element(
      candidates.begin(), candidates.end(),
      [&from](const Vector& a, const Vector& b) { return a.dot(from) < b.dot(from); });
  std::swap(*best, candidates.front());
  std::vector<Vector> rivals{candidates.front()};
  double dominated = 0;
  for (std::size_t j = 1; j < candidates.size(); ++j) {
    const Vector ahead = candidates[j] - candidates.front();
    const double most = reach(region, ahead, size);
    if (most > kDominated * form.norm().dual(ahead)) {
      rivals.push_back(candidates[j]);
    } else {
      dominated = std::max(dominated, most);
    }
  }
  MaximumLine line{Vector::Zero(form.parameters()), std::numeric_limits<double>::infinity()};
  Vector centre = Vector::Zero(form.parameters());
  for (const Vector& rival : rivals) centre += rival / static_cast<double>(rivals.size());
  for (int step = 0; step < (rivals.size() > 1 ? kSteps : 1); ++step) {
    double furthest = 0;
    const Vector* at = &rivals.front();
    for (const Vector& rival : rivals) {
      const double there =
          reach(region, rival - centre, 2 * size) + (&rival == &rivals.front() ? dominated : 0);
      if (there > furthest) {
        furthest = there;
        at = &rival;
      }
    }
    if (furthest < line.constant) line = {centre, furthest};
    centre += (*at - centre) / static_cast<double>(step + 3);
  }
  return line;
}

}  // namespace thalweg::oracle
