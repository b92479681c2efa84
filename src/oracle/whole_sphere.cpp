#include "thalweg/oracle/whole_sphere.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "oracle/quadratic_maximum.hpp"
#include "oracle/scaled_rows.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

using oracle::diagonal_trust_region;
using oracle::prove_maximum;
using oracle::ProvedMaximum;
using oracle::scale_rows;
using oracle::ScaledRows;
using oracle::TrustRegion;

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Index kKrylovDimension = 40;

/// One choice of parameters, in the unit of ScaledRows.
struct Majorant {
  Vector omega;   ///< (k)
  Vector sigma;   ///< (k)
  double mu = 0;  ///< multiplier found in the Krylov space
  double estimate = kInfinity;
};

/// kappa + b.u + u^T M u with M = Y diag(weight) Y^T.
struct Quadratic {
  Vector weight;  ///< (k)
  Vector b;       ///< (d)
  double kappa = 0;
};

Quadratic quadratic(const ScaledRows& rows, const Majorant& choice) {
  Quadratic q;
  q.weight.resize(rows.count());
  Vector linear(rows.count());
  for (Index k = 0; k < rows.count(); ++k) {
    if (rows.positive[static_cast<std::size_t>(k)]) {
      const double omega = choice.omega[k];
      q.weight[k] = omega / 2;
      q.kappa += omega > 0 ? 1 / (8 * omega) : rows.norm[k] / 2;
      linear[k] = 0.5;
    } else {
      const double sigma = choice.sigma[k];
      // Rounded down, so that psi |y| + |sigma| <= 1 also in exact arithmetic.
      const double psi = std::max(0.0, (1 - std::abs(sigma)) * (1 - 8 * kEps) / rows.norm[k]);
      q.weight[k] = -psi / 2;
      linear[k] = -(1 + sigma) / 2;
    }
  }
  q.b = rows.Y * linear;
  return q;
}

/// Maximum of q over the unit sphere within a Krylov space of dimension at most kKrylovDimension
/// (the whole space when d is not larger): Lanczos with complete reorthogonalisation, restarted at
/// random where it breaks down. Hence a lower estimate.
TrustRegion krylov_trust_region(const ScaledRows& rows, const Quadratic& q) {
  const Index d = rows.Y.rows();
  const Index size = std::min(d, kKrylovDimension);
  Random random(1);
  Matrix basis(d, size);
  Matrix projected = Matrix::Zero(size, size);
  Vector next = q.b;
  double scale = q.b.norm();
  for (Index k = 0; k < size; ++k) {
    for (int attempt = 0; next.norm() <= 1e-12 * scale || attempt == 0; ++attempt) {
      if (attempt > 0 || next.norm() == 0) next = random.direction(d);
      const double before = next.norm();
      for (int pass = 0; pass < 2; ++pass) {
        next -= basis.leftCols(k) * (basis.leftCols(k).transpose() * next);
      }
      if (next.norm() > 1e-8 * before) break;
      next.setZero();
    }
    basis.col(k) = next.normalized();
    const Vector t = rows.Y.transpose() * basis.col(k);
    next = rows.Y * q.weight.cwiseProduct(t);
    scale = std::max(scale, next.norm());
    projected.col(k).head(k + 1) = basis.leftCols(k + 1).transpose() * next;
    projected.row(k).head(k + 1) = projected.col(k).head(k + 1).transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(projected);
  TrustRegion result = diagonal_trust_region(
      eigen.eigenvalues(), eigen.eigenvectors().transpose() * (basis.transpose() * q.b));
  result.u = basis * (eigen.eigenvectors() * result.u);
  return result;
}

/// Fills in the estimate and the multiplier; returns the maximiser.
Vector assess(const ScaledRows& rows, Majorant& choice) {
  const Quadratic q = quadratic(rows, choice);
  const TrustRegion region = krylov_trust_region(rows, q);
  choice.mu = region.multiplier;
  choice.estimate = q.kappa + region.value;
  return region.u;
}

/// omega = 0 and the sigma that minimises |b|: a box-constrained least-squares problem by
/// coordinate descent.
Majorant triangle_choice(const ScaledRows& rows) {
  Majorant choice{Vector::Zero(rows.count()), Vector::Zero(rows.count())};
  Vector multiplier = Vector::Zero(rows.count());
  Vector rest = Vector::Zero(rows.Y.rows());
  for (Index k = 0; k < rows.count(); ++k) {
    if (rows.positive[static_cast<std::size_t>(k)]) rest += 0.5 * rows.Y.col(k);
  }
  for (int sweep = 0; sweep < 200; ++sweep) {
    double change = 0;
    for (Index k = 0; k < rows.count(); ++k) {
      if (rows.positive[static_cast<std::size_t>(k)]) continue;
      const double step = rows.Y.col(k).dot(rest) / (rows.norm[k] * rows.norm[k]);
      const double moved = std::clamp(multiplier[k] + step, 0.0, 1.0);
      rest -= (moved - multiplier[k]) * rows.Y.col(k);
      change = std::max(change, std::abs(moved - multiplier[k]) * rows.norm[k]);
      multiplier[k] = moved;
    }
    if (change <= 1e-12 * rest.norm()) break;
  }
  for (Index k = 0; k < rows.count(); ++k) {
    if (!rows.positive[static_cast<std::size_t>(k)]) choice.sigma[k] = 2 * multiplier[k] - 1;
  }
  return choice;
}

/// omega_j = c / weight_j over the positive rows with the c that makes sum omega_j t_j^2 + 1 / (4
/// omega_j) at most sqrt(sum of weights * lambda_max(sum of y_j y_j^T / weight_j)); every negative
/// row gets `sigma`.
Majorant spectral_choice(const ScaledRows& rows, const Vector& weight, double sigma) {
  Majorant choice{Vector::Zero(rows.count()), Vector::Zero(rows.count())};
  Quadratic sum{Vector::Zero(rows.count()), Vector::Zero(rows.Y.rows())};
  double total = 0;
  for (Index k = 0; k < rows.count(); ++k) {
    if (rows.positive[static_cast<std::size_t>(k)]) {
      total += weight[k];
      sum.weight[k] = 1 / weight[k];
    } else {
      choice.sigma[k] = sigma;
    }
  }
  if (total == 0) return choice;
  const double top = krylov_trust_region(rows, sum).value;
  const double factor = 0.5 * std::sqrt(total / top);
  for (Index k = 0; k < rows.count(); ++k) {
    if (rows.positive[static_cast<std::size_t>(k)]) choice.omega[k] = factor / weight[k];
  }
  return choice;
}

/// The majorant that is tight at second moments `moment` (k) = E t_j^2 and means `mean` (k) = E t_j
/// of a distribution on the ball: the supergradient of the dual there.
Majorant tight_choice(const ScaledRows& rows, const Vector& moment, const Vector& mean) {
  Majorant choice{Vector::Zero(rows.count()), Vector::Zero(rows.count())};
  for (Index k = 0; k < rows.count(); ++k) {
    if (rows.positive[static_cast<std::size_t>(k)]) {
      choice.omega[k] = 0.5 / std::max(std::sqrt(moment[k]), 1e-3 * rows.norm[k]);
    } else if (moment[k] < std::abs(mean[k]) * rows.norm[k]) {
      choice.sigma[k] = mean[k] > 0 ? 1 : -1;
    }
  }
  return choice;
}

/// Keeps the candidates whose estimates may still win.
class Candidates {
 public:
  /// Assesses and stores the choice; returns the maximiser of its quadratic.
  Vector add(const ScaledRows& rows, Majorant choice) {
    const Vector u = assess(rows, choice);
    kept_.push_back(std::move(choice));
    return u;
  }
  /// As add, but keeps only the best of all choices added this way.
  Vector improve(const ScaledRows& rows, Majorant choice) {
    const Vector u = assess(rows, choice);
    if (choice.estimate < best_.estimate) best_ = std::move(choice);
    return u;
  }
  /// All kept, most promising first.
  [[nodiscard]] std::vector<Majorant> sorted() && {
    kept_.push_back(std::move(best_));
    std::sort(kept_.begin(), kept_.end(),
              [](const Majorant& a, const Majorant& b) { return a.estimate < b.estimate; });
    return std::move(kept_);
  }

 private:
  std::vector<Majorant> kept_;
  Majorant best_;
};

Candidates find_candidates(const ScaledRows& rows, const WholeSphereSettings& settings) {
  const Index d = rows.Y.rows();
  const double work = 4.0 * static_cast<double>(rows.count() * d * std::min(d, kKrylovDimension));
  const int limit = settings.iterations > 0
                        ? settings.iterations
                        : static_cast<int>(std::clamp(4e9 / (work + 1e4), 20.0, 400.0));
  Candidates candidates;
  Vector moment = rows.norm.array().square() / static_cast<double>(d);
  Vector mean = Vector::Zero(rows.count());
  for (int step = 0; step < limit; ++step) {
    const Vector t =
        rows.Y.transpose() * candidates.improve(rows, tight_choice(rows, moment, mean));
    const double length = 2.0 / (step + 3.0);
    moment += length * (t.array().square().matrix() - moment);
    mean += length * (t - mean);
    if (settings.control.should_stop()) break;
  }
  (void)candidates.add(rows, triangle_choice(rows));
  const Vector ones = Vector::Ones(rows.count());
  (void)candidates.add(rows, spectral_choice(rows, ones, -1));
  (void)candidates.add(rows, spectral_choice(rows, ones, 0));
  return candidates;
}

/// A rigorous bound from one choice, in the unit of `rows`.
ProvedMaximum prove(const ScaledRows& rows, const Majorant& choice) {
  const Quadratic q = quadratic(rows, choice);
  const Index d = rows.Y.rows();
  const Matrix weighted = rows.Y * q.weight.asDiagonal();
  Matrix M = Matrix::Zero(d, d);
  M.triangularView<Eigen::Lower>() = weighted * rows.Y.transpose();
  M.triangularView<Eigen::StrictlyUpper>() = M.transpose();
  ProvedMaximum result = prove_maximum(M, q.b, choice.mu);
  // Each entry is a sum of `count` terms of at most eight roundings (two of them the entries of Y
  // themselves).
  const double gamma = (static_cast<double>(rows.count()) + 16) * kEps;
  const double weights = q.weight.cwiseAbs().dot(rows.norm.cwiseAbs2());
  const double error =
      gamma * (2 * weights + 2 * rows.norm.sum() + 2 * q.kappa + std::abs(result.mu) + q.b.norm());
  result.value = (result.value + q.kappa + error) * (1 + 16 * kEps) + 1e-270;
  return result;
}

void check_input(const Matrix& X, const Vector& g) {
  if (X.rows() != g.size()) {
    throw InvalidArgument("whole_sphere_bound: X has " + std::to_string(X.rows()) +
                          " rows but g has " + std::to_string(g.size()));
  }
  if (!X.allFinite() || !g.allFinite()) {
    throw InvalidArgument("whole_sphere_bound: expected finite X and g");
  }
}

}  // namespace

WholeSphereProof whole_sphere_bound(const Matrix& X, const Vector& g,
                                    const WholeSphereSettings& settings) {
  check_input(X, g);
  WholeSphereProof proof{Vector::Zero(g.size()), Vector::Zero(g.size())};
  const ScaledRows rows = scale_rows(X, g);
  if (std::none_of(rows.positive.begin(), rows.positive.end(), [](bool p) { return p; })) {
    for (const Index j : rows.origin) proof.sigma[j] = -1;
    return proof;
  }
  ProvedMaximum best{kInfinity};
  for (const Majorant& choice : find_candidates(rows, settings).sorted()) {
    if (choice.estimate >= best.value) break;
    const ProvedMaximum proved = prove(rows, choice);
    if (proved.value >= best.value) continue;
    best = proved;
    for (Index k = 0; k < rows.count(); ++k) {
      const Index j = rows.origin[static_cast<std::size_t>(k)];
      proof.omega[j] = std::ldexp(choice.omega[k], -rows.exponent);
      proof.sigma[j] = choice.sigma[k];
    }
  }
  proof.mu = std::ldexp(best.mu, rows.exponent);
  // One ulp up in case ldexp rounds into the subnormal range.
  proof.bound = std::nextafter(std::ldexp(best.value, rows.exponent), kInfinity);
  return proof;
}

}  // namespace thalweg
