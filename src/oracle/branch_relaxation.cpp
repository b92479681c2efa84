#include "oracle/branch_relaxation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thalweg::oracle {
namespace {

/// Bounds the relative rounding of sums over a form's terms with `more` of them besides, several
/// times over.
double unit_rounding(const BranchForm& form, Index more) {
  const double terms = static_cast<double>(form.parameters() + form.samples() + more + 64) +
                       static_cast<double>(form.units().size());
  return 4 * terms * std::numeric_limits<double>::epsilon();
}

}  // namespace

double reach_bound(const BranchRegion& region, Index unit, double factor,
                   const Vector& multipliers) {
  const BranchForm& form = region.form();
  Vector z = factor * region.linear(unit);
  double size = region.size(unit);
  if (multipliers.size() > 0) z += region.cone() * multipliers;
  for (Index i = 0; i < multipliers.size(); ++i) size += multipliers[i] * region.cone_size(i);
  return dual_norm_bound(form.norm(), z) + unit_rounding(form, multipliers.size()) * size;
}

BranchRelaxation::BranchRelaxation(const BranchRegion& region, const Vector& weights,
                                   const Ranges& ranges, const MaximumLines& maxima,
                                   const Vector& from)
    : region_(region),
      weight_(weights),
      magnitude_(weights.cwiseAbs()),
      decided_(Vector::Zero(weights.size())),
      c_(Vector::Zero(region.form().parameters())) {
  const auto& units = region.form().units();
  for (Index u = weights.size(); u-- > 0;) {
    if (region.decided(u)) {
      decided_[u] = weight_[u];
      c_ += weight_[u] * region.linear(u);
      size_ += magnitude_[u] * region.size(u);
    } else {
      const bool relu = units[static_cast<std::size_t>(u)].kind == BranchForm::Kind::kRelu;
      relu ? relax_relu(u, ranges)
           : relax_maximum(u, maxima[static_cast<std::size_t>(u)].get(), from);
    }
  }
}

void BranchRelaxation::relax_relu(Index u, const Ranges& ranges) {
  const double a = weight_[u];
  const BranchForm::Unit& unit = region_.form().units()[static_cast<std::size_t>(u)];
  // Rounding may have the sign of a wrong: its share is passed on whatever the sign.
  size_ += magnitude_[u] * region_.size(u);
  for (const BranchForm::Input& k : unit.inputs) {
    if (region_.decided(k.unit) || !(k.factor > 0)) continue;
    weight_[k.unit] += std::max(a, 0.0) * k.factor;
    magnitude_[k.unit] += magnitude_[u] * k.factor;
  }
  if (a < 0 && region_.ready(u) && !region_.linear(u).isZero(0)) {
    boxes_.push_back({u, unit.first_row, -a, region_.linear(u), region_.size(u)});
  }
  if (!(a > 0)) return;
  if (region_.size(u) == 0) return;
  Line line{u, a, {}, 0, {}};
  const auto& known = ranges[static_cast<std::size_t>(u)];
  if (known) {
    line.range = *known;
  } else {
    line.range.below = line.range.above = reach_bound(region_, u, 1, {});
  }
  const double above = line.range.above;
  const double below = line.range.below;
  const double slope = above + below > 0 ? above / (above + below) : 0;
  line.constant = std::max(slope * below, (1 - slope) * above) *
                  (1 + 8 * std::numeric_limits<double>::epsilon());
  line.direction = slope * region_.linear(u);
  c_ += a * line.direction;
  constant_ += a * line.constant;
  size_ += magnitude_[u] * (region_.size(u) + line.constant);
  lines_.push_back(std::move(line));
}

void BranchRelaxation::relax_maximum(Index u, const MaximumLine* known, const Vector& from) {
  const double a = weight_[u];
  const BranchForm& form = region_.form();
  const BranchForm::Unit& unit = form.units()[static_cast<std::size_t>(u)];
  Index best = unit.first_row;
  Vector mean = Vector::Zero(form.parameters());
  double size = 0;
  for (Index r = unit.first_row; r < unit.first_row + unit.row_count; ++r) {
    if (form.row(r).dot(from) > form.row(best).dot(from)) best = r;
    mean += form.row(r);
    size += form.norm().dual(form.row(r).cwiseAbs());
  }
  size_ += 2 * magnitude_[u] * size;
  if (a < 0 && !form.row(best).isZero(0)) boxes_.push_back({u, best, -a, form.row(best), size});
  if (!(a > 0)) return;
  mean /= static_cast<double>(unit.row_count + 1);
  double furthest = dual_norm_bound(form.norm(), mean);
  for (Index r = unit.first_row; r < unit.first_row + unit.row_count; ++r) {
    furthest = std::max(furthest, dual_norm_bound(form.norm(), form.row(r) - mean));
  }
  if (known != nullptr) {
    mean = known->direction;
    furthest = known->constant;
  }
  c_ += a * mean;
  constant_ += a * furthest;
  size_ += magnitude_[u] * furthest;
  lines_.push_back({u, a, std::move(mean), furthest, {}});
}

ConeProgram BranchRelaxation::program() const {
  const Matrix& cone = region_.cone();
  const Index count = cone.cols() + static_cast<Index>(boxes_.size());
  ConeProgram program{c_, Matrix(c_.size(), count),
                      Vector::Constant(count, std::numeric_limits<double>::infinity())};
  program.rows.leftCols(cone.cols()) = cone;
  for (std::size_t b = 0; b < boxes_.size(); ++b) {
    const Index column = cone.cols() + static_cast<Index>(b);
    program.rows.col(column) = -boxes_[b].row;
    program.upper[column] = boxes_[b].weight;
  }
  return program;
}

double BranchRelaxation::bound(const Vector& multipliers) const {
  const BranchForm& form = region_.form();
  const Index cone = region_.cone().cols();
  Vector z = c_ + region_.cone() * multipliers.head(cone);
  double size = size_;
  for (Index i = 0; i < cone; ++i) size += multipliers[i] * region_.cone_size(i);
  for (std::size_t b = 0; b < boxes_.size(); ++b) {
    const double mu = std::min(multipliers[cone + static_cast<Index>(b)], boxes_[b].weight);
    z -= mu * boxes_[b].row;
    size += mu * boxes_[b].size;
  }
  const double rounding = unit_rounding(form, multipliers.size()) * size;
  const double bound = (dual_norm_bound(form.norm(), z) + constant_ + rounding) *
                       (1 + 4 * std::numeric_limits<double>::epsilon());
  return std::isnan(bound) ? std::numeric_limits<double>::infinity() : bound;
}

Vector BranchRelaxation::losses(const Vector& w, const Vector& exact) const {
  const auto& units = region_.form().units();
  const auto sample = [&](Index u) { return units[static_cast<std::size_t>(u)].sample; };
  Vector result = -exact;
  for (Index u = 0; u < decided_.size(); ++u) {
    if (decided_[u] != 0) result[sample(u)] += decided_[u] * region_.linear(u).dot(w);
  }
  for (const Line& line : lines_) {
    result[sample(line.unit)] += line.weight * (line.direction.dot(w) + line.constant);
  }
  for (const Box& box : boxes_) {
    result[sample(box.unit)] -= box.weight * std::max(0.0, box.row.dot(w));
  }
  return result;
}

double BranchRelaxation::loss(const Line& line, const Vector& w) const {
  const BranchForm& form = region_.form();
  const BranchForm::Unit& unit = form.units()[static_cast<std::size_t>(line.unit)];
  double exact = 0;
  if (unit.kind == BranchForm::Kind::kRelu) {
    exact = std::max(exact, region_.linear(line.unit).dot(w));
  } else {
    for (Index r = 0; r < unit.row_count; ++r) {
      exact = std::max(exact, form.row(unit.first_row + r).dot(w));
    }
  }
  return line.weight * (line.direction.dot(w) + line.constant - exact);
}

}  // namespace thalweg::oracle
