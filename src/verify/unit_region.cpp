#include "verify/unit_region.hpp"

#include <algorithm>

namespace thalweg::verify {

UnitRegion::UnitRegion(Reader& reader, const Problem& problem, const Form& form)
    : problem_(problem),
      form_(form),
      per_sample_(is_maximum() ? 1 : form.units.size()),
      size_(form.slots * problem.d),
      choices_(samples() * per_sample_, -1) {
  reader.charge(units() * (sizeof(int) + sizeof(Row) + sizeof(std::size_t)));
  if (is_maximum()) return;
  // No sum of rows is longer than all rows together.
  Int total = 1;
  for (const Int& v : problem.x.values) total += abs(v);
  reader.charge(units() * size_ * (sizeof(Int) + 16 + 8 * mpz_size(total.get_mpz_t())));
  linear_.resize(units());
}

bool UnitRegion::inputs_are_decided(std::size_t unit) const {
  bool decided = true;
  if (is_maximum()) return decided;
  for_inputs(unit, [&](std::size_t input, int) { decided = decided && is_decided(input); });
  return decided;
}

void UnitRegion::set_linear_parts() {
  if (is_maximum()) return;
  for (std::size_t unit = 0; unit < linear_.size(); ++unit) {
    const std::size_t own = unit % per_sample_;
    Row& row = linear_[unit];
    row.assign(size_, 0);
    if (own < form_.slots) {
      const Int* x = data(unit / per_sample_);
      for (std::size_t k = 0; k < problem_.d; ++k) row[own * problem_.d + k] = x[k];
    }
    for_inputs(unit, [&](std::size_t input, int sign) {
      if (choice(input) != 1) return;
      for (std::size_t k = 0; k < size_; ++k) row[k] += sign * linear_[input][k];
    });
  }
}

/// Adds v times the cone's row of that number.
void UnitRegion::add_cone_row(std::size_t number, const Int& v, Row& target) const {
  const std::size_t unit = unit_of(number);
  demand(is_decided(unit), "a multiplier's unit is not decided");
  if (!is_maximum()) {
    const Int factor = choices_[unit] == 1 ? v : Int(-v);
    for (std::size_t k = 0; k < size_; ++k) target[k] += factor * linear_[unit][k];
    return;
  }
  const auto choice = static_cast<std::size_t>(choices_[unit]);
  const std::size_t chosen = unit * candidates() + choice - 1;  // where one is chosen
  for (std::size_t k = 0; k < size_; ++k) {
    if (choice > 0) target[k] += v * data(chosen)[k];
    if (choice == 0 || number != chosen) target[k] -= v * data(number)[k];
  }
}

UnitRegion::Row UnitRegion::combination(const Pairs& multipliers) const {
  Row sum(size_);
  for (const auto& [row, v] : multipliers) add_cone_row(row, v, sum);
  return sum;
}

Int UnitRegion::squared_dual_norm(const Row& z) const {
  const std::size_t group = form_.sums_slots ? problem_.d : size_;
  Int largest;
  for (std::size_t first = 0; first < size_; first += group) {
    largest = std::max(largest, dot(&z[first], &z[first], group));
  }
  return largest;
}

}  // namespace thalweg::verify
