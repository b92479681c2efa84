#pragma once

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "arrangement/pattern_map.hpp"
#include "arrangement/sign_tree.hpp"
#include "support/exact_cells.hpp"

namespace thalweg::testing {

/// The sign of x^T u - b in rational arithmetic.
inline int exact_sign(const Vector& x, const Vector& u, double b = 0) {
  mpq_class sum = -mpq_class(b);
  for (Index c = 0; c < x.size(); ++c) sum += mpq_class(x[c]) * mpq_class(u[c]);
  return sgn(sum);
}

/// Whether u has the signs of `cell`, a pattern over the rows of X.
inline bool exactly_inside(const Matrix& X, const PatternText& cell, const Vector& u) {
  if (!u.allFinite()) return false;
  for (Index i = 0; i < X.rows(); ++i) {
    if (X.row(i).isZero(0)) continue;
    const int wanted = cell[static_cast<std::size_t>(i)] == '1' ? 1 : -1;
    if (exact_sign(X.row(i), u) != wanted) return false;
  }
  return true;
}

/// Whether u satisfies the constraints on u, exactly.
inline bool exactly_allowed(const CellConstraints& constraints, const Vector& u) {
  for (Index i = 0; i < constraints.cone.rows(); ++i) {
    if (exact_sign(constraints.cone.row(i), u) <= 0) return false;
  }
  for (Index c = 0; c < constraints.lower.size(); ++c) {
    if (!(u[c] > constraints.lower[c])) return false;
  }
  for (Index c = 0; c < constraints.upper.size(); ++c) {
    if (!(u[c] < constraints.upper[c])) return false;
  }
  return true;
}

struct TreeCells {
  SignTreeOutcome outcome;
  std::vector<PatternText> cells;  ///< over samples, ascending, as delivered
};

/// Runs the tree and collects its cells; every witness is judged in rational arithmetic.
inline TreeCells tree_cells(const Matrix& X, EnumerationSettings settings = {}) {
  const HyperplaneArrangement arrangement(X);
  const PatternMap map(arrangement);
  TreeCells result;
  std::uint64_t missing = 0;
  const CellSink sink = [&](const CellBlock& block) {
    for (Index i = 0; i < block.count; ++i) {
      std::vector<PatternWord> pattern(static_cast<std::size_t>(map.sample_words()));
      map.to_samples(block.pattern(i).data(), pattern.data());
      result.cells.push_back(to_text(pattern, X.rows()));
      if (!settings.witnesses) continue;
      const Vector u = Eigen::Map<const Vector>(block.witnesses + i * X.cols(), X.cols());
      if (u.hasNaN()) {
        ++missing;
        continue;
      }
      EXPECT_TRUE(exactly_inside(X, result.cells.back(), u)) << X;
      EXPECT_TRUE(exactly_allowed(settings.constraints, u)) << X;
    }
    return true;
  };
  result.outcome = enumerate_sign_tree(arrangement, settings, sink);
  EXPECT_EQ(result.outcome.delivered, result.cells.size());
  EXPECT_EQ(result.outcome.missing_witnesses, missing);
  std::sort(result.cells.begin(), result.cells.end());
  return result;
}

/// The delivered cells with their opposites when the outcome says that they stand for both.
inline std::vector<PatternText> both_signs(const Matrix& X, const TreeCells& tree) {
  std::vector<PatternText> all = tree.cells;
  if (tree.outcome.antipodal) {
    for (const PatternText& cell : tree.cells) all.push_back(opposite(X, cell));
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace thalweg::testing
