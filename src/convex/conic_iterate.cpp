#include "convex/conic_iterate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "convex/blas.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::detail {
namespace {

constexpr int kRefinements = 3;
/// Residuals of the reduced system below this share of its terms are rounding.
constexpr double kRounding = 1e-15;
/// What a step may make of the dual point that Newton's equation does not know, as a share of the
/// complementarity.
constexpr double kMisstep = 0.25;

}  // namespace

ConicIterate::ConicIterate(const ConicProgram& program)
    : program_(program),
      loss_(program.loss, program.targets),
      free_columns_(program.free_columns),
      free_(Vector::Zero(program.free_columns.cols())) {
  const Index n = program.targets.size();
  if (free_columns_.cols() == 0) free_columns_.resize(n, 0);
  blocks_.reserve(program.blocks.size());
  first_.assign(1, 0);
  for (const ConicBlock& block : program.blocks) {
    blocks_.emplace_back(block);
    first_.push_back(first_.back() + block.cost.size());
  }
  maps_.setZero(n, first_.back());
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Matrix& map = program.blocks[i].map;
    if (map.size() > 0) maps_.middleCols(first_[i], map.cols()) = map;
  }
  reduced_dual_ = Vector::Zero(first_.back());
  start();
}

double ConicIterate::complementarity() const {
  double sum = loss_.complementarity();
  for (const NewtonBlock& block : blocks_) sum += block.complementarity();
  return sum;
}

double ConicIterate::barrier() const {
  Index degree = loss_.degree();
  for (const NewtonBlock& block : blocks_) degree += block.degree();
  return degree == 0 ? 0 : complementarity() / static_cast<double>(degree);
}

void ConicIterate::update_residuals() {
  fit_ = free_columns_ * free_;
  map_dual_.noalias() = maps_.transpose() * dual();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Index q = blocks_[i].x().size();
    fit_.noalias() += maps_.middleCols(first_[i], q) * blocks_[i].x();
    blocks_[i].update_residuals(map_dual(i));
  }
  free_residual_ = -(free_columns_.transpose() * dual());
  loss_residual_ = loss_.residual(fit_);
}

double ConicIterate::start_weight() const {
  const Vector root = loss_.inverse_curvature().cwiseSqrt().cwiseInverse();
  const double maps = (root.asDiagonal() * maps_).squaredNorm();
  double rows = 0;
  for (const NewtonBlock& block : blocks_) rows += block.rows_square();
  return maps > 0 ? std::sqrt(maps / rows) : 1;
}

void ConicIterate::start() {
  update_residuals();
  const double weight = start_weight();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (!blocks_[i].factor_start(weight)) {
      throw InvalidArgument("rows of block " + std::to_string(i) +
                            ": expected independent columns; directions that no cone sees belong "
                            "to free_columns");
    }
  }
  (void)factor_reduced();
  solve(1, 1, 0);
  double slack_depth = 0;
  double multiplier_depth = 0;
  for (NewtonBlock& block : blocks_) {
    block.start();
    slack_depth = std::min(slack_depth, block.slack_depth());
    multiplier_depth = std::min(multiplier_depth, block.multiplier_depth());
  }
  const double slack_shift = -1.5 * slack_depth;
  const double multiplier_shift = -1.5 * multiplier_depth;
  double product = 0;
  double slack_sum = 0;
  double multiplier_sum = 0;
  for (NewtonBlock& block : blocks_) {
    block.shift(slack_shift, multiplier_shift);
    product += block.complementarity();
    slack_sum += block.slack_sum();
    multiplier_sum += block.multiplier_sum();
  }
  const bool positive = product > 0 && slack_sum > 0 && multiplier_sum > 0;
  for (NewtonBlock& block : blocks_) {
    block.shift(positive ? 0.5 * product / multiplier_sum : 1,
                positive ? 0.5 * product / slack_sum : 1);
    starting_size_ = std::max(starting_size_, block.slack().cwiseAbs().maxCoeff());
    starting_multiplier_ = std::max(starting_multiplier_, block.multiplier_sum());
  }
  free_ = dfree_;
  update_residuals();
  loss_.start(fit_, blocks_.empty() ? 0 : barrier());
  forget_direction();
  update_residuals();
}

bool ConicIterate::factor() {
  for (NewtonBlock& block : blocks_) {
    if (!block.factor()) return false;
  }
  return factor_reduced();
}

bool ConicIterate::factor_reduced() {
  const Index n = maps_.rows();
  if (n == 0) return true;
  reduced_ = maps_;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i].reduce(reduced_.middleCols(first_[i], blocks_[i].x().size()));
  }
  inverse_curvature_ = loss_.inverse_curvature();
  root_ = inverse_curvature_.cwiseSqrt().cwiseInverse();
  scaled_.noalias() = root_.asDiagonal() * reduced_;
  system_.setIdentity(n, n);
  rank_update(scaled_, Transpose::kNo, 1, system_);
  if (!cholesky(system_)) {
    // Too large a range for squares: the same factor from an orthogonal one of [B^T E; I].
    Matrix stacked(scaled_.cols() + n, n);
    stacked << scaled_.transpose(), Matrix::Identity(n, n);
    const Eigen::HouseholderQR<Matrix> qr(std::move(stacked));
    system_ = qr.matrixQR().topRows(n).transpose();
    if (!system_.allFinite() || (system_.diagonal().array() == 0).any()) return false;
  }
  if (free_.size() == 0) return true;
  free_solved_ = root_.asDiagonal() * free_columns_;
  system_.triangularView<Eigen::Lower>().solveInPlace(free_solved_);
  border_.compute(free_solved_.transpose() * free_solved_);
  return true;
}

void ConicIterate::forget_direction() {
  for (NewtonBlock& block : blocks_) block.forget_direction();
  loss_.forget_direction();
}

void ConicIterate::add_solution(const Vector& side, const Vector& free_side) {
  Vector solved = root_.cwiseProduct(side);
  system_.triangularView<Eigen::Lower>().solveInPlace(solved);
  if (free_.size() > 0) {
    const Vector move = border_.solve(free_solved_.transpose() * solved - free_side);
    solved -= free_solved_ * move;
    dfree_ += move;
  }
  system_.transpose().triangularView<Eigen::Upper>().solveInPlace(solved);
  dnu_ += root_.cwiseProduct(solved);
}

void ConicIterate::solve(double share, double cone_shift, double loss_shift) {
  Vector reduced(first_.back());
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i].aim(share, cone_shift, reduced.segment(first_[i], blocks_[i].x().size()));
  }
  const Vector side = loss_.right_hand_side(loss_residual_, share, loss_shift);
  dnu_ = Vector::Zero(side.size());
  dfree_ = Vector::Zero(free_.size());
  reduced_dual_.setZero();
  for (int round = 0; side.size() > 0 && round <= kRefinements; ++round) {
    const Vector image = reduced_ * (reduced + reduced_dual_);
    const Vector rest =
        side - inverse_curvature_.cwiseProduct(dnu_) - image - free_columns_ * dfree_;
    const Vector free_rest = share * free_residual_ - free_columns_.transpose() * dnu_;
    const double terms = side.norm() + image.norm();
    if (round > 0 && rest.norm() <= kRounding * terms) break;
    add_solution(rest, free_rest);
    reduced_dual_.noalias() = reduced_.transpose() * dnu_;
  }
  loss_.complete(dnu_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i].complete(reduced_dual_.segment(first_[i], blocks_[i].x().size()));
  }
}

double ConicIterate::step_length(double share) const {
  double step = loss_.step_to_boundary();
  for (const NewtonBlock& block : blocks_) step = std::min(step, block.step_to_boundary());
  step = std::min(1.0, share * step);
  const double allowed = kMisstep * complementarity();
  while (loss_.misstep(step) > allowed && step > kShortestStep) step *= 0.5;
  return step;
}

void ConicIterate::move(double alpha) {
  for (NewtonBlock& block : blocks_) block.move(alpha);
  loss_.move(alpha);
  free_ += alpha * dfree_;
  forget_direction();
  update_residuals();
}

}  // namespace thalweg::detail
