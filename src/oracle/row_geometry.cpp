#include "thalweg/oracle/row_geometry.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg {
namespace {

/// Coordinates beyond this are of no use to a certificate's tree, so the rank is not reduced to
/// more.
constexpr Index kMaxReducedRank = 24;
/// Pivoted QR sees at most about this many rows; the exact basis does not need it to see them all.
constexpr Index kMaxPivotRows = 4096;
/// Least pivot of the unit rows of a basis, about the sine of the smallest angle between them.
constexpr double kLeastPivot = 1e-6;

/// Rows in the order in which pivoted QR prefers their directions (well apart first).
std::vector<Index> well_conditioned_rows(const Matrix& X, const std::vector<Index>& candidates) {
  const auto count = static_cast<Index>(candidates.size());
  const Index stride = std::max<Index>(1, count / kMaxPivotRows);
  std::vector<Index> sample;
  for (Index i = 0; i < count; i += stride) {
    sample.push_back(candidates[static_cast<std::size_t>(i)]);
  }
  if (sample.empty()) return {};
  Matrix columns(X.cols(), static_cast<Index>(sample.size()));
  for (Index i = 0; i < columns.cols(); ++i) {
    columns.col(i) = X.row(sample[static_cast<std::size_t>(i)]).transpose().stableNormalized();
  }
  const Eigen::ColPivHouseholderQR<Matrix> qr(columns);
  const auto& order = qr.colsPermutation().indices();
  std::vector<Index> preferred;
  for (Index i = 0; i < std::min(columns.rows(), columns.cols()); ++i) {
    preferred.push_back(sample[static_cast<std::size_t>(order[i])]);
  }
  return preferred;
}

/// Whether coordinates along these rows are worth having: in those of nearly dependent rows every
/// angle is lost to rounding, and all d coordinates serve better.
bool is_well_conditioned(const Matrix& rows, const std::vector<Index>& basis) {
  Matrix columns(rows.cols(), static_cast<Index>(basis.size()));
  for (Index k = 0; k < columns.cols(); ++k) {
    columns.col(k) = rows.row(basis[static_cast<std::size_t>(k)]).transpose().stableNormalized();
  }
  const Eigen::ColPivHouseholderQR<Matrix> qr(columns);
  const auto pivots = qr.matrixR().diagonal().head(columns.cols()).cwiseAbs();
  return pivots.minCoeff() > kLeastPivot;
}

}  // namespace

RowGeometry::RowGeometry(const Matrix& X)
    : samples_(X.rows()), dimension_(X.cols()), rank_(0), frame_() {
  if (X.cols() < 1) throw InvalidArgument("X must have at least one column");
  if (!X.allFinite()) throw InvalidArgument("X must be finite");
  RowGroups groups = group_parallel_rows(X);
  near_rows_ = join_near_parallel(X, groups);
  first_rows_ = std::move(groups.first_rows);
  group_of_row_ = std::move(groups.group_of_row);
  multiples_ = std::move(groups.multiples);
  rows_.resize(this->groups(), dimension_);
  for (Index g = 0; g < this->groups(); ++g) {
    rows_.row(g) = X.row(first_rows_[static_cast<std::size_t>(g)]);
  }
  // The first rows of the groups span all rows, the replaced ones included.
  std::vector<Index> all(first_rows_.size());
  std::iota(all.begin(), all.end(), Index{0});
  const RowBasis basis = row_basis(rows_, well_conditioned_rows(rows_, all));
  rank_ = near_rows_.empty() ? basis.rank() : row_basis(X).rank();
  const Index reduced = basis.rank();
  if (reduced > 0 && reduced < dimension_ && reduced <= kMaxReducedRank && basis.proved &&
      is_well_conditioned(rows_, basis.rows)) {
    for (const Index g : basis.rows) basis_.push_back(first_rows_[static_cast<std::size_t>(g)]);
    reduce(X);
  } else {
    gram_ = Matrix::Identity(dimension_, dimension_);
    frame_ = Matrix::Identity(dimension_, dimension_);
  }
}

double RowGeometry::slack(const Vector& nu) const {
  double sum = 0;
  for (const NearRow& near : near_rows_) sum += std::fabs(nu[near.row]) * near.error;
  return sum * (1 + static_cast<double>(near_rows_.size() + 2) * 0x1p-52);
}

void RowGeometry::reduce(const Matrix& X) {
  const auto rank = static_cast<Index>(basis_.size());
  basis_rows_.resize(rank, dimension_);
  for (Index k = 0; k < rank; ++k) {
    basis_rows_.row(k) = X.row(basis_[static_cast<std::size_t>(k)]);
  }
  gram_ = basis_rows_ * basis_rows_.transpose();
  magnitudes_ = rows_.cwiseAbs() * basis_rows_.cwiseAbs().transpose();
  rows_ = (rows_ * basis_rows_.transpose()).eval();
  const Eigen::HouseholderQR<Matrix> qr(basis_rows_.transpose());
  frame_ = qr.householderQ() * Matrix::Identity(dimension_, rank);
}

Matrix RowGeometry::row_magnitudes() const {
  return basis_.empty() ? Matrix(rows_.cwiseAbs()) : magnitudes_;
}

Vector RowGeometry::to_direction(const Vector& z) const {
  return basis_.empty() ? z : Vector(basis_rows_.transpose() * z);
}

GroupWeights group_weights(const RowGeometry& geometry, const Vector& g) {
  if (g.size() != geometry.samples()) {
    throw InvalidArgument("g has " + std::to_string(g.size()) + " entries but X has " +
                          std::to_string(geometry.samples()) + " rows");
  }
  if (!g.allFinite()) throw InvalidArgument("g must be finite");
  const Index groups = geometry.groups();
  GroupWeights result;
  result.weight = Vector::Zero(groups);
  result.absolute = Vector::Zero(groups);
  Vector backward = Vector::Zero(groups);
  std::vector<Index> sizes(static_cast<std::size_t>(groups), 0);
  for (Index row = 0; row < g.size(); ++row) {
    const Index group = geometry.group_of_row()[static_cast<std::size_t>(row)];
    if (group < 0) continue;
    const double multiple = geometry.multiples()[row];
    result.weight[group] += g[row] * std::fabs(multiple);
    result.absolute[group] += std::fabs(g[row] * multiple);
    if (multiple < 0) backward[group] += g[row] * -multiple;
    result.largest_group = std::max(result.largest_group, ++sizes[static_cast<std::size_t>(group)]);
  }
  result.linear = -(geometry.rows().transpose() * backward);
  return result;
}

}  // namespace thalweg
