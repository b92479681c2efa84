#pragma once

#include <cmath>

namespace thalweg::detail {

/// A number hi + lo with |lo| <= ulp(hi)/2: about 106 bits. Source: Dekker 1971, Knuth.
/// Needs arithmetic without contraction or reassociation.
struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  DoubleDouble() = default;
  // A double is a double-double: conversions keep the formulas readable.
  DoubleDouble(double value) : hi(value) {}  // NOLINT(google-explicit-constructor)
  DoubleDouble(double high, double low) : hi(high), lo(low) {}
};

inline DoubleDouble quick_sum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}

inline DoubleDouble exact_sum(double a, double b) {
  const double s = a + b;
  const double v = s - a;
  return {s, (a - (s - v)) + (b - v)};
}

inline DoubleDouble exact_product(double a, double b) {
  constexpr double kSplit = 134217729.0;  // 2^27 + 1
  const double p = a * b;
  const double ca = kSplit * a;
  const double ah = ca - (ca - a);
  const double al = a - ah;
  const double cb = kSplit * b;
  const double bh = cb - (cb - b);
  const double bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = exact_sum(a.hi, b.hi);
  const DoubleDouble t = exact_sum(a.lo, b.lo);
  const DoubleDouble u = quick_sum(s.hi, s.lo + t.hi);
  return quick_sum(u.hi, u.lo + t.lo);
}

inline DoubleDouble operator-(DoubleDouble a) { return {-a.hi, -a.lo}; }
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + (-b); }

inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble p = exact_product(a.hi, b.hi);
  return quick_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double q1 = a.hi / b.hi;
  const DoubleDouble r1 = a - b * DoubleDouble(q1);
  const double q2 = r1.hi / b.hi;
  const DoubleDouble r2 = r1 - b * DoubleDouble(q2);
  return quick_sum(q1, q2) + DoubleDouble(r2.hi / b.hi);
}

/// Square root of a nonnegative number, by one Newton step on the double root.
inline DoubleDouble sqrt(DoubleDouble a) {
  if (!(a.hi > 0)) return {};
  const double root = std::sqrt(a.hi);
  const DoubleDouble error = a - exact_product(root, root);
  return quick_sum(root, error.hi / (2 * root));
}

inline bool operator<(DoubleDouble a, DoubleDouble b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

}  // namespace thalweg::detail
