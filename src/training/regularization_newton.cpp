#include "training/regularization_newton.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

constexpr int kMostSteps = 14;
constexpr double kAccuracy = 1e-13;    ///< residual relative to beta to reach
constexpr double kAcceptable = 1e-10;  ///< residual at which a stalled iteration still counts
constexpr double kLargestTurn = 0.5;   ///< radians a direction may turn in one step
constexpr double kDependent = 1e-10;   ///< relative pivot below which free columns are dependent
constexpr double kSingular = 1e-14;    ///< reciprocal condition below which a system is singular

/// Orthonormal basis of the part of span(basis) orthogonal to the unit vector u in it, (d x k-1).
Matrix tangent_basis(const Matrix& basis, const Vector& u) {
  const Index k = basis.cols();
  if (k <= 1) return Matrix(basis.rows(), 0);
  // The Householder reflection that maps e_1 to +-u's coordinates maps the others to the rest.
  Vector v = basis.transpose() * u;
  const double sign = v[0] < 0 ? -1.0 : 1.0;
  v[0] += sign * v.norm();
  const Vector image = basis * v;
  const double scale = 2 / v.squaredNorm();
  Matrix result = basis.rightCols(k - 1);
  result.noalias() -= scale * image * v.tail(k - 1).transpose();
  return result;
}

}  // namespace

struct PathEquations::System {
  Eigen::PartialPivLU<Matrix> factor;
  Matrix panel;  ///< (n x K) d(fit) by unit mass, by turn at unit mass, by affine
                 ///< coefficient
};

PathEquations::PathEquations(const TrainingProblem& problem, const std::vector<PathPiece>& pieces)
    : problem_(problem), pieces_(pieces) {
  const Index size = problem.affine_size();
  const Vector penalised = problem.with_beta(1).affine_penalties();
  Matrix columns(problem.samples(), size);
  std::vector<Index> free;
  for (Index k = 0; k < size; ++k) {
    columns.col(k) = problem.affine_fit(problem.unstack(Vector::Unit(size, k)));
    (penalised[k] > 0 ? affine_at_ : free).push_back(k);
  }
  if (!free.empty()) {
    Matrix candidates(problem.samples(), static_cast<Index>(free.size()));
    for (std::size_t k = 0; k < free.size(); ++k) {
      candidates.col(static_cast<Index>(k)) = columns.col(free[k]);
    }
    Eigen::ColPivHouseholderQR<Matrix> qr(candidates);
    qr.setThreshold(kDependent);
    for (Index k = 0; k < qr.rank(); ++k) {
      affine_at_.push_back(free[static_cast<std::size_t>(qr.colsPermutation().indices()[k])]);
    }
  }
  affine_.resize(problem.samples(), free_size());
  penalised_.resize(free_size());
  for (Index k = 0; k < free_size(); ++k) {
    affine_.col(k) = columns.col(affine_at_[static_cast<std::size_t>(k)]);
    penalised_[k] = penalised[affine_at_[static_cast<std::size_t>(k)]];
  }
}

double PathEquations::coefficient(const PathState& state, Index k) const {
  return state.affine[affine_at_[static_cast<std::size_t>(k)]];
}

void PathEquations::refresh(PathState& state) const {
  state.fit = problem_.affine_fit(problem_.unstack(state.affine));
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    const Vector outputs = pieces_[j].gate.cwiseProduct(problem_.X() * state.u[j]);
    state.fit += pieces_[j].s * state.mass[j] * outputs;
  }
  state.nu = problem_.dual_point(state.fit);
}

Vector PathEquations::residuals(const PathState& state) const {
  std::vector<Vector> parts;
  Index size = free_size();
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    const Vector c = pull(pieces_[j], problem_.X(), state.nu);
    const Matrix q = tangent_basis(pieces_[j].basis, state.u[j]);
    Vector part(1 + q.cols());
    part[0] = state.u[j].dot(c) - state.beta;
    part.tail(q.cols()) = q.transpose() * c;
    size += part.size();
    parts.push_back(std::move(part));
  }
  Vector result(size);
  Index at = 0;
  for (const Vector& part : parts) {
    result.segment(at, part.size()) = part;
    at += part.size();
  }
  result.tail(free_size()) = affine_.transpose() * state.nu;
  for (Index k = 0; k < free_size(); ++k) {
    result[at + k] -= penalised_[k] * state.beta * coefficient(state, k);
  }
  return result;
}

double PathEquations::residual(const PathState& state) const {
  const Vector all = residuals(state);
  return all.size() == 0 ? 0.0 : all.cwiseAbs().maxCoeff() / state.beta;
}

std::optional<PathEquations::System> PathEquations::system(const PathState& state) const {
  const Index n = problem_.samples();
  Index size = free_size();
  for (const PathPiece& piece : pieces_) size += piece.basis.cols();
  System result;
  result.panel.resize(n, size);
  Vector column_scale(size);  // the mass with which a column enters the fit
  Vector diagonal = Vector::Zero(size);
  Index at = 0;
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    const PathPiece& piece = pieces_[j];
    const Matrix q = tangent_basis(piece.basis, state.u[j]);
    Matrix directions(q.rows(), 1 + q.cols());
    directions.col(0) = state.u[j];
    directions.rightCols(q.cols()) = q;
    auto columns = result.panel.middleCols(at, directions.cols());
    columns.noalias() = problem_.X() * directions;
    columns.array().colwise() *= piece.s * piece.gate.array();
    column_scale[at] = 1;
    column_scale.segment(at + 1, q.cols()).setConstant(state.mass[j]);
    diagonal.segment(at + 1, q.cols()).setConstant(state.beta);
    at += directions.cols();
  }
  result.panel.rightCols(free_size()) = affine_;
  column_scale.tail(free_size()).setOnes();
  diagonal.tail(free_size()) = state.beta * penalised_;
  const Vector curvature = problem_.loss().curvature(state.fit, problem_.y());
  const Matrix weighted = curvature.asDiagonal() * result.panel;
  Matrix J = result.panel.transpose() * weighted;
  J.array().rowwise() *= column_scale.transpose().array();
  J.diagonal() += diagonal;
  if (size > 0) {
    result.factor.compute(J);
    if (!(result.factor.rcond() > kSingular)) return std::nullopt;
  }
  return result;
}

PathTangent PathEquations::expand(const PathState& state, const Vector& x) const {
  PathTangent tangent;
  Index at = 0;
  for (std::size_t j = 0; j < pieces_.size(); ++j) {
    const Matrix q = tangent_basis(pieces_[j].basis, state.u[j]);
    tangent.mass.push_back(x[at]);
    tangent.u.emplace_back(q * x.segment(at + 1, q.cols()));
    at += 1 + q.cols();
  }
  tangent.affine = Vector::Zero(state.affine.size());
  for (Index k = 0; k < free_size(); ++k) {
    tangent.affine[affine_at_[static_cast<std::size_t>(k)]] = x[at + k];
  }
  return tangent;
}

double PathEquations::noise(const PathState& state) const {
  const double scale = problem_.X().norm() + std::sqrt(static_cast<double>(problem_.samples()));
  const Vector weights = problem_.loss().all_sample_weights(problem_.samples());
  return 4e-16 * scale * (state.nu.norm() + weights.cwiseProduct(state.fit).norm()) / state.beta;
}

std::optional<PathState> PathEquations::solve(const PathState& guess, double beta) {
  PathState state = guess;
  state.beta = beta;
  refresh(state);
  PathState best = state;
  double least = std::numeric_limits<double>::infinity();
  int worse = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    const Vector r = residuals(state);
    const double now = r.size() == 0 ? 0.0 : r.cwiseAbs().maxCoeff() / beta;
    if (!std::isfinite(now)) break;
    if (now < least) {
      least = now;
      best = state;
      worse = 0;
    } else if (++worse > 2) {
      break;
    }
    if (least <= kAccuracy) break;
    // One more step after the noise is reached costs little and takes what can be had.
    if (least <= noise(state) && worse > 0) break;
    const std::optional<System> system = this->system(state);
    if (!system) break;
    const PathTangent move = expand(state, system->factor.solve(r));
    ++steps_;
    bool turned = false;
    for (std::size_t j = 0; j < pieces_.size(); ++j) {
      turned = turned || !(move.u[j].norm() <= kLargestTurn);
      state.mass[j] += move.mass[j];
      state.u[j] = (state.u[j] + move.u[j]).normalized();
    }
    if (turned) break;
    state.affine += move.affine;
    refresh(state);
  }
  if (!(least <= std::max(kAcceptable, noise(best)))) return std::nullopt;
  return best;
}

std::optional<PathTangent> PathEquations::tangent(const PathState& state) {
  const std::optional<System> system = this->system(state);
  if (!system) return std::nullopt;
  // d/dbeta of the residuals at fixed unknowns is -1 for the masses' rows and -gamma' b.
  Vector right = Vector::Zero(system->panel.cols());
  Index at = 0;
  for (const PathPiece& piece : pieces_) {
    right[at] = -1;
    at += piece.basis.cols();
  }
  for (Index k = 0; k < free_size(); ++k) right[at + k] = -penalised_[k] * coefficient(state, k);
  return expand(state, right.size() == 0 ? right : Vector(system->factor.solve(right)));
}

std::vector<PathTangent> PathEquations::tangents(const PathState& state, const Matrix& pulls) {
  const std::optional<System> system = this->system(state);
  if (!system) return {};
  if (system->panel.cols() == 0) {
    return std::vector<PathTangent>(static_cast<std::size_t>(pulls.cols()),
                                    expand(state, Vector(0)));
  }
  const Matrix solved = system->factor.solve(Matrix(system->panel.transpose() * pulls));
  std::vector<PathTangent> result;
  for (Index k = 0; k < pulls.cols(); ++k) result.push_back(expand(state, solved.col(k)));
  return result;
}

}  // namespace thalweg::detail
