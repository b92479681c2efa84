#include "landscape/stationarity_newton.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"

namespace thalweg::landscape {
namespace {

using Status = StrictMinimumStatus;

constexpr int kNewtonSteps = 30;
constexpr int kEnclosureAttempts = 8;
/// Reciprocal condition number below which the equations count as singular.
constexpr double kSingular = 1e-14;
/// Steps this small, in the unknowns' units, that no longer shrink are rounding.
constexpr double kRounding = 1e-8;

/// The power of two at or below the largest entry of a row.
double row_unit(const Matrix& A, Index row) {
  const double size = A.row(row).cwiseAbs().maxCoeff();
  return size > 0 ? std::ldexp(1.0, std::ilogb(size)) : 1.0;
}

/// G' over an enclosure, its columns in the given units, and its rows in their own units.
struct ScaledJacobian {
  EnclosedSystem system;  ///< b is not filled
  Vector rows;            ///< what the rows were divided by
};
ScaledJacobian assemble(const StationaritySystem& system, const RoundedMatrix& hessian,
                        const Vector& units) {
  const Index p = system.weights();
  const Index size = system.unknowns();
  const Matrix& kinks = system.kink_rows();
  ScaledJacobian jacobian{{Matrix::Zero(size, size), Matrix::Zero(size, size), {}, {}},
                          Vector(size)};
  Matrix& A = jacobian.system.A;
  Matrix& spread = jacobian.system.A_radius;
  A.topLeftCorner(p, p) = hessian.centre;
  spread.topLeftCorner(p, p) = hessian.radius;
  A.topRightCorner(p, size - p) = -kinks.transpose();
  A.bottomLeftCorner(size - p, p) = kinks;
  A = A * units.asDiagonal();
  spread = spread * units.asDiagonal();
  for (Index k = 0; k < size; ++k) {
    jacobian.rows[k] = row_unit(A, k);
    A.row(k) /= jacobian.rows[k];
    spread.row(k) /= jacobian.rows[k];
  }
  // Powers of two are exact factors but for underflow.
  spread.array() += std::numeric_limits<double>::min();
  return jacobian;
}

/// The solutions delta of B delta = -G for all B within the radii, in the original units.
std::optional<std::vector<Enclosure>> newton_moves(ScaledJacobian jacobian,
                                                   const std::vector<Enclosure>& sides,
                                                   const Vector& units) {
  EnclosedSystem& equations = jacobian.system;
  equations.b.resize(units.size());
  equations.b_radius.resize(units.size());
  for (Index k = 0; k < units.size(); ++k) {
    const Enclosure side = -(sides[static_cast<std::size_t>(k)] / point(jacobian.rows[k]));
    equations.b[k] = middle(side);
    equations.b_radius[k] = radius(side);
  }
  if (!equations.A.allFinite() || !equations.A_radius.allFinite() || !equations.b.allFinite() ||
      !equations.b_radius.allFinite()) {
    return std::nullopt;
  }
  auto moves = enclosed_solution(equations);
  if (!moves) return std::nullopt;
  for (Index k = 0; k < units.size(); ++k) {
    Enclosure& move = (*moves)[static_cast<std::size_t>(k)];
    move = units[k] * move;
  }
  return moves;
}

/// Whether H is positive definite on {kink rows vanish} over the enclosure: it is when H + K^T rho
/// K is for some rho.
bool is_strictly_convex(const StationaritySystem& system, const std::vector<Enclosure>& x,
                        const Vector& units) {
  const auto fit = system.fit(x);
  if (!fit) return false;
  const auto hessian = system.hessian(x, *fit);
  if (!hessian) return false;
  RoundedMatrix M = *hessian;
  const Matrix& kinks = system.kink_rows();
  if (kinks.rows() > 0) {
    const double size = M.centre.diagonal().maxCoeff();
    const Vector rho = size * kinks.rowwise().squaredNorm().cwiseInverse();
    const RoundedMatrix walls = weighted_gram(kinks, rho, Vector::Zero(rho.size()));
    // 1e-15 is more than the rounding of these few sums.
    M.centre += walls.centre;
    M.radius += walls.radius + 1e-15 * M.centre.cwiseAbs();
    M.radius *= 1 + 1e-15;
  }
  const auto scale = units.head(system.weights()).asDiagonal();
  M.centre = scale * M.centre * scale;
  M.radius = scale * M.radius * scale;
  M.radius.array() += std::numeric_limits<double>::min();
  return is_positive_definite(M);
}

/// One attempt with the box x + [-spread, spread]: the moves it encloses.
struct Attempt {
  Status status = Status::kNotEnclosed;
  std::vector<Enclosure> moves;
};
Attempt try_box(const StationaritySystem& system, const std::vector<Enclosure>& centre,
                const std::vector<Enclosure>& sides, const Vector& units, const Vector& spread) {
  std::vector<Enclosure> box = centre;
  for (Index k = 0; k < spread.size(); ++k) {
    Enclosure& side = box[static_cast<std::size_t>(k)];
    side = side + Enclosure{-spread[k], spread[k]};
  }
  const auto fit = system.fit(box);
  if (!fit) return {Status::kCurvature, {}};
  const auto hessian = system.hessian(box, *fit);
  if (!hessian) return {};
  auto moves = newton_moves(assemble(system, *hessian, units), sides, units);
  if (!moves) return {};
  return {Status::kCertified, std::move(*moves)};
}

}  // namespace

std::vector<Enclosure> points(const Vector& x) {
  std::vector<Enclosure> result;
  for (const double value : x) result.push_back(point(value));
  return result;
}

StrictMinimumStatus refine_zero(const StationaritySystem& system, Vector& x) {
  double last = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kNewtonSteps; ++step) {
    const std::vector<Enclosure> at = points(x);
    const auto fit = system.fit(at);
    if (!fit) return Status::kCurvature;
    const auto hessian = system.hessian(at, *fit);
    if (!hessian) return Status::kFar;
    const Vector units = system.units(x);
    const ScaledJacobian jacobian = assemble(system, *hessian, units);
    if (!jacobian.system.A.allFinite()) return Status::kNotEnclosed;
    const Eigen::PartialPivLU<Matrix> factors(jacobian.system.A);
    if (!(factors.rcond() > kSingular)) return Status::kDependent;
    const std::vector<Enclosure> sides = system.residual(at, *fit);
    Vector right(system.unknowns());
    for (Index k = 0; k < right.size(); ++k) {
      right[k] = -middle(sides[static_cast<std::size_t>(k)]) / jacobian.rows[k];
    }
    const Vector move = factors.solve(right);
    // The multipliers enter linearly: only the weights must stay near.
    const double length = move.head(system.weights()).lpNorm<Eigen::Infinity>();
    if (!(length < 1)) return Status::kFar;
    if (step > 2 && length >= 0.5 * last && length < kRounding) return Status::kCertified;
    x += units.cwiseProduct(move);
    last = length;
  }
  return Status::kFar;
}

StrictMinimumStatus enclose_zero(const StationaritySystem& system, const Vector& x,
                                 std::vector<Enclosure>& zero) {
  const std::vector<Enclosure> centre = points(x);
  const auto fit = system.fit(centre);
  if (!fit) return Status::kCurvature;
  const std::vector<Enclosure> sides = system.residual(centre, *fit);
  const Vector units = system.units(x);
  Vector spread = Vector::Zero(system.unknowns());
  for (int round = 0; round < kEnclosureAttempts; ++round) {
    const Attempt attempt = try_box(system, centre, sides, units, spread);
    if (attempt.status != Status::kCertified) return attempt.status;
    bool inside = true;
    for (Index k = 0; k < spread.size(); ++k) {
      const double size = magnitude(attempt.moves[static_cast<std::size_t>(k)]);
      if (!(size <= spread[k])) inside = false;
      spread[k] = std::max(spread[k], 2 * size);
    }
    if (!inside) continue;
    zero = centre;
    for (std::size_t k = 0; k < zero.size(); ++k) zero[k] = zero[k] + attempt.moves[k];
    return is_strictly_convex(system, zero, units) ? Status::kCertified : Status::kDependent;
  }
  return Status::kNotEnclosed;
}

}  // namespace thalweg::landscape
