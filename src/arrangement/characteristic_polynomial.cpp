#include "thalweg/arrangement/characteristic_polynomial.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arrangement/restriction_probe.hpp"
#include "arrangement/restriction_walk.hpp"

namespace thalweg {

BigCount CharacteristicPolynomial::cells() const {
  mpz_class sum = 0;
  for (const BigCount& coefficient : coefficients) sum += abs(mpz_class(coefficient.decimal));
  return {sum.get_str()};
}

std::optional<CharacteristicPolynomial> characteristic_polynomial(
    const HyperplaneArrangement& arrangement, const PolynomialSettings& settings) {
  if (!arrangement.rank_proved()) return std::nullopt;
  const arrangement::WalkResult walk = arrangement::walk_restrictions(
      arrangement, arrangement::WalkGoal::kCount, settings.max_work, settings.control);
  if (walk.status != arrangement::WalkStatus::kComplete) return std::nullopt;
  CharacteristicPolynomial polynomial;
  for (std::size_t k = 0; k < walk.absolute.size(); ++k) {
    const mpz_class coefficient = k % 2 == 0 ? walk.absolute[k] : mpz_class(-walk.absolute[k]);
    polynomial.coefficients.push_back({coefficient.get_str()});
  }
  return polynomial;
}

double estimated_work(const HyperplaneArrangement& arrangement, std::uint64_t seed) {
  constexpr double kMostProbes = 32;
  constexpr double kProbingWork = 1e7;
  const int probes = static_cast<int>(
      std::clamp(kProbingWork / arrangement::probe_work(arrangement), 1.0, kMostProbes));
  arrangement::RestrictionProbe probe(arrangement);
  Random random(seed);
  long double sum = 0;
  for (int i = 0; i < probes; ++i) sum += probe.draw(random).work;
  const auto work = static_cast<double>(sum / probes);
  return std::isnan(work) ? std::numeric_limits<double>::infinity() : work;
}

}  // namespace thalweg
