#include "certificate/unit_text.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

namespace thalweg::certificate {
namespace {

/// value 2^exponent as an integer, rounded to the nearest and moved by `more`.
mpz_class on_grid(double value, long exponent, double more = 0) {
  const double scaled = std::ldexp(value, static_cast<int>(exponent));
  return mpz_class(std::nearbyint(scaled)) + mpz_class(std::ceil(more));
}

}  // namespace

UnitGrid::UnitGrid(const BranchForm& form, const Vector& nu, double room) {
  // Every unit's linear part is a sum of rows of its sample with factors of size one.
  Vector own = Vector::Zero(form.samples());
  Vector units = Vector::Zero(form.samples());
  for (const BranchForm::Unit& unit : form.units()) {
    ++units[unit.sample];
    for (Index r = 0; r < unit.row_count; ++r) {
      own[unit.sample] += form.row(unit.first_row + r).norm();
    }
    if (unit.output != 0) factor = unit.output;
  }
  double rest = 1;
  for (const BranchForm::Unit& unit : form.units()) {
    rows += 2 * own[unit.sample] * static_cast<double>(unit.row_count);
    rest += std::abs(factor * nu[unit.sample]) * units[unit.sample];
  }
  // A quarter at most: each list moves by rows, ranges by twice that, weighted with the dual.
  const double wanted = std::log2(64 * rest * (rows + 4) / room);
  exponent = static_cast<long>(std::clamp(std::ceil(wanted), 0.0, 900.0));
}

std::string radii_line(const BranchForm& form, const UnitGrid& grid) {
  std::string line = "radii " + std::to_string(grid.exponent);
  for (const BranchForm::Unit& unit : form.units()) {
    Vector mean = Vector::Zero(form.parameters());
    for (Index r = 0; r < unit.row_count; ++r) mean += form.row(unit.first_row + r);
    mean /= static_cast<double>(unit.row_count + 1);
    double radius = mean.norm();
    double size = radius;
    for (Index r = 0; r < unit.row_count; ++r) {
      radius = std::max(radius, (form.row(unit.first_row + r) - mean).norm());
      size = std::max(size, form.row(unit.first_row + r).norm());
    }
    radius += 1e-14 * static_cast<double>(form.parameters() + unit.row_count) * size;
    line += ' ' + on_grid(radius, grid.exponent, 1).get_str();
  }
  return line + '\n';
}

std::string UnitText::pairs(RowMultipliers list, double factor, double largest) const {
  std::sort(list.begin(), list.end());
  std::string text;
  for (const auto& [row, value] : list) {
    const mpz_class integer = on_grid(std::min(value * factor, largest), grid_.exponent);
    if (integer > 0) text += ' ' + std::to_string(row) + ':' + integer.get_str();
  }
  return text;
}

void UnitText::split(Index unit) { output_ << "s " << unit << '\n'; }

bool UnitText::leaf(const BranchLeaf& leaf) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  std::string line = std::to_string(grid_.exponent);
  line += pairs(leaf.multipliers, 1 / grid_.factor, kAny);
  const std::string shares = pairs(leaf.shares, 1, 1);
  if (!shares.empty()) line += " ;" + shares;
  auto ranges = leaf.ranges;
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [unit, range] : ranges) {
    // Rounded multipliers move either side by half a unit for each length of a row.
    const double more = grid_.rows + 1;
    line += " / " + std::to_string(unit);
    line += ' ' + on_grid(range.below, grid_.exponent, more).get_str();
    line += ' ' + on_grid(range.above, grid_.exponent, more).get_str();
    const double width = range.below + range.above;
    line += ' ' + on_grid(width > 0 ? range.above / width : 0, grid_.exponent).get_str();
    line += pairs(range.below_multipliers, 1, kAny) + " |";
    line += pairs(range.above_multipliers, 1, kAny);
  }
  output_ << line << '\n';
  return true;
}

}  // namespace thalweg::certificate
