#include "thalweg/arrangement/count_cells.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "arrangement/restriction_probe.hpp"
#include "arrangement/restriction_walk.hpp"
#include "thalweg/arrangement/characteristic_polynomial.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using arrangement::walk_restrictions;
using arrangement::WalkGoal;
using arrangement::WalkStatus;

CellCount exact_count(BigCount count, CountMethod method) {
  CellCount result;
  result.method = method;
  result.value = count.to_double();
  result.low = result.value;
  result.high = result.value;
  result.exact = std::move(count);
  return result;
}

/// Lines in the plane and independent hyperplanes need no proof.
bool always_general(const HyperplaneArrangement& arrangement) {
  return arrangement.rank() <= 2 || arrangement.rank() == arrangement.hyperplanes();
}

bool affordable(const HyperplaneArrangement& arrangement, const CountSettings& settings) {
  const auto limit = static_cast<double>(settings.max_work);
  const auto lines = static_cast<double>(arrangement.hyperplanes());
  // The first round of restrictions alone, which needs no estimate.
  if (lines * (lines + 1) / 2 * static_cast<double>(arrangement.rank()) > limit) return false;
  return estimated_work(arrangement, settings.seed) <= limit;
}

CellCount estimate(const HyperplaneArrangement& arrangement, const CountSettings& settings) {
  constexpr double kNormalQuantile = 1.959963984540054;  // 95 %, two-sided
  const double allowed =
      static_cast<double>(settings.max_sampling_work) / arrangement::probe_work(arrangement);
  if (allowed < 2) return {};
  const int samples = allowed < settings.samples ? static_cast<int>(allowed) : settings.samples;
  arrangement::RestrictionProbe probe(arrangement);
  Random random(settings.seed);
  long double mean = 0;
  long double squares = 0;  // sum of squared deviations (Welford)
  int drawn = 0;
  while (drawn < samples && !settings.control.should_stop()) {
    const long double cells = probe.draw(random).cells;
    ++drawn;
    const long double deviation = cells - mean;
    mean += deviation / drawn;
    squares += deviation * (cells - mean);
  }
  CellCount result;
  if (drawn < 2 || !std::isfinite(mean)) return result;
  const auto largest = static_cast<double>(
      arrangement::general_cells(static_cast<std::size_t>(arrangement.hyperplanes()),
                                 static_cast<std::size_t>(arrangement.rank())));
  const auto error = static_cast<double>(std::sqrt(squares / (drawn - 1.0L) / drawn));
  result.method = CountMethod::kEstimate;
  result.value = std::min(largest, static_cast<double>(mean));
  result.low = std::max(0.0, result.value - kNormalQuantile * error);
  result.high = std::min(largest, result.value + kNormalQuantile * error);
  return result;
}

}  // namespace

BigCount cells_in_general_position(Index hyperplanes, Index rank) {
  if (rank == 0 || hyperplanes == 0) return {"1"};
  mpz_class sum = 0;
  mpz_class binomial = 1;
  for (Index k = 0; k < std::min(rank, hyperplanes); ++k) {
    sum += binomial;
    binomial = binomial * static_cast<unsigned long>(hyperplanes - 1 - k) /
               static_cast<unsigned long>(k + 1);
  }
  sum *= 2;
  return {sum.get_str()};
}

CellCount count_cells(const HyperplaneArrangement& arrangement, const CountSettings& settings) {
  if (settings.samples < 2) {
    throw InvalidArgument("samples must be at least 2, not " + std::to_string(settings.samples));
  }
  if (arrangement.rank_proved() && always_general(arrangement)) {
    return exact_count(cells_in_general_position(arrangement.hyperplanes(), arrangement.rank()),
                       CountMethod::kGeneralPosition);
  }
  if (arrangement.rank_proved() && affordable(arrangement, settings)) {
    const auto walk =
        walk_restrictions(arrangement, WalkGoal::kCount, settings.max_work, settings.control);
    if (walk.status == WalkStatus::kComplete) {
      mpz_class cells = 0;
      for (const mpz_class& coefficient : walk.absolute) cells += coefficient;
      return exact_count({cells.get_str()}, walk.general_position
                                                ? CountMethod::kGeneralPosition
                                                : CountMethod::kCharacteristicPolynomial);
    }
  }
  return estimate(arrangement, settings);
}

bool proves_general_position(const HyperplaneArrangement& arrangement, std::uint64_t max_work,
                             const RunControl& control) {
  if (!arrangement.rank_proved()) return false;
  if (always_general(arrangement)) return true;
  return walk_restrictions(arrangement, WalkGoal::kGeneralPosition, max_work, control).status ==
         WalkStatus::kComplete;
}

}  // namespace thalweg
