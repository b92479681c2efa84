#include <Eigen/QR>
#include <cmath>

#include "landscape/path_stages.hpp"

namespace thalweg::landscape {
namespace {

/// Pivots of unit columns below this count as 0.
constexpr double kDependent = 1e-11;
/// Null vectors are computed afresh after this many eliminations, which lose digits.
constexpr int kRefresh = 25;
/// Masses below this share of what they were are 0.
constexpr double kGone = 1e-12;

/// A basis of {x : M x = 0} for M with unit columns, as columns.
Matrix null_space(const Matrix& M) {
  Eigen::ColPivHouseholderQR<Matrix> qr(M);
  qr.setThreshold(kDependent);
  const Index rank = qr.rank();
  const Index dependent = M.cols() - rank;
  Matrix basis = Matrix::Zero(M.cols(), dependent);
  if (rank > 0) {
    const auto R = qr.matrixR();
    basis.topRows(rank) = -R.topLeftCorner(rank, rank)
                               .template triangularView<Eigen::Upper>()
                               .solve(R.topRightCorner(rank, dependent));
  }
  basis.bottomRows(dependent).setIdentity();
  return qr.colsPermutation() * basis;
}

}  // namespace

void Pruning::find() {
  null_vectors_.clear();
  since_found_ = 0;
  const TrainingProblem& problem = walk_.problem();
  const std::vector<Index> slots = walk_.occupied();
  const auto k = static_cast<Index>(slots.size());
  if (k == 0) return;
  const Matrix free = problem.free_columns();
  Matrix M(problem.samples(), k + free.cols());
  for (Index q = 0; q < k; ++q) {
    const PathSlot& slot =
        walk_.here().slots[static_cast<std::size_t>(slots[static_cast<std::size_t>(q)])];
    M.col(q) = to_double(slot.sign) * walk_.atom(slot.direction);
  }
  M.rightCols(free.cols()) = free;
  Vector scales = M.colwise().norm().transpose();
  for (Index q = 0; q < M.cols(); ++q) {
    if (scales[q] == 0) scales[q] = 1;
    M.col(q) /= scales[q];
  }
  const Matrix basis = null_space(M);
  const Index penalised = problem.affine_size() - free.cols();
  for (Index column = 0; column < basis.cols(); ++column) {
    const Vector x = basis.col(column).cwiseQuotient(scales);
    NullVector vector{Vector::Zero(walk_.path().width()), Vector::Zero(problem.affine_size())};
    for (Index q = 0; q < k; ++q) vector.lengths[slots[static_cast<std::size_t>(q)]] = x[q];
    vector.affine.segment(penalised, free.cols()) = x.tail(free.cols());
    if (vector.lengths.cwiseAbs().maxCoeff() > 0) null_vectors_.push_back(std::move(vector));
  }
}

bool Pruning::step() {
  if (since_found_ < 0 || since_found_ >= kRefresh) find();
  while (!null_vectors_.empty()) {
    if (order_ != nullptr) {
      std::swap(null_vectors_[order_->below(null_vectors_.size())], null_vectors_.back());
    }
    NullVector direction = std::move(null_vectors_.back());
    null_vectors_.pop_back();
    if (move(std::move(direction))) return true;
    if (since_found_ > 0) find();
  }
  return false;
}

bool Pruning::move(NullVector direction) {
  if (direction.lengths.sum() < 0) direction = {-direction.lengths, -direction.affine};
  if (!(direction.lengths.maxCoeff() > 0)) direction = {-direction.lengths, -direction.affine};
  const PathState& here = walk_.here();
  const auto length = [&](Index j) {
    const PathSlot& slot = here.slots[static_cast<std::size_t>(j)];
    return slot.mass > 0 ? slot.mass * walk_.norm(slot.direction) : 0.0;
  };
  double step = std::numeric_limits<double>::infinity();
  Index first = -1;
  for (Index j = 0; j < direction.lengths.size(); ++j) {
    if (!(direction.lengths[j] > 0) || length(j) >= step * direction.lengths[j]) continue;
    step = length(j) / direction.lengths[j];
    first = j;
  }
  if (first < 0) return false;
  PathState next = here;
  int emptied = 0;
  for (Index j = 0; j < direction.lengths.size(); ++j) {
    PathSlot& slot = next.slots[static_cast<std::size_t>(j)];
    if (slot.mass == 0 || direction.lengths[j] == 0) continue;
    const double before = slot.mass;
    slot.mass -= step * direction.lengths[j] / walk_.norm(slot.direction);
    if (j == first || !(slot.mass > kGone * before)) slot.mass = 0;
    if (slot.mass == 0) ++emptied;
  }
  const TrainingProblem& problem = walk_.problem();
  next.affine = problem.unstack(problem.stack(here.affine) - step * direction.affine);
  if (!walk_.descend(std::move(next), SegmentKind::kMasses)) return false;
  ++since_found_;
  eliminate(direction, first);
  if (emptied > 1) since_found_ = kRefresh;
  return true;
}

void Pruning::eliminate(const NullVector& used, Index slot) {
  for (NullVector& vector : null_vectors_) {
    const double factor = vector.lengths[slot] / used.lengths[slot];
    vector.lengths -= factor * used.lengths;
    vector.affine -= factor * used.affine;
    vector.lengths[slot] = 0;
  }
}

}  // namespace thalweg::landscape
