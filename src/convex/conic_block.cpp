#include "convex/conic_block.hpp"

#include <algorithm>

namespace thalweg::detail {
namespace {

/// Columns whose orthogonal part is below this share of the longest column count as dependent.
constexpr double kDependent = 1e-13;

std::vector<Index> kept_rows(const ConicBlock& block) {
  std::vector<Index> kept;
  for (Index i = 0; i < block.rows.rows(); ++i) {
    const double offset = block.offset.size() == 0 ? 0 : block.offset[i];
    if (i >= block.cone.orthant || offset != 0 || !block.rows.row(i).isZero(0)) kept.push_back(i);
  }
  return kept;
}

/// What the kept rows are divided by: the lengths of rows of the orthant, 1 for other rows.
Vector row_sizes(const ConicBlock& block, const std::vector<Index>& kept) {
  Vector sizes = Vector::Ones(static_cast<Index>(kept.size()));
  for (std::size_t i = 0; i < kept.size() && kept[i] < block.cone.orthant; ++i) {
    const double length = block.rows.row(kept[i]).stableNorm();
    if (length > 0) sizes[static_cast<Index>(i)] = length;
  }
  return sizes;
}

ConeProduct without_rows(ConeProduct cone, Index rows) {
  cone.orthant -= rows;
  return cone;
}

}  // namespace

NewtonBlock::NewtonBlock(const ConicBlock& block)
    : block_(block),
      kept_(kept_rows(block)),
      row_sizes_(row_sizes(block, kept_)),
      rows_(row_sizes_.cwiseInverse().asDiagonal() * Matrix(block.rows(kept_, Eigen::all))),
      offset_(Vector::Zero(rows_.rows())),
      scaling_(without_rows(block.cone, block.rows.rows() - rows_.rows())),
      scaled_rows_(rows_.rows(), rows_.cols()),
      qr_(rows_.rows(), rows_.cols()),
      x_(Vector::Zero(rows_.cols())),
      slack_(Vector::Zero(rows_.rows())),
      multiplier_(slack_),
      primal_(slack_),
      dual_(x_),
      aim_(slack_),
      rotated_(slack_),
      reduced_residual_(x_),
      dx_(x_),
      scaled_ds_(slack_),
      scaled_dz_(slack_) {
  if (block.offset.size() > 0) offset_ = Vector(block.offset(kept_)).cwiseQuotient(row_sizes_);
}

Vector NewtonBlock::multiplier() const {
  Vector all = Vector::Zero(block_.rows.rows());
  all(kept_) = multiplier_.cwiseQuotient(row_sizes_);
  return all;
}

void NewtonBlock::update_residuals(const ConstVectorRef& map_dual) {
  primal_ = offset_ - slack_;
  primal_.noalias() += rows_ * x_;
  dual_ = block_.cost - map_dual;
  dual_.noalias() -= rows_.transpose() * multiplier_;
}

bool NewtonBlock::factor_start(double weight) {
  if (rows_.rows() < rows_.cols()) return false;
  start_weight_ = weight;
  scaled_rows_ = weight * rows_;
  qr_.compute(scaled_rows_);
  const Vector diagonal = qr_.matrixQR().diagonal().cwiseAbs();
  return diagonal.minCoeff() > kDependent * scaled_rows_.colwise().norm().maxCoeff();
}

bool NewtonBlock::factor() {
  if (!scaling_.update(slack_, multiplier_)) return false;
  scaled_rows_ = rows_;
  scaling_.scale_slack(scaled_rows_);
  qr_.compute(scaled_rows_);
  return (qr_.matrixQR().diagonal().array().abs() > 0).all();
}

void NewtonBlock::reduce(Eigen::Ref<Matrix> B) const {
  triangle().solveInPlace<Eigen::OnTheRight>(B);
}

void NewtonBlock::reflect(Index j, Vector& v) const {
  const Index below = v.size() - j - 1;
  const auto essential = qr_.matrixQR().col(j).tail(below);
  const double share = qr_.hCoeffs()[j] * (v[j] + essential.dot(v.tail(below)));
  v[j] -= share;
  v.tail(below) -= share * essential;
}

void NewtonBlock::aim(double share, double shift, VectorRef reduced) {
  share_ = share;
  scaling_.corrector(shift, scaled_ds_, scaled_dz_, aim_);
  aim_ -= scaling_.lambda();
  rotated_ = primal_;
  scaling_.scale_slack(rotated_);
  rotated_ = aim_ - share * rotated_;
  for (Index j = 0; j < x_.size(); ++j) reflect(j, rotated_);  // Q^T
  reduced_residual_ = share * dual_;
  qr_.matrixQR().topRows(x_.size()).transpose().triangularView<Eigen::Lower>().solveInPlace(
      reduced_residual_);
  reduced = rotated_.head(x_.size()) - reduced_residual_;
}

void NewtonBlock::complete(const ConstVectorRef& reduced_dual) {
  const Index q = x_.size();
  dx_ = rotated_.head(q) - reduced_residual_ + reduced_dual;
  triangle().solveInPlace(dx_);
  scaled_dz_ = rotated_;
  scaled_dz_.head(q) = reduced_residual_ - reduced_dual;
  for (Index j = q - 1; j >= 0; --j) reflect(j, scaled_dz_);  // Q
  scaled_ds_ = aim_ - scaled_dz_;
}

void NewtonBlock::forget_direction() {
  scaled_ds_.setZero();
  scaled_dz_.setZero();
}

double NewtonBlock::step_to_boundary() const {
  return std::min(scaling_.step_to_boundary(scaled_ds_), scaling_.step_to_boundary(scaled_dz_));
}

void NewtonBlock::move(double alpha) {
  x_ += alpha * dx_;
  slack_ += alpha * share_ * primal_;
  slack_.noalias() += alpha * (rows_ * dx_);
  scaling_.unscale_multiplier(scaled_dz_);
  multiplier_ += alpha * scaled_dz_;
}

void NewtonBlock::start() {
  x_ = dx_;
  multiplier_ = start_weight_ * scaled_dz_;
  slack_ = -scaled_dz_ / start_weight_;
}

void NewtonBlock::shift(double slack, double multiplier) {
  slack_ += slack * scaling_.identity();
  multiplier_ += multiplier * scaling_.identity();
}

}  // namespace thalweg::detail
