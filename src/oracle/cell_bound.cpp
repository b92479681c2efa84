#include "oracle/cell_bound.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
/// Intervals are not made shorter than this share of the row's length: tiny ones gain nothing and
/// leave the interior-point method no room.
constexpr double kLeastWidth = 0.05;

/// Rounded coefficients of one row's quadratic, and their magnitudes before cancellation.
struct RowTerm {
  double square = 0;
  double linear = 0;
  double constant = 0;
  double square_size = 0;
  double linear_size = 0;
};

RowTerm row_term(const ScaledRows& rows, const SignCell& cell, const CellMultipliers& multipliers,
                 Index j) {
  const double below = cell.below[j];
  const double above = cell.above[j];
  const double pi = multipliers.pi[j];
  const bool positive = rows.positive[static_cast<std::size_t>(j)];
  RowTerm term{-pi, pi * (above - below), pi * below * above, pi, pi * (above + std::abs(below))};
  if (cell.decided(j)) {
    if (cell.active(j)) {
      term.linear += positive ? 1 : -1;
      term.linear_size += 1;
    }
    return term;
  }
  term.linear_size += 1;
  if (positive) {
    const double omega = multipliers.omega[j];
    term.linear += 0.5;
    term.square += 0.5 * omega;
    term.square_size += 0.5 * omega;
    term.constant += 1 / (8 * omega);
  } else {
    const double psi = multipliers.psi[j];
    const double width = below + above;
    term.linear -= 0.5 * (1 + multipliers.sigma[j] + psi * (below - above) / width);
    term.square -= psi / width;
    term.square_size += psi / width;
  }
  return term;
}

/// The ellipsoid (u - centre)^T A (u - centre) <= delta of narrow's lemma.
struct Ellipsoid {
  Matrix A;
  Eigen::LLT<Matrix> factor;
  Vector centre;
  double delta;
  double rounding;  ///< times lengths: error of a product with A or a row

  Ellipsoid(const CellBound& bound, double target) {
    const auto& [M, b, kappa, error] = bound.majorant;
    const Index d = b.size();
    A = bound.proof.mu * Matrix::Identity(d, d) - M;
    factor.compute(A);
    centre = factor.solve(0.5 * b);
    rounding = 4 * static_cast<double>(d + 4) * kEps;
    const double size = A.norm() * centre.norm() + b.norm();
    const double rest = (0.5 * b - A * centre).norm();
    delta = bound.value - target + 2 * rest + centre.dot(A * centre) - bound.proof.rest +
            rounding * (size * (2 + centre.norm()) + std::abs(bound.proof.rest) +
                        std::abs(bound.value) + std::abs(target));
    delta = std::max(delta, 0.0);
  }

  /// Half the length of the interval of y.u, |y| <= norm.
  [[nodiscard]] double radius(const Vector& y, double norm) const {
    const Vector z = factor.solve(y);
    const Vector image = A * z;
    const double size = A.norm() * z.norm();
    const double square = std::max(0.0, z.dot(image)) + rounding * size * z.norm();
    const double rest = (y - image).norm() + rounding * (size + norm);
    return std::sqrt(square * delta) * (1 + 8 * kEps) + rest * (1 + centre.norm());
  }
};

}  // namespace

CellMajorant cell_majorant(const ScaledRows& rows, const SignCell& cell,
                           const CellMultipliers& multipliers) {
  Vector squares(rows.count());
  Vector linear(rows.count());
  CellMajorant result;
  double size = 0;
  for (Index j = 0; j < rows.count(); ++j) {
    const RowTerm term = row_term(rows, cell, multipliers, j);
    squares[j] = term.square;
    linear[j] = term.linear;
    result.kappa += term.constant;
    size += term.square_size * rows.norm[j] * rows.norm[j] + term.linear_size * rows.norm[j] +
            std::abs(term.constant);
  }
  const Index d = rows.Y.rows();
  const Matrix weighted = rows.Y * squares.asDiagonal();
  result.M = Matrix::Zero(d, d);
  result.M.triangularView<Eigen::Lower>() = weighted * rows.Y.transpose();
  const std::vector<std::array<Index, 2>> pairs = cell.pairs();
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    const double rho = multipliers.rho[static_cast<Index>(p)];
    const Vector turned = 0.5 * rho * cell.product_sign(i, j) * rows.Y.col(j);
    result.M += rows.Y.col(i) * turned.transpose() + turned * rows.Y.col(i).transpose();
    size += rho * rows.norm[i] * rows.norm[j];
  }
  result.M.triangularView<Eigen::StrictlyUpper>() = result.M.transpose();
  result.b = rows.Y * linear;
  result.error =
      2 * (static_cast<double>(rows.count() + static_cast<Index>(pairs.size())) + 16) * kEps * size;
  return result;
}

TrustRegion estimate_maximum(const CellMajorant& majorant) {
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(majorant.M);
  TrustRegion region =
      diagonal_trust_region(eigen.eigenvalues(), eigen.eigenvectors().transpose() * majorant.b);
  region.u = eigen.eigenvectors() * region.u;
  region.value += majorant.kappa;
  return region;
}

CellBound prove_bound(CellMajorant majorant, double multiplier) {
  const ProvedMaximum proof = prove_maximum(majorant.M, majorant.b, multiplier);
  const double sizes = std::abs(majorant.kappa) + std::abs(proof.mu) + std::abs(proof.rest) +
                       majorant.M.norm() + majorant.b.norm();
  const double value = proof.value + majorant.kappa + majorant.error + 32 * kEps * sizes + 1e-270;
  return {value, std::move(majorant), proof};
}

Narrowing narrow(const ScaledRows& rows, const CellBound& bound, double target, SignCell& cell) {
  const Ellipsoid ellipsoid(bound, target);
  Narrowing result;
  double before = 0;
  double after = 0;
  for (Index j = 0; j < rows.count(); ++j) {
    const Vector y = rows.Y.col(j);
    const double norm = rows.norm[j];
    const double middle = y.dot(ellipsoid.centre);
    const double radius =
        ellipsoid.radius(y, norm) + ellipsoid.rounding * norm * (1 + ellipsoid.centre.norm());
    const bool decided = cell.decided(j);
    if (!std::isfinite(radius)) return result;
    if (middle + radius < -cell.below[j] || middle - radius > cell.above[j]) {
      result.empty = true;
      return result;
    }
    double above = std::clamp(middle + radius, 0.0, cell.above[j]);
    double below = std::clamp(radius - middle, 0.0, cell.below[j]);
    const double lacking = kLeastWidth * norm - (above + below);
    if (above == 0 && below == 0) {
      // The row vanishes on what is left; one side is enough to say so.
      (cell.above[j] > 0 ? above : below) = 1e-3 * lacking;
    }
    if (lacking > 0 && above > 0) above = std::min(cell.above[j], above + lacking);
    if (lacking > 0 && below > 0) below = std::min(cell.below[j], below + lacking);
    before += (cell.above[j] + cell.below[j]) / norm;
    after += (above + below) / norm;
    cell.above[j] = above;
    cell.below[j] = below;
    result.decided += !decided && cell.decided(j);
  }
  result.removed = (before - after) / before;
  return result;
}

}  // namespace thalweg::oracle
