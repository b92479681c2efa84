#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "landscape/polytope_enclosed.hpp"

namespace thalweg::landscape {

/// Arithmetic on enclosures: every result holds all results of numbers from the operands.
///
/// An operation is rounded to nearest and its ends are moved outward by one double, so the rounding
/// mode is not touched. 0 in a divisor, or 0 times an infinite end, makes both ends NaN, and stays
/// so.
inline double next_below(double rounded) {
  return std::nextafter(rounded, -std::numeric_limits<double>::infinity());
}
inline double next_above(double rounded) {
  return std::nextafter(rounded, std::numeric_limits<double>::infinity());
}

inline Enclosure point(double value) { return {value, value}; }
inline double middle(const Enclosure& a) { return 0.5 * a.lower + 0.5 * a.upper; }
/// At least the distance of middle(a) from any number in a.
inline double radius(const Enclosure& a) {
  const double centre = middle(a);
  return std::max(next_above(a.upper - centre), next_above(centre - a.lower));
}
inline bool is_finite(const Enclosure& a) {
  return std::isfinite(a.lower) && std::isfinite(a.upper);
}
inline bool is_positive(const Enclosure& a) { return a.lower > 0; }
inline bool is_negative(const Enclosure& a) { return a.upper < 0; }
/// The largest absolute value in it.
inline double magnitude(const Enclosure& a) {
  return std::max(std::abs(a.lower), std::abs(a.upper));
}

inline Enclosure operator-(const Enclosure& a) { return {-a.upper, -a.lower}; }
inline Enclosure operator+(const Enclosure& a, const Enclosure& b) {
  return {next_below(a.lower + b.lower), next_above(a.upper + b.upper)};
}
inline Enclosure operator-(const Enclosure& a, const Enclosure& b) { return a + (-b); }
inline Enclosure operator*(const Enclosure& a, const Enclosure& b) {
  const double products[] = {a.lower * b.lower, a.lower * b.upper, a.upper * b.lower,
                             a.upper * b.upper};
  double least = products[0];
  double most = products[0];
  for (const double product : products) {
    if (std::isnan(product)) return {product, product};
    least = std::min(least, product);
    most = std::max(most, product);
  }
  return {next_below(least), next_above(most)};
}
inline Enclosure operator*(double a, const Enclosure& b) { return point(a) * b; }
inline Enclosure operator/(const Enclosure& a, const Enclosure& b) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (!is_positive(b) && !is_negative(b)) return {kNaN, kNaN};
  return a * Enclosure{next_below(1 / b.upper), next_above(1 / b.lower)};
}
inline Enclosure square(const Enclosure& a) {
  const double most = magnitude(a);
  const double least =
      is_positive(a) || is_negative(a) ? std::min(std::abs(a.lower), std::abs(a.upper)) : 0.0;
  return {std::max(0.0, next_below(least * least)), next_above(most * most)};
}
/// Precondition: only numbers that are not negative are meant, though `a` may reach below 0.
inline Enclosure sqrt(const Enclosure& a) {
  return {a.lower > 0 ? next_below(std::sqrt(a.lower)) : 0.0, next_above(std::sqrt(a.upper))};
}
inline Enclosure hull(const Enclosure& a, const Enclosure& b) {
  return {std::min(a.lower, b.lower), std::max(a.upper, b.upper)};
}
inline Enclosure absolute(const Enclosure& a) {
  if (is_positive(a)) return a;
  if (is_negative(a)) return -a;
  return {0, magnitude(a)};
}

/// exp and log(1 + z), z >= 0, by power series and bounds of their remainders.
[[nodiscard]] Enclosure exp(const Enclosure& a);
[[nodiscard]] Enclosure log1p(const Enclosure& z);

}  // namespace thalweg::landscape
