#include "convex/restricted_newton.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "convex/blas.hpp"
#include "thalweg/convex/neuron.hpp"

namespace thalweg::detail {
namespace {

constexpr double kArmijo = 1e-4;
constexpr double kNoise = 1e-15;      ///< of a defect, relative to the fit and the targets
constexpr double kFitProximal = 0.1;  ///< 1 / tau against 1 / (sigma |X|^2 / d)
constexpr double kLongestFit = 1e3;   ///< a step of the fit, in sizes of fit and targets
constexpr int kHalvings = 40;
constexpr int kFitSteps = 100;
constexpr int kStalls = 2;  ///< steps without progress where psi is flat to rounding

}  // namespace

RestrictedNewton::RestrictedNewton(const TrainingProblem& problem, const PatternSet& patterns,
                                   const Walls& walls)
    : coefficients(problem.stack(problem.best_affine_part())),
      problem_(problem),
      patterns_(patterns),
      walls_(walls),
      working_patterns_(patterns.subset({})),
      projector_(walls),
      free_columns_(problem.samples(), coefficients.size()),
      penalties_(problem.affine_penalties()) {
  if (problem.skip() != SkipConnection::kNone) {
    free_columns_.rightCols(problem.dimension()) = problem.X();
  }
  if (problem.output_bias() != OutputBias::kNone) free_columns_.col(0).setOnes();
  fit_ = free_columns_ * coefficients;
  centre_fit_ = fit_;
  trial_fit_ = fit_;
  nu = problem.dual_point(fit_);
}

/// f(nu) = argmin l(f) + nu^T f + |f - f_k|^2 / (2 tau), sample by sample: the minimiser lies
/// between v = f_k - tau nu and v - tau l'(v); Newton from the last f, bisection where that does
/// not halve the slope.
void RestrictedNewton::evaluate_fit(const Vector& dual) {
  const Loss& loss = problem_.loss();
  const Vector& y = problem_.y();
  if (loss.kind() == LossKind::kSquared) {
    bend_ = loss.all_sample_weights(y.size());
    trial_fit_ = y - dual.cwiseQuotient(bend_);
    return;
  }
  const double tau = 1 / inverse_tau_;
  const Vector start = centre_fit_ - tau * dual;
  const Vector reach = start - tau * loss.gradient(start, y);
  Vector low = start.cwiseMin(reach);
  Vector high = start.cwiseMax(reach);
  trial_fit_ = trial_fit_.cwiseMax(low).cwiseMin(high);
  Vector steepest = Vector::Constant(y.size(), std::numeric_limits<double>::infinity());
  for (int step = 0; step < kFitSteps; ++step) {
    const Vector pull = loss.gradient(trial_fit_, y);
    const Vector slope = pull + inverse_tau_ * (trial_fit_ - start);
    bend_ = loss.curvature(trial_fit_, y).array() + inverse_tau_;
    bool done = true;
    for (Index i = 0; i < slope.size(); ++i) {
      if (std::abs(slope[i]) <= 4e-16 * (std::abs(pull[i]) + inverse_tau_ * std::abs(start[i])) ||
          low[i] == high[i]) {
        continue;
      }
      done = false;
      (slope[i] > 0 ? high[i] : low[i]) = trial_fit_[i];
      const double next = trial_fit_[i] - slope[i] / bend_[i];
      const bool newton = next > low[i] && next < high[i] && std::abs(slope[i]) < 0.5 * steepest[i];
      trial_fit_[i] = newton ? next : 0.5 * (low[i] + high[i]);
      steepest[i] = std::abs(slope[i]);
    }
    if (done) break;
  }
}

void RestrictedNewton::project(WorkingBlock& block, const Vector& z) {
  block.length = z.norm();
  if (block.length <= kappa()) return;
  block.length = projector_.project(z, block.side, kappa(), block.face);
  if (block.length <= kappa()) return;
  block.point = projector_.point();
  block.products = projector_.products();
  block.span = projector_.span();
}

/// psi and its gradient.
double RestrictedNewton::evaluate(const Vector& dual) {
  evaluate_fit(dual);
  double value = -problem_.loss().value(trial_fit_, problem_.y()) - dual.dot(trial_fit_) -
                 0.5 * inverse_tau_ * (trial_fit_ - centre_fit_).squaredNorm();
  gradient_ = -trial_fit_;
  const Matrix pulls = gated_correlations(working_patterns_, walls_.rows, dual);
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    WorkingBlock& block = blocks[k];
    project(block, block.w + sigma * block.s * pulls.col(static_cast<Index>(k)));
    const double excess = block.length - kappa();
    if (excess <= 0) continue;
    value += excess * excess / (2 * sigma);
    gradient_ += block.s * excess / block.length * block.gate.cwiseProduct(block.products);
  }
  trial_coefficients_ = (coefficients + sigma * (free_columns_.transpose() * dual))
                            .cwiseQuotient((1 + sigma * penalties_.array()).matrix());
  value += dual.dot(free_columns_ * trial_coefficients_) -
           0.5 * penalties_.dot(trial_coefficients_.cwiseAbs2()) -
           (trial_coefficients_ - coefficients).squaredNorm() / (2 * sigma);
  gradient_ += free_columns_ * trial_coefficients_;
  return value;
}

bool RestrictedNewton::accurate(double inexact) const {
  double move = (trial_coefficients_ - coefficients).squaredNorm() / sigma;
  for (const WorkingBlock& block : blocks) {
    const double excess = std::max(0.0, block.length - kappa());
    move += (excess > 0 ? (excess / block.length * block.point - block.w).squaredNorm()
                        : block.w.squaredNorm()) /
            sigma;
  }
  move += inverse_tau_ * (trial_fit_ - centre_fit_).squaredNorm();
  const double defect = (gradient_.cwiseAbs2().cwiseProduct(bend_)).sum();
  // z is as long as kappa + |w|, so the weights carry rounding of that size.
  const double noise =
      kNoise * (trial_fit_.norm() + problem_.y().norm() + kappa() * walls_.X.norm());
  return defect <= inexact * inexact * move || gradient_.norm() <= noise;
}

/// The columns of F: an orthonormal basis of each active face, first its weight's direction, scaled
/// by the roots of the proximal map's eigenvalues 1 and 1 - kappa / |Pi|.
Matrix RestrictedNewton::panel() const {
  const Index d = problem_.dimension();
  // Walls that leave no direction leave no length either, but for underflow.
  const auto moves = [&](const WorkingBlock& block) {
    return block.length > kappa() && block.span.cols() < d;
  };
  Index columns = free_columns_.cols();
  for (const WorkingBlock& block : blocks) {
    if (moves(block)) columns += d - block.span.cols();
  }
  Matrix F(problem_.samples(), columns);
  Index at = 0;
  for (const WorkingBlock& block : blocks) {
    if (!moves(block)) continue;
    const Index k = block.span.cols();
    F.col(at++) = block.s / block.length * block.gate.cwiseProduct(block.products);
    if (k + 1 == d) continue;
    Matrix fixed(d, k + 1);
    fixed.leftCols(k) = block.span;
    fixed.col(k) = block.point / block.length;
    const Eigen::HouseholderQR<Matrix> qr(fixed);
    Matrix rest = Matrix::Zero(d, d - k - 1);
    rest.bottomRows(d - k - 1).setIdentity();
    rest = qr.householderQ() * rest;
    auto part = F.middleCols(at, d - k - 1);
    part.noalias() = walls_.X * rest;
    part.array().colwise() *= block.s * std::sqrt(1 - kappa() / block.length) * block.gate.array();
    at += d - k - 1;
  }
  F.rightCols(free_columns_.cols()) =
      free_columns_ * (1 + sigma * penalties_.array()).rsqrt().matrix().asDiagonal();
  return F;
}

/// -(diag(1 / bend) + sigma F F^T)^-1 gradient, with a larger shift where rounding breaks the
/// factorisation.
Vector RestrictedNewton::direction() {
  Matrix F = panel();
  const bool narrow = F.cols() < F.rows();
  if (narrow) F.array().colwise() *= bend_.array().sqrt();
  const Index size = std::min(F.rows(), F.cols());
  Matrix gram = Matrix::Zero(size, size);
  rank_update(F, narrow ? Transpose::kYes : Transpose::kNo, 0, gram);
  for (double shift = 0;; shift = std::max(10 * shift, 1e-15 * gram.diagonal().maxCoeff())) {
    Matrix factor = gram;
    if (narrow) {
      factor.diagonal().array() += 1 / sigma + shift;
    } else {
      factor.diagonal().array() += bend_.array().inverse() / sigma + shift;
    }
    if (!cholesky(factor)) continue;
    if (!narrow) {
      Vector move = -gradient_ / sigma;
      cholesky_solve(factor, move);
      return move;
    }
    const Vector scaled = bend_.cwiseSqrt().cwiseProduct(gradient_);
    Vector inner = F.transpose() * scaled;
    cholesky_solve(factor, inner);
    return bend_.cwiseSqrt().cwiseProduct(F * inner - scaled);
  }
}

/// The fit's own proximal term fades as the weights' does, but no step needs to carry the fit
/// kLongestFit times as far as it is large: where a loss is nearly linear nothing else holds it.
void RestrictedNewton::choose_tau() {
  inverse_tau_ = 0;
  if (problem_.loss().kind() == LossKind::kSquared) return;
  inverse_tau_ =
      kFitProximal * static_cast<double>(problem_.samples()) / (sigma * walls_.X.squaredNorm());
  const double reach = kLongestFit * (fit_.norm() + problem_.y().norm());
  if (reach > 0) inverse_tau_ = std::max(inverse_tau_, nu.norm() / reach);
}

std::int64_t RestrictedNewton::proximal_step(std::int64_t max_steps, double inexact,
                                             const RunControl& control) {
  choose_tau();
  std::vector<Index> cells;
  for (const WorkingBlock& block : blocks) cells.push_back(static_cast<Index>(block.block / 2));
  working_patterns_ = patterns_.subset(cells);
  double value = evaluate(nu);
  std::int64_t steps = 0;
  int stalls = 0;
  while (steps < max_steps && !accurate(inexact) && !control.should_stop()) {
    ++steps;
    const Vector move = direction();
    const double slope = gradient_.dot(move);
    if (!(slope < 0)) break;
    const double before = gradient_.norm();
    double length = 1;
    int halvings = 0;
    for (;; ++halvings, length *= 0.5) {
      const Vector trial = nu + length * move;
      const double next = evaluate(trial);
      const bool lower = next <= value + kArmijo * length * slope;
      // Near the minimum psi is flat to rounding, its gradient is not.
      const bool flat = std::abs(next - value) <= 1e-13 * std::abs(value);
      if (lower || flat || halvings == kHalvings) {
        stalls = flat && !(gradient_.norm() < 0.5 * before) ? stalls + 1 : 0;
        nu = trial;
        value = next;
        break;
      }
    }
    if (halvings == kHalvings || stalls > kStalls) break;
  }
  accurate_ = accurate(inexact);
  move_centre();
  return steps;
}

void RestrictedNewton::move_centre() {
  stationarity_ = 0;
  last_sigma_ = sigma;
  for (WorkingBlock& block : blocks) {
    const double excess = block.length - kappa();
    const Vector next = excess > 0 ? Vector(excess / block.length * block.point)
                                   : Vector(Vector::Zero(block.w.size()));
    stationarity_ = std::max(stationarity_, (next - block.w).norm() / kappa());
    block.w = next;
  }
  coefficients = trial_coefficients_;
  fit_ = trial_fit_ + gradient_;
  centre_fit_ = fit_;
}

}  // namespace thalweg::detail
