#include "oracle/cone_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Solves gram(P, P) x_P = c_P for the rays listed.
void solve_on(const ConeMetric& metric, const RayVector& c,
              const std::array<int, kMaxTreeCoordinates>& rays, int count, RayVector& x) {
  RayMatrix factor;
  RayVector y;
  for (int i = 0; i < count; ++i) {
    const int ray = rays[static_cast<std::size_t>(i)];
    double right = c[static_cast<std::size_t>(ray)];
    for (int k = 0; k < i; ++k) {
      double sum = metric.gram(ray, rays[static_cast<std::size_t>(k)]);
      for (int l = 0; l < k; ++l) sum -= factor(i, l) * factor(k, l);
      factor(i, k) = sum / factor(k, k);
      right -= factor(i, k) * y[static_cast<std::size_t>(k)];
    }
    double pivot = metric.gram(ray, ray) * (1 + 1e-14);
    for (int l = 0; l < i; ++l) pivot -= factor(i, l) * factor(i, l);
    factor(i, i) = std::sqrt(std::max(pivot, 1e-15));
    y[static_cast<std::size_t>(i)] = right / factor(i, i);
  }
  for (int i = count - 1; i >= 0; --i) {
    double sum = y[static_cast<std::size_t>(i)];
    for (int k = i + 1; k < count; ++k) {
      sum -= factor(k, i) * x[static_cast<std::size_t>(rays[static_cast<std::size_t>(k)])];
    }
    x[static_cast<std::size_t>(rays[static_cast<std::size_t>(i)])] = sum / factor(i, i);
  }
}

/// Bit mask of the rays at which complementarity fails for the solution on `passive`.
unsigned infeasible_rays(const ConeMetric& metric, const RayVector& c, const RayVector& x,
                         unsigned passive, double scale) {
  unsigned bad = 0;
  for (Index k = 0; k < metric.rank; ++k) {
    const unsigned bit = 1u << k;
    if (passive & bit) {
      if (x[static_cast<std::size_t>(k)] < 0) bad |= bit;
      continue;
    }
    double gradient = -c[static_cast<std::size_t>(k)];
    for (Index l = 0; l < metric.rank; ++l) {
      gradient += metric.gram(k, l) * x[static_cast<std::size_t>(l)];
    }
    if (gradient < -1e-12 * scale) bad |= bit;
  }
  return bad;
}

void use_best_ray(Index rank, const RayVector& c, RayVector& x) {
  const auto best = std::max_element(c.begin(), c.begin() + rank) - c.begin();
  std::fill(x.begin(), x.begin() + rank, 0.0);
  x[static_cast<std::size_t>(best)] = 1;
}

}  // namespace

void maximise_linear(const ConeMetric& metric, const RayVector& c, RayVector& x) {
  const Index rank = metric.rank;
  unsigned passive = 0;
  double scale = 0;
  for (Index k = 0; k < rank; ++k) {
    const double value = c[static_cast<std::size_t>(k)];
    if (value > 0) passive |= 1u << k;
    scale = std::max(scale, std::fabs(value));
  }
  if (passive == 0) return use_best_ray(rank, c, x);
  int fewest = 1000;
  int block_steps = 3;
  for (int iteration = 0; iteration < 60; ++iteration) {
    std::array<int, kMaxTreeCoordinates> rays;
    int count = 0;
    for (int k = 0; k < rank; ++k) {
      x[static_cast<std::size_t>(k)] = 0;
      if (passive >> k & 1) rays[static_cast<std::size_t>(count++)] = k;
    }
    solve_on(metric, c, rays, count, x);
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
