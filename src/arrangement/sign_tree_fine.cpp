#include "arrangement/sign_tree_fine.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::sign_tree {
namespace {

Fine modulus(Fine value) { return value < 0 ? -value : value; }

}  // namespace

int FineSearch::sign(Index row, const Fine* point) const {
  const double* normal = rows_.by_row.data() + row * rows_.dimension;
  Fine sum = 0;
  Fine size = 0;
  for (Index c = 0; c < rows_.dimension; ++c) {
    sum += normal[c] * point[c];
    size = std::max(size, modulus(point[c]));
  }
  // errors[] holds the bound for 2^-53.
  const Fine bound = std::ldexp(rows_.errors[row], -60) * size + 1e-290;
  if (sum > bound) return 1;
  return -sum > bound ? -1 : 0;
}

Crossing FineSearch::run(Index row, Sign sign, const double* sigma, Fine* found) {
  const Index dimension = rows_.dimension;
  Matrix lifted = Matrix::Zero(row + 2, dimension + 1);
  for (Index i = 0; i <= row; ++i) {
    const double factor = i < row ? sigma[i] : to_double(sign);
    lifted.row(i).head(dimension) = factor * rows_.by_row.col(i).transpose();
    lifted(i, dimension) = -rows_.by_row.col(i).norm();
  }
  lifted(row + 1, dimension) = 1;
  if (!lifted.allFinite()) return Crossing::kGaveUp;
  const TreeRows lifted_rows = tree_rows(lifted);
  CrossingSearch<Fine> search(lifted_rows);
  const std::vector<double> ones(static_cast<std::size_t>(row + 1), 1);
  // From the origin, on every wall: only a direction that leaves no half-space is accepted.
  const std::vector<Fine> origin(static_cast<std::size_t>(row + 2 + dimension), 0);
  std::vector<Fine> direction(static_cast<std::size_t>(dimension + 1));
  const Crossing result =
      search.run(row + 1, Sign::kPlus, ones.data(), {origin.data(), origin.data()},
                 direction.data(), Entering::kSteepestWall);
  if (result == Crossing::kRelation) {
    support_.assign(search.support().begin(), search.support().end());
    factors_.clear();
    for (const Fine factor : search.factors()) factors_.push_back(static_cast<double>(factor));
  }
  if (result != Crossing::kPoint) return result;
  std::copy_n(direction.begin(), dimension, found);
  for (Index i = 0; i <= row; ++i) {
    const int wanted = i < row ? (sigma[i] > 0 ? 1 : -1) : static_cast<int>(sign);
    if (this->sign(i, found) != wanted) return Crossing::kGaveUp;
  }
  return Crossing::kPoint;
}

bool FineSearch::round(const Fine* point, const double* sigma, double* rounded) const {
  Matrix signed_rows(rows_.count, rows_.dimension);
  for (Index i = 0; i < rows_.count; ++i) {
    signed_rows.row(i) = sigma[i] * rows_.by_row.col(i).transpose();
  }
  Vector candidate(rows_.dimension);
  for (int multiple = 1; multiple < 8; multiple += 2) {
    for (Index c = 0; c < rows_.dimension; ++c) {
      candidate[c] = static_cast<double>(multiple * point[c]);
    }
    if (!strictly_inside(signed_rows, candidate)) continue;
    std::copy(candidate.begin(), candidate.end(), rounded);
    return true;
  }
  return false;
}

}  // namespace thalweg::sign_tree
