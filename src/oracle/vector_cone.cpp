#include "oracle/vector_cone.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
/// Sums of integers are exact up to here.
constexpr double kLargestEntry = 0x1p53;

/// Minimiser of mu^T B mu / 2 - g^T mu over mu >= 0 by Lawson and Hanson's method; B positive
/// definite.
Vector nonnegative_minimiser(const Matrix& B, const Vector& g) {
  const Index r = g.size();
  std::vector<Index> free;
  Vector mu = Vector::Zero(r);
  const double tolerance = 1e-14 * g.cwiseAbs().maxCoeff();
  for (Index step = 0; step < 4 * r; ++step) {
    Vector slope = g - B * mu;
    for (const Index k : free) slope[k] = 0;
    Index entering = 0;
    if (!(slope.maxCoeff(&entering) > tolerance)) break;
    free.push_back(entering);
    while (!free.empty()) {
      const Matrix block = B(free, free);
      const Vector wanted = block.llt().solve(Vector(g(free)));
      double share = 1;
      for (Index i = 0; i < wanted.size(); ++i) {
        const double now = mu[free[static_cast<std::size_t>(i)]];
        if (wanted[i] <= 0) share = std::min(share, now / (now - wanted[i]));
      }
      std::vector<Index> kept;
      for (Index i = 0; i < wanted.size(); ++i) {
        const Index k = free[static_cast<std::size_t>(i)];
        mu[k] += share * (wanted[i] - mu[k]);
        if (wanted[i] > 0 || mu[k] > 1e-15 * mu.cwiseAbs().maxCoeff()) {
          kept.push_back(k);
        } else {
          mu[k] = 0;
        }
      }
      const bool done = share == 1;
      free = kept;
      if (done) break;
    }
  }
  return mu;
}

/// p scaled so that p^T a_k >= values_k holds for every k with its rounding; infinite length where
/// a ray has no positive product.
LinearMajorant legalise(const Matrix& rays, const Vector& values, const Vector& p) {
  const double terms = static_cast<double>(p.size() + 4);
  double factor = 0;
  for (Index k = 0; k < rays.cols(); ++k) {
    if (values[k] == 0 && p.dot(rays.col(k)) >= 0) continue;
    const double error = terms * kEpsilon * p.cwiseAbs().dot(rays.col(k).cwiseAbs());
    const double product = p.dot(rays.col(k)) - error;
    if (!(product > 0)) return {p, std::numeric_limits<double>::infinity()};
    factor = std::max(factor, values[k] / product);
  }
  factor *= 1 + 4 * kEpsilon;
  LinearMajorant result;
  result.p = factor * p;
  result.length = result.p.norm() * (1 + terms * kEpsilon);
  return result;
}

}  // namespace

LinearMajorant shortest_majorant(const Matrix& rays, const Vector& values) {
  if (values.isZero(0)) return {Vector::Zero(rays.rows()), 0};
  const Vector lengths = rays.colwise().norm();
  const Matrix unit = rays * lengths.cwiseInverse().asDiagonal();
  const Vector mu = nonnegative_minimiser(unit.transpose() * unit, values.cwiseQuotient(lengths));
  // A little of every ray keeps products with rays of value 0 away from rounding.
  const double floor = 1e-15 * mu.sum();
  LinearMajorant result = legalise(rays, values, unit * (mu.array() + floor).matrix());
  if (std::isfinite(result.length)) return result;
  return legalise(rays, values, unit.rowwise().sum());
}

LongestEdge longest_edge(const Matrix& rays) {
  LongestEdge result;
  const Matrix unit = rays.colwise().normalized();
  for (Index k = 0; k < rays.cols(); ++k) {
    for (Index l = k + 1; l < rays.cols(); ++l) {
      const double chord = (unit.col(k) - unit.col(l)).norm();
      const double angle = 2 * std::asin(std::min(1.0, 0.5 * chord));
      if (angle > result.angle) result = {k, l, angle};
    }
  }
  return result;
}

Vector integer_bisector(const Vector& a, const Vector& b) {
  const int shift = static_cast<int>(std::lround(std::log2(a.norm() / b.norm())));
  Vector sum = std::ldexp(1.0, std::max(-shift, 0)) * a + std::ldexp(1.0, std::max(shift, 0)) * b;
  if (!(sum.cwiseAbs().maxCoeff() <= kLargestEntry)) return {};
  const auto even = [](double value) { return std::fmod(value, 2.0) == 0; };
  while (std::all_of(sum.begin(), sum.end(), even)) sum *= 0.5;
  return sum;
}

std::vector<Matrix> half_of_the_orthants(Index r) {
  std::vector<Matrix> cones;
  for (unsigned mask = 0; mask < (1u << (r - 1)); ++mask) {
    Matrix rays = Matrix::Identity(r, r);
    for (Index k = 1; k < r; ++k) {
      if (mask >> (k - 1) & 1) rays(k, k) = -1;
    }
    cones.push_back(std::move(rays));
  }
  return cones;
}

}  // namespace thalweg::oracle
