#include "landscape/enclosure_arithmetic.hpp"

namespace thalweg::landscape {
namespace {

/// The double below log 2 and the one above.
constexpr Enclosure kLog2{0x1.62e42fefa39efp-1, 0x1.62e42fefa39f0p-1};
/// exp stays within the range of doubles up to here.
constexpr double kLargestExponent = 700;
/// r^k / k! with |r| <= 1/2 is below 2^-60 from here on.
constexpr int kTerms = 16;

/// exp(a) = 2^k exp(r) with r = a - k log 2 small; the remainder of the series of exp(r) after
/// r^(N-1) / (N-1)! is at most 2 |r|^N / N! for |r| <= 1.
Enclosure exp_of_point(double a) {
  if (!(a <= kLargestExponent)) return {exp_of_point(kLargestExponent).lower, HUGE_VAL};
  if (a < -kLargestExponent) return {0, exp_of_point(-kLargestExponent).upper};
  const double k = std::round(a / kLog2.lower);
  const Enclosure r = point(a) - k * kLog2;
  Enclosure sum = point(1);
  Enclosure term = point(1);
  for (int i = 1; i < kTerms; ++i) {
    term = term * r / point(i);
    sum = sum + term;
  }
  const double rest = 2 * magnitude(term * r / point(kTerms));
  sum = sum + Enclosure{-rest, rest};
  const double scale = std::ldexp(1.0, static_cast<int>(k));
  return {next_below(sum.lower * scale), next_above(sum.upper * scale)};
}

/// A double whose exp is at most 1 + z, next to log(1 + z); direction -1. At least for +1.
double log1p_bound(double z, double direction) {
  const Enclosure target = point(1) + point(z);
  double step = 1e-16 * (1 + std::log1p(z));
  double bound = std::log1p(z);
  for (;; step *= 4) {
    const Enclosure value = exp_of_point(bound);
    if (direction < 0 ? value.upper <= target.lower : value.lower >= target.upper) return bound;
    if (!(step < 1)) return direction < 0 ? 0.0 : HUGE_VAL;
    bound += direction * step;
  }
}

}  // namespace

Enclosure exp(const Enclosure& a) {
  return {std::max(0.0, exp_of_point(a.lower).lower), exp_of_point(a.upper).upper};
}

Enclosure log1p(const Enclosure& z) {
  return {std::max(0.0, log1p_bound(std::max(0.0, z.lower), -1)), log1p_bound(z.upper, 1)};
}

}  // namespace thalweg::landscape
