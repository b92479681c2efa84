#pragma once

#include <gmpxx.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "landscape/polytope_brute_force.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/training_problem.hpp"

/// Training problems with a known dual optimum in small dyadic numbers, and their optimal
/// directions by listing all sign vectors of the rows: nothing is shared with the library but
/// types.
namespace thalweg::testing {

using Exact = std::vector<mpq_class>;

inline mpq_class inner(const Exact& a, const Exact& b) {
  mpq_class sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

inline std::vector<Exact> exact_rows(const Matrix& X) {
  std::vector<Exact> rows;
  for (Index i = 0; i < X.rows(); ++i) {
    rows.emplace_back();
    for (Index k = 0; k < X.cols(); ++k) rows.back().emplace_back(X(i, k));
  }
  return rows;
}

/// v minus its projection onto the span of the given rows (Gram and Schmidt).
inline Exact off_span(Exact v, const std::vector<Exact>& rows) {
  std::vector<Exact> frame;
  const auto subtract = [&](Exact& w) {
    for (const Exact& e : frame) {
      const mpq_class factor = inner(w, e) / inner(e, e);
      for (std::size_t k = 0; k < w.size(); ++k) w[k] -= factor * e[k];
    }
  };
  for (Exact row : rows) {
    subtract(row);
    if (inner(row, row) != 0) frame.push_back(std::move(row));
  }
  subtract(v);
  return v;
}

/// A direction p with s nu^T (X p)_+ = |p|^2.
struct ExactDirection {
  Sign sign = Sign::kPlus;
  Exact p;
  mpq_class square;  ///< |p|^2
};

/// Every direction at which s nu^T (X u)_+ is stationary over the sphere, for both signs: p = s X^T
/// D nu projected onto the common kernel of the ties, one for each vector of signs in {-1, 0, 1}^n
/// that p turns out to have. Global maximisers with a positive value are among them (at a maximum
/// the function is linear along the flat of its ties), and the value there is |p|.
inline std::vector<ExactDirection> stationary_directions(const std::vector<Exact>& X,
                                                         const Exact& nu) {
  const std::size_t n = X.size();
  std::size_t count = 1;
  for (std::size_t i = 0; i < n; ++i) count *= 3;
  std::vector<ExactDirection> found;
  std::vector<int> signs(n);
  for (std::size_t code = 0; code < count; ++code) {
    std::vector<Exact> ties;
    Exact gradient(X[0].size());
    std::size_t rest = code;
    for (std::size_t i = 0; i < n; ++i, rest /= 3) {
      signs[i] = static_cast<int>(rest % 3) - 1;
      if (signs[i] == 0) ties.push_back(X[i]);
      if (signs[i] <= 0) continue;
      for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += nu[i] * X[i][k];
    }
    gradient = off_span(std::move(gradient), ties);
    for (const int s : {1, -1}) {
      Exact p = gradient;
      for (mpq_class& entry : p) entry *= s;
      mpq_class square = inner(p, p);
      if (square == 0) continue;
      bool same = true;
      for (std::size_t i = 0; i < n && same; ++i) same = sgn(inner(X[i], p)) == signs[i];
      if (same) found.push_back({s > 0 ? Sign::kPlus : Sign::kMinus, p, std::move(square)});
    }
  }
  return found;
}

/// The dual norm of nu squared, with all directions where it is taken.
inline std::pair<mpq_class, std::vector<ExactDirection>> dual_norm_square(
    const std::vector<Exact>& X, const Exact& nu) {
  std::vector<ExactDirection> all = stationary_directions(X, nu);
  mpq_class most = 0;
  for (const ExactDirection& direction : all) most = std::max(most, direction.square);
  std::erase_if(all, [&](const ExactDirection& direction) { return direction.square != most; });
  return {most, std::move(all)};
}

/// s (X p)_+ / beta.
inline Exact exact_activation(const std::vector<Exact>& X, const ExactDirection& direction,
                              const mpq_class& beta) {
  Exact a;
  for (const Exact& row : X) {
    const mpq_class t = inner(row, direction.p) / beta;
    a.emplace_back(t > 0 ? (direction.sign == Sign::kPlus ? t : mpq_class(-t)) : mpq_class(0));
  }
  return a;
}

struct DyadicInstance {
  Matrix X;
  Vector y;
  double beta = 0;
  // The answer.
  Exact nu;
  std::vector<ExactDirection> directions;
  RationalSystem system;  ///< the optimal polytope

  [[nodiscard]] TrainingProblem problem() const { return {X, y, beta, Loss::squared()}; }
};

inline std::optional<double> exact_double(const mpq_class& value) {
  const double rounded = value.get_d();
  if (mpq_class(rounded) != value) return std::nullopt;
  return rounded;
}

/// The root when it is a double.
inline std::optional<double> exact_root(const mpq_class& square) {
  if (mpz_perfect_square_p(square.get_num_mpz_t()) == 0 ||
      mpz_perfect_square_p(square.get_den_mpz_t()) == 0) {
    return std::nullopt;
  }
  return exact_double(mpq_class(sqrt(square.get_num()), sqrt(square.get_den())));
}

/// A permutation of coordinates with signs: x_k goes to signs[k] x_k at places[k].
struct SignedPermutation {
  std::vector<std::size_t> places;
  std::vector<int> signs;

  SignedPermutation(Random& random, std::size_t d) : places(d), signs(d) {
    std::iota(places.begin(), places.end(), std::size_t{0});
    for (std::size_t k = d; k > 1; --k) std::swap(places[k - 1], places[random.below(k)]);
    for (int& sign : signs) sign = random.below(2) == 0 ? 1 : -1;
  }
  [[nodiscard]] Exact operator()(const Exact& x) const {
    Exact image(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) image[places[k]] = signs[k] * x[k];
    return image;
  }
};

/// Up to 6 rows with entries 0, +-1/2, +-1, whole orbits of a signed permutation, so that the dual
/// norm, of a nu that is constant on orbits, tends to be taken at many directions.
inline std::pair<std::vector<Exact>, Exact> random_orbits(Random& random) {
  const std::size_t d = 2 + random.below(3);
  const SignedPermutation image(random, d);
  std::vector<Exact> rows;
  Exact nu;
  const std::size_t orbits = 1 + random.below(3);
  for (std::size_t orbit = 0; orbit < orbits; ++orbit) {
    Exact row;
    for (std::size_t k = 0; k < d; ++k) {
      row.emplace_back(static_cast<long>(random.below(5)) - 2, 2);
      row.back().canonicalize();
    }
    mpq_class value(1 + static_cast<long>(random.below(4)), 4);
    value.canonicalize();
    if (random.below(4) == 0) value = -value;
    const Exact first = row;
    do {
      rows.push_back(row);
      nu.push_back(value);
      row = image(row);
    } while (row != first);
  }
  return {std::move(rows), std::move(nu)};
}

/// Rows and dual by random_orbits; beta, the dual norm of nu, is accepted when it is a double; then
/// y = A z + nu for masses of some of the optimal directions. None where a number is no double.
inline std::optional<DyadicInstance> random_dyadic_instance(Random& random) {
  const auto [rows, nu] = random_orbits(random);
  const auto n = static_cast<Index>(rows.size());
  if (n < 2 || n > 6) return std::nullopt;
  Matrix X(n, static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < n; ++i) {
    for (Index k = 0; k < X.cols(); ++k) {
      X(i, k) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)].get_d();
    }
  }
  auto [square, directions] = dual_norm_square(rows, nu);
  if (directions.size() < 3 || directions.size() > 10) return std::nullopt;
  const std::optional<double> beta = exact_root(square);
  if (!beta) return std::nullopt;
  RationalSystem system{RationalMatrix(n, static_cast<Index>(directions.size())),
                        Exact(static_cast<std::size_t>(n))};
  for (std::size_t q = 0; q < directions.size(); ++q) {
    const Exact a = exact_activation(rows, directions[q], *beta);
    const mpq_class mass = *beta * static_cast<double>(random.below(4));
    for (std::size_t i = 0; i < a.size(); ++i) {
      system.A(static_cast<Index>(i), static_cast<Index>(q)) = a[i];
      system.b[i] += mass * a[i];
    }
  }
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::optional<double> target = exact_double(system.b[place] + nu[place]);
    if (!target) return std::nullopt;
    y[i] = *target;
  }
  return DyadicInstance{std::move(X), std::move(y),          *beta,
                        nu,           std::move(directions), std::move(system)};
}

/// Seeds of random_dyadic_instance with more than one vertex, of many shapes: n = 2 ... 6, d = 2
/// ... 4, 3 to 9 optimal directions, 2 to 18 vertices, some on kinks, some with X^T nu = 0.
inline constexpr std::array kDyadicSeeds = {
    39,    48,    111,   269,   334,   344,   378,   423,   642,   665,   698,   731,
    877,   911,   987,   1000,  1150,  1159,  1534,  1653,  1684,  1692,  1706,  1864,
    1887,  2057,  2213,  2421,  2771,  2995,  3001,  3164,  3227,  3230,  3393,  3509,
    3859,  4067,  4137,  4528,  4632,  4681,  4773,  5070,  5691,  6325,  6875,  6890,
    8076,  8223,  8690,  9670,  9726,  10940, 10958, 11148, 11396, 11823, 12806, 12855,
    13691, 13710, 14750, 14941, 15366, 15706, 15914, 16560, 17449, 17922, 18104, 18256,
    18772, 18848, 20257, 20771, 21392, 22849, 23524, 24531, 26103, 27651, 27764, 28140,
    29474, 29756, 30037, 30210, 30225, 30349, 31989, 33622, 34894, 35169, 35649, 37516,
    39523, 40678, 42325, 42744, 43349, 43623, 44008, 45476, 45692, 46605, 46956, 47559,
    48123, 48802, 49089, 49844, 51183, 51244, 52876, 53381, 53608, 53964, 54139};

/// The instances of kDyadicSeeds, made once.
inline const std::vector<DyadicInstance>& dyadic_instances() {
  static const std::vector<DyadicInstance> all = [] {
    std::vector<DyadicInstance> made;
    for (const int seed : kDyadicSeeds) {
      Random random(static_cast<std::uint64_t>(seed));
      auto instance = random_dyadic_instance(random);
      if (instance) made.push_back(std::move(*instance));
    }
    return made;
  }();
  return all;
}

}  // namespace thalweg::testing
