#include "oracle/branch_cap_cell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

/// Products of the last cuts join the program, so many of them.
constexpr std::size_t kMostProducts = 10;
/// A cap's row is its centre times this power of two.
constexpr double kCapScale = 0x1p-7;

bool decided(const CapCell& cell, Index j) { return cell.below[j] <= 0 || cell.above[j] <= 0; }

}  // namespace

CapProgram cap_program(const ScaledRows& base, const CapCell& cell) {
  constexpr double kEps = std::numeric_limits<double>::epsilon();
  const Index d = base.Y.rows();
  std::vector<Index> undecided;
  Vector sum = Vector::Zero(d);
  double merged = 0;
  for (Index j = 0; j < base.count(); ++j) {
    if (!decided(cell, j)) {
      undecided.push_back(j);
    } else if (cell.below[j] <= 0) {
      sum += (base.positive[static_cast<std::size_t>(j)] ? 1.0 : -1.0) * base.Y.col(j);
      merged += base.norm[j];
    }
  }
  for (const Cap& cap : cell.caps) {
    sum -= kCapScale * cap.centre;
    merged += kCapScale * 2;
  }
  CapProgram program;
  const Index terms = base.count() + static_cast<Index>(cell.caps.size());
  program.error = 2 * (static_cast<double>(terms) + 32) * kEps * merged;
  const Index count =
      static_cast<Index>(undecided.size() + 1 + cell.cuts.size() + cell.caps.size());
  program.rows.exponent = base.exponent;
  program.rows.Y.resize(d, count);
  program.rows.norm.resize(count);
  program.cell.below.resize(count);
  program.cell.above.resize(count);
  auto add = [&program, next = Index{0}](const auto& y, double norm, bool positive, double below,
                                         double above) mutable {
    program.rows.Y.col(next) = y;
    program.rows.norm[next] = norm;
    program.rows.positive.push_back(positive);
    program.rows.origin.push_back(next);
    program.cell.below[next] = below;
    program.cell.above[next] = above;
    return next++;
  };
  for (const Index j : undecided) {
    add(base.Y.col(j), base.norm[j], base.positive[static_cast<std::size_t>(j)], cell.below[j],
        cell.above[j]);
  }
  const double length = sum.norm() + 1e-9;
  add(sum, length, true, 0, 4 * length);
  const std::size_t skipped = cell.cuts.size() - std::min(cell.cuts.size(), kMostProducts);
  for (std::size_t k = 0; k < cell.cuts.size(); ++k) {
    const double norm = std::max(1.0, cell.cuts[k].norm()) * (1 + 0x1p-30);
    const Index row = add(cell.cuts[k], norm, true, norm, 0);
    if (k >= skipped) program.cell.split.push_back(row);
  }
  for (const Cap& cap : cell.caps) {
    add(kCapScale * cap.centre, kCapScale * kWholeCap, true, -kCapScale * cap.low,
        kCapScale * cap.high);
  }
  return program;
}

void shorten_intervals(const ScaledRows& base, const Vector& centre, double low, CapCell& cell) {
  // More than the rounding of products and lengths of so few coordinates.
  constexpr double kRounding = 1e-13;
  const double radius = std::sqrt(std::max(0.0, 1 - low * low) + 1e-13);
  for (Index j = 0; j < base.count(); ++j) {
    const double along = base.Y.col(j).dot(centre);
    const double rest = (base.Y.col(j) - along * centre).norm();
    const double reach = rest * radius + kRounding * base.norm[j];
    const double above = std::max(along, along * low) + reach;
    const double below = std::max(-along, -along * low) + reach;
    cell.above[j] = std::min(cell.above[j], std::max(0.0, above));
    cell.below[j] = std::min(cell.below[j], std::max(0.0, below));
  }
}

}  // namespace thalweg::oracle
