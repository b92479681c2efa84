#include "oracle/cone_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/multiversion.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Solves gram(P, P) x_P = c_P for the `count` <= N rays listed; loops of fixed length N (the rest
/// padded with the identity) keep several operations in flight.
template <int N>
inline __attribute__((always_inline)) void solve_padded(
    const ConeMetric& metric, const RayVector& c, const std::array<int, kMaxTreeCoordinates>& rays,
    int count, RayVector& x) {
  double factor[N][N] = {};  // [k][i]: column k of the lower triangle
  double y[N] = {};
  double inverse[N];
  for (int k = 0; k < N; ++k) factor[k][k] = 1;
  for (int k = 0; k < count; ++k) {
    const int ray = rays[static_cast<std::size_t>(k)];
    y[k] = c[static_cast<std::size_t>(ray)];
    factor[k][k] = metric.gram(ray, ray) * (1 + 1e-14);
    for (int i = k + 1; i < count; ++i) {
      factor[k][i] = metric.gram(rays[static_cast<std::size_t>(i)], ray);
    }
  }
  for (int k = 0; k < N; ++k) {
    inverse[k] = 1 / std::sqrt(std::max(factor[k][k], 1e-15));
    y[k] *= inverse[k];
    for (int i = 0; i < N; ++i) factor[k][i] *= inverse[k];
    for (int j = k + 1; j < N; ++j) {
      y[j] -= y[k] * factor[k][j];
      for (int i = 0; i < N; ++i) factor[j][i] -= factor[k][j] * factor[k][i];
    }
  }
  for (int k = N - 1; k >= 0; --k) {
    for (int i = k + 1; i < N; ++i) y[k] -= factor[k][i] * y[i];
    y[k] *= inverse[k];
    if (k < count) x[static_cast<std::size_t>(rays[static_cast<std::size_t>(k)])] = y[k];
  }
}

/// x with gram(P, P) x_P = c_P for the rays P of the mask, 0 elsewhere.
THALWEG_MULTIVERSION
void solve_on(const ConeMetric& metric, const RayVector& c, unsigned mask, RayVector& x) {
  std::array<int, kMaxTreeCoordinates> rays;
  int count = 0;
  for (int k = 0; k < metric.rank; ++k) {
    x[static_cast<std::size_t>(k)] = 0;
    rays[static_cast<std::size_t>(count)] = k;
    count += mask >> k & 1;
  }
  if (count <= 2) return solve_padded<2>(metric, c, rays, count, x);
  if (count <= 4) return solve_padded<4>(metric, c, rays, count, x);
  if (count <= 6) return solve_padded<6>(metric, c, rays, count, x);
  if (count <= 8) return solve_padded<8>(metric, c, rays, count, x);
  solve_padded<kMaxTreeCoordinates>(metric, c, rays, count, x);
}

/// Bit mask of the rays at which complementarity fails for the solution on `passive`.
unsigned infeasible_rays(const ConeMetric& metric, const RayVector& c, const RayVector& x,
                         unsigned passive, double scale) {
  RayVector gradient;
  const auto rank = static_cast<std::size_t>(metric.rank);
  for (std::size_t k = 0; k < rank; ++k) gradient[k] = -c[k];
  for (std::size_t l = 0; l < rank; ++l) {
    if (!(passive >> l & 1)) continue;
    for (std::size_t k = 0; k < rank; ++k) {
      gradient[k] += x[l] * metric.gram(static_cast<Index>(k), static_cast<Index>(l));
    }
  }
  unsigned bad = 0;
  for (std::size_t k = 0; k < rank; ++k) {
    const bool fails = passive >> k & 1 ? x[k] < 0 : gradient[k] < -1e-12 * scale;
    bad |= static_cast<unsigned>(fails) << k;
  }
  return bad;
}

void use_best_ray(Index rank, const RayVector& c, RayVector& x) {
  const auto best = std::max_element(c.begin(), c.begin() + rank) - c.begin();
  std::fill(x.begin(), x.begin() + rank, 0.0);
  x[static_cast<std::size_t>(best)] = 1;
}

}  // namespace

unsigned support(Index rank, const RayVector& x) {
  unsigned rays = 0;
  for (Index k = 0; k < rank; ++k) {
    if (x[static_cast<std::size_t>(k)] > 0) rays |= 1u << k;
  }
  return rays;
}

void maximise_linear(const ConeMetric& metric, const RayVector& c, RayVector& x, unsigned guess) {
  const Index rank = metric.rank;
  unsigned passive = support(rank, c);
  double scale = 0;
  for (Index k = 0; k < rank; ++k) {
    scale = std::max(scale, std::fabs(c[static_cast<std::size_t>(k)]));
  }
  if (passive == 0) return use_best_ray(rank, c, x);
  if (guess != 0) passive = guess;
  int fewest = 1000;
  int block_steps = 3;
  for (int iteration = 0; iteration < 60; ++iteration) {
    solve_on(metric, c, passive, x);
    const unsigned bad = infeasible_rays(metric, c, x, passive, scale);
    if (bad == 0) break;
    const int number = __builtin_popcount(bad);
    if (number < fewest) {
      fewest = number;
      block_steps = 3;
    } else {
      --block_steps;
    }
    passive ^= block_steps >= 0 ? bad : 1u << (31 - __builtin_clz(bad));
    if (passive == 0) {
      passive = 1u << (std::max_element(c.begin(), c.begin() + rank) - c.begin());
    }
  }
  double squared = 0;
  for (Index k = 0; k < rank; ++k) {
    auto& entry = x[static_cast<std::size_t>(k)];
    if (!(entry > 0)) entry = 0;
  }
  for (Index k = 0; k < rank; ++k) {
    double row = 0;
    for (Index l = 0; l < rank; ++l) row += metric.gram(k, l) * x[static_cast<std::size_t>(l)];
    squared += row * x[static_cast<std::size_t>(k)];
  }
  const double inverse = 1 / std::sqrt(squared);
  if (!(squared > 0) || !std::isfinite(inverse)) return use_best_ray(rank, c, x);
  for (Index k = 0; k < rank; ++k) x[static_cast<std::size_t>(k)] *= inverse;
}

namespace {

/// What is known of a point p = sum_l y_l r_l / norm_l.
struct Products {
  RayVector below;  ///< lower bounds of p . r_k / norm_k
  double norm;      ///< upper bound of |p|
};

Products products(const ConeMetric& metric, const RayVector& y) {
  Products result;
  const Index rank = metric.rank;
  double squared = 0;
  // The Gram entries are exact sums of products of one sign up to (2 R + 6) roundings, or off by
  // gram_error.
  const double relative = (4 * static_cast<double>(rank) + 16) * kUnit;
  for (Index k = 0; k < rank; ++k) {
    double product = 0;
    double error = 0;
    for (Index l = 0; l < rank; ++l) {
      const double weight = y[static_cast<std::size_t>(l)];
      product += metric.gram(k, l) * weight;
      if (metric.signed_gram) error += metric.gram_error(k, l) * weight;
    }
    if (metric.signed_gram) {
      error *= 1 + relative;
    } else {
      error = product * relative;
    }
    result.below[static_cast<std::size_t>(k)] = product - error;
    squared += y[static_cast<std::size_t>(k)] * (product + error);
  }
  result.norm = std::sqrt(squared) * (1 + relative);
  return result;
}

/// The least t >= 0, rounded upwards, with t p . r_k / norm_k >= c_k for all k; infinity if none.
double least_multiple(Index rank, const RayVector& c, const RayVector& below) {
  double factor = 0;
  for (Index k = 0; k < rank; ++k) {
    const double need = c[static_cast<std::size_t>(k)];
    const double have = below[static_cast<std::size_t>(k)];
    if (!std::isfinite(need) || !std::isfinite(have)) return kInfinity;
    if (need > 0) factor = have > 0 ? std::max(factor, need / have) : kInfinity;
    if (factor == kInfinity) return kInfinity;
  }
  factor *= 1 + 4 * kUnit;
  for (Index k = 0; k < rank; ++k) {
    const double have = below[static_cast<std::size_t>(k)];
    if (have < 0 && factor * have * (1 + 4 * kUnit) < c[static_cast<std::size_t>(k)]) {
      return kInfinity;
    }
  }
  return factor;
}

/// A bound from t p + delta q, q the sum of the scaled rays, t >= 0 given: what t p lacks at some
/// rays is added. Where c_k and p . r_k are both about 0, a multiple of p alone never suffices.
double repaired_bound(const ConeMetric& metric, const RayVector& c, const Products& p, double t) {
  RayVector ones;
  ones.fill(1);
  const Products q = products(metric, ones);
  double delta = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(metric.rank); ++k) {
    const double have = t * p.below[k];
    const double lack = c[k] - have + 4 * kUnit * (std::fabs(c[k]) + std::fabs(have));
    if (!(lack > 0)) continue;
    if (!(q.below[k] > 0)) return kInfinity;
    delta = std::max(delta, lack / q.below[k]);
  }
  delta *= 1 + 4 * kUnit;
  for (std::size_t k = 0; k < static_cast<std::size_t>(metric.rank); ++k) {
    // Where the sum makes an obtuse angle with a ray, delta takes away.
    if (!(q.below[k] < 0)) continue;
    const double have = t * p.below[k];
    const double loss = delta * q.below[k];
    if (!(have + loss - 4 * kUnit * (std::fabs(have) + std::fabs(loss)) >= c[k])) return kInfinity;
  }
  return (t * p.norm + delta * q.norm) * (1 + 8 * kUnit);
}

}  // namespace

double linear_bound(const ConeMetric& metric, const RayVector& c, const RayVector& y) {
  const Index rank = metric.rank;
  const Products p = products(metric, y);
  const double factor = least_multiple(rank, c, p.below);
  const double bound = factor == kInfinity ? kInfinity : factor * p.norm * (1 + 4 * kUnit);
  double value = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) value += c[k] * y[k];
  const double multiple = std::max(value, 0.0);
  if (factor <= multiple * (1 + 1e-12) || !std::isfinite(value)) return bound;
  return std::min(bound, repaired_bound(metric, c, p, multiple));
}

RayMatrix cholesky(const RayMatrix& gram, Index rank) {
  RayMatrix factor;
  for (Index i = 0; i < rank; ++i) {
    for (Index k = 0; k <= i; ++k) {
      double sum = gram(i, k);
      for (Index l = 0; l < k; ++l) sum -= factor(i, l) * factor(k, l);
      factor(i, k) = i == k ? std::sqrt(std::max(sum, 1e-15)) : sum / factor(k, k);
    }
  }
  return factor;
}

void solve_lower(const RayMatrix& factor, Index rank, double* x) {
  for (Index i = 0; i < rank; ++i) {
    double sum = x[i];
    for (Index k = 0; k < i; ++k) sum -= factor(i, k) * x[k];
    x[i] = sum / factor(i, i);
  }
}

void solve_upper(const RayMatrix& factor, Index rank, double* x) {
  for (Index i = rank - 1; i >= 0; --i) {
    double sum = x[i];
    for (Index k = i + 1; k < rank; ++k) sum -= factor(k, i) * x[k];
    x[i] = sum / factor(i, i);
  }
}

}  // namespace thalweg::oracle
