#include "thalweg/model/block_norm.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

Vector singular_values(const Vector& w, Index rows, Index cols) {
  // Column-major, so a row of the matrix is a column here; the singular values are the same.
  const Matrix matrix = w.reshaped(cols, rows);
  return Eigen::JacobiSVD<Matrix>(matrix).singularValues();
}

}  // namespace

BlockNorm BlockNorm::l2(Index size) { return groups({{0, size, 1}}); }

BlockNorm BlockNorm::l21(Index count, Index size) {
  std::vector<Group> list;
  for (Index j = 0; j < count; ++j) list.push_back({j * size, size, 1});
  return groups(std::move(list));
}

BlockNorm BlockNorm::groups(std::vector<Group> groups) {
  BlockNorm norm;
  for (const Group& group : groups) {
    if (group.first != norm.size_ || group.size < 1) {
      throw InvalidArgument("groups: expected consecutive groups from 0 on, got one of " +
                            std::to_string(group.size) + " entries at " +
                            std::to_string(group.first));
    }
    if (!(group.weight > 0) || !std::isfinite(group.weight)) {
      throw InvalidArgument("groups: a weight must be positive and finite, got " +
                            std::to_string(group.weight));
    }
    norm.size_ += group.size;
  }
  if (groups.empty()) throw InvalidArgument("groups: expected at least one group, got none");
  norm.groups_ = std::move(groups);
  return norm;
}

BlockNorm BlockNorm::nuclear(Index rows, Index cols) {
  if (rows < 1 || cols < 1) {
    throw InvalidArgument("nuclear: expected a matrix with entries, got " + std::to_string(rows) +
                          " x " + std::to_string(cols));
  }
  BlockNorm norm;
  norm.rows_ = rows;
  norm.cols_ = cols;
  norm.size_ = rows * cols;
  return norm;
}

bool BlockNorm::is_l2() const { return groups_.size() == 1 && groups_.front().weight == 1; }

double BlockNorm::value(const Vector& w) const {
  if (is_nuclear()) return singular_values(w, rows_, cols_).sum();
  double sum = 0;
  for (const Group& group : groups_) {
    sum += group.weight * w.segment(group.first, group.size).stableNorm();
  }
  return sum;
}

double BlockNorm::dual(const Vector& z) const {
  if (is_nuclear()) return singular_values(z, rows_, cols_)[0];
  double largest = 0;
  for (const Group& group : groups_) {
    largest = std::max(largest, z.segment(group.first, group.size).stableNorm() / group.weight);
  }
  return largest;
}

}  // namespace thalweg
