#include "thalweg/reformulation/low_rank.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

void require_no_skip(const TrainingProblem& problem) {
  if (problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument("low-rank data: expected no skip connection");
  }
}

/// sqrt(M) sigma: how far the outputs of a branch of cost 1 on X and X_k are apart at most.
double largest_change(double next_singular_value, Index paths) {
  if (!(std::isfinite(next_singular_value) && next_singular_value >= 0)) {
    throw InvalidArgument("next_singular_value: expected a finite number >= 0, got " +
                          std::to_string(next_singular_value));
  }
  if (paths < 1) throw InvalidArgument("paths: expected at least 1, got " + std::to_string(paths));
  return std::sqrt(static_cast<double>(paths)) * next_singular_value;
}

/// The same over beta.
double spread(double beta, double next_singular_value, Index paths) {
  if (!(std::isfinite(beta) && beta > 0)) {
    throw InvalidArgument("beta: expected a positive finite number, got " + std::to_string(beta));
  }
  return largest_change(next_singular_value, paths) / beta;
}

}  // namespace

double LowRankData::next_singular_value() const {
  const Index kappa = basis.cols();
  return kappa < singular_values.size() ? singular_values[kappa] : 0.0;
}

LowRankData low_rank_data(const Matrix& X, Index kappa) {
  const Index most = std::min(X.rows(), X.cols());
  if (kappa < 1 || kappa > most) {
    throw InvalidArgument("kappa: expected 1 to " + std::to_string(most) + ", got " +
                          std::to_string(kappa));
  }
  const Eigen::BDCSVD<Matrix> svd(X, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Matrix basis = svd.matrixV().leftCols(kappa);
  return {X * basis, basis, svd.singularValues()};
}

TrainingProblem low_rank_problem(const TrainingProblem& problem, const LowRankData& data) {
  require_no_skip(problem);
  return {data.coordinates, problem.y(), problem.beta(), problem.loss(), problem.output_bias()};
}

Matrix lift_weights(const LowRankData& data, const Matrix& W) {
  if (W.cols() != data.basis.cols()) {
    throw InvalidArgument("W: expected " + std::to_string(data.basis.cols()) + " columns, got " +
                          std::to_string(W.cols()));
  }
  return W * data.basis.transpose();
}

double lipschitz_constant(const Loss& loss, Index samples) {
  const double length = loss.all_sample_weights(samples).norm();
  switch (loss.kind()) {
    case LossKind::kLogistic:
      return length;
    case LossKind::kHuber:
      return loss.delta() * length;
    case LossKind::kSquared:
    case LossKind::kSquaredHinge:
      break;
  }
  return std::numeric_limits<double>::infinity();
}

LowRankGuarantee LowRankGuarantee::of(const TrainingProblem& problem, double next_singular_value,
                                      Index paths) {
  require_no_skip(problem);
  const double R = lipschitz_constant(problem.loss(), problem.samples());
  if (std::isfinite(R)) return lipschitz(R, problem.beta(), next_singular_value, paths);
  const double c = problem.loss().all_sample_weights(problem.samples()).maxCoeff();
  return {Kind::kQuadratic, std::sqrt(c) * spread(problem.beta(), next_singular_value, paths)};
}

LowRankGuarantee LowRankGuarantee::lipschitz(double R, double beta, double next_singular_value,
                                             Index paths) {
  if (!(std::isfinite(R) && R >= 0)) {
    throw InvalidArgument("R: expected a finite number >= 0, got " + std::to_string(R));
  }
  return {Kind::kLipschitz, R * spread(beta, next_singular_value, paths)};
}

double LowRankGuarantee::relative_error() const {
  return kind_ == Kind::kLipschitz ? ratio_ : std::numeric_limits<double>::quiet_NaN();
}

double LowRankGuarantee::worst_value(double p) const {
  if (kind_ == Kind::kLipschitz) return (1 + ratio_) * p;
  const double growth = ratio_ * std::sqrt(p);
  return p * (1 + std::pow(2.0 / 3, 1.5) * growth + growth * growth / 2);
}

double LowRankGuarantee::lower_bound(double value) const {
  if (!(value > 0)) return 0;
  if (kind_ == Kind::kLipschitz) return value / (1 + ratio_);
  double low = 0;
  double high = value;  // worst_value(high) >= value, as it is at least its argument
  for (double middle = high / 2; low < middle && middle < high; middle = low + (high - low) / 2) {
    (worst_value(middle) <= value ? low : high) = middle;
  }
  return worst_value(high) <= value ? high : low;
}

double low_rank_dual_bound(const TrainingProblem& problem, const Vector& nu, double dual_norm,
                           double next_singular_value, Index paths) {
  require_no_skip(problem);
  if (!(dual_norm >= 0)) {
    throw InvalidArgument("dual_norm: expected a number >= 0, got " + std::to_string(dual_norm));
  }
  const double norm = dual_norm + largest_change(next_singular_value, paths) * nu.norm();
  const double limit = norm > 0 ? problem.beta() / norm : std::numeric_limits<double>::infinity();
  const double tau = problem.best_dual_scale(nu, limit);
  return std::max(0.0, problem.dual_objective(tau * nu));
}

}  // namespace thalweg
