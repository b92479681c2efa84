#pragma once

#include <vector>

#include "landscape/polytope_exact.hpp"
#include "landscape/polytope_rounded.hpp"
#include "thalweg/core/random.hpp"

/// The optimal polytopes of the fixtures of docs/theory/two_layer.md, section 10 (beta = 0.1).
namespace thalweg::testing {

using Rationals = std::vector<mpq_class>;

inline mpq_class ratio(long numerator, long denominator) {
  mpq_class result(numerator, denominator);
  result.canonicalize();
  return result;
}

inline mpq_class dot(const Rationals& a, const Rationals& b) {
  mpq_class sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// Atoms s (X u)_+ of directions of sign plus, as columns.
inline landscape::RationalSystem exact_system(const std::vector<Rationals>& X,
                                              const std::vector<Rationals>& directions,
                                              Rationals fit) {
  landscape::RationalMatrix A(static_cast<Index>(X.size()), static_cast<Index>(directions.size()));
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index q = 0; q < A.columns(); ++q) {
      const mpq_class value =
          dot(X[static_cast<std::size_t>(i)], directions[static_cast<std::size_t>(q)]);
      if (value > 0) A(i, q) = value;
    }
  }
  return {std::move(A), std::move(fit)};
}

inline landscape::RationalSystem fixture_F1x() {
  const mpq_class half(1, 2);
  return exact_system({{1, 1, 1, 1}, {-1, -1, -1, 1}},
                      {{0, 0, 0, 1}, {half, half, half, half}, {-half, -half, -half, half}},
                      {mpq_class(19, 20), mpq_class(19, 20)});
}

inline landscape::RationalSystem fixture_F2x() {
  const mpq_class half(1, 2);
  const mpq_class fit(9, 10);
  const Rationals x1 = {half, half, half, half};
  const Rationals x2 = {-half, -half, -half, half};
  const Rationals x3 = {0, 0, 0, -1};
  const auto sum = [](Rationals a, const Rationals& b) {
    for (std::size_t k = 0; k < a.size(); ++k) a[k] += b[k];
    return a;
  };
  return exact_system({x1, x2, x3}, {x1, x2, x3, sum(x1, x2), sum(x1, x3), sum(x2, x3)},
                      {fit, fit, fit});
}

/// d = 1, two neurons of different sign: one point.
inline landscape::RationalSystem fixture_F5b() {
  landscape::RationalMatrix A(4, 2);
  A(0, 0) = 2;
  A(1, 0) = 1;
  A(2, 1) = -1;
  A(3, 1) = -3;
  return {std::move(A),
          {mpq_class(49, 25), mpq_class(49, 50), mpq_class(-19, 100), mpq_class(-57, 100)}};
}

/// Random polytope with sum z constant: N <= 6 atoms with small integer entries and masses, some of
/// them 0, columns and rows repeated now and then, so most are degenerate.
inline landscape::RationalSystem random_small_system(Random& random) {
  const auto atoms = static_cast<Index>(3 + random.below(4));
  const auto rows = static_cast<Index>(2 + random.below(3));
  landscape::RationalMatrix A(rows, atoms);
  for (Index q = 0; q < atoms; ++q) {
    A(0, q) = 1;
    for (Index i = 1; i < rows; ++i) A(i, q) = static_cast<int>(random.below(3)) - 1;
  }
  if (rows > 2 && random.below(4) == 0) {
    for (Index q = 0; q < atoms; ++q) A(rows - 1, q) = A(1, q) + A(0, q);
  }
  Rationals fit(static_cast<std::size_t>(rows));
  for (Index q = 0; q < atoms; ++q) {
    const mpq_class mass = ratio(random.below(4) == 0 ? 0 : 1, 2);
    for (Index i = 0; i < rows; ++i) fit[static_cast<std::size_t>(i)] += mass * A(i, q);
  }
  for (Index q = 0; q < atoms; ++q) {  // unlike norms, as atoms have
    const mpq_class scale = ratio(static_cast<long>(1 + random.below(3)), 3);
    for (Index i = 0; i < rows; ++i) A(i, q) *= scale;
  }
  return {std::move(A), std::move(fit)};
}

inline landscape::RoundedSystem rounded(const landscape::RationalSystem& system) {
  landscape::RoundedSystem result{Matrix(system.A.rows(), system.A.columns()),
                                  Vector(system.A.rows())};
  for (Index i = 0; i < system.A.rows(); ++i) {
    for (Index q = 0; q < system.A.columns(); ++q) result.A(i, q) = system.A(i, q).get_d();
    result.b[i] = system.b[static_cast<std::size_t>(i)].get_d();
  }
  return result;
}

}  // namespace thalweg::testing
