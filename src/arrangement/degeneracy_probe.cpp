#include "arrangement/degeneracy_probe.hpp"

#include <Eigen/LU>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

constexpr int kVertices = 24;
/// Below this rank pencils always win.
constexpr Index kLeastRank = 4;
/// A row passes through a vertex when its value there, relative to its size, is below this.
constexpr double kThrough = 1e-9;
/// Pencils pay for a degenerate vertex with topes of rank r - 1, the tree pays for every row of a
/// cell: e (r - 3)^2 / N, with e rows too many through a vertex on average, separates the instances
/// measured in docs/benchmarks.md.
constexpr double kHeavy = 0.375;

/// Rows through the vertex of random rows beyond those; -1 when they are dependent.
Index excess(const Matrix& rows, Random& random) {
  const Index r = rows.cols();
  Matrix chosen(r - 1, r);
  for (Index i = 0; i + 1 < r; ++i) {
    chosen.row(i) =
        rows.row(static_cast<Index>(random.below(static_cast<std::uint64_t>(rows.rows()))));
  }
  Eigen::FullPivLU<Matrix> lu(chosen);
  lu.setThreshold(kThrough);
  if (lu.rank() < r - 1) return -1;
  const Vector vertex = lu.kernel().col(0).normalized();
  return ((rows * vertex).array().abs() < kThrough).count() - (r - 1);
}

}  // namespace

bool heavily_degenerate(const HyperplaneArrangement& arrangement, std::uint64_t seed) {
  const Matrix& rows = arrangement.normals();
  if (arrangement.rank() < kLeastRank || arrangement.hyperplanes() <= arrangement.rank()) {
    return false;
  }
  Random random(seed);
  double total = 0;
  int met = 0;
  for (int i = 0; i < kVertices; ++i) {
    const Index extra = excess(rows, random);
    if (extra < 0) continue;
    total += static_cast<double>(extra);
    ++met;
  }
  const auto depth = static_cast<double>(arrangement.rank() - 3);
  return met > 0 &&
         total / met * depth * depth > kHeavy * static_cast<double>(arrangement.hyperplanes());
}

}  // namespace thalweg
