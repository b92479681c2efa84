#include "arrangement/local_topes.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <iterator>
#include <set>

#include "support/arrangement_families.hpp"
#include "support/exact_cells.hpp"

namespace thalweg::testing {
namespace {

using Cells = std::set<PatternText>;

/// Integer functionals whose inverse is integer too: rows in their coordinates are doubles.
struct UnimodularFlag {
  Matrix functionals;
  Matrix inverse;
};

UnimodularFlag unimodular_flag(Random& random, Index r) {
  UnimodularFlag flag{Matrix::Identity(r, r), Matrix::Identity(r, r)};
  for (Index step = 0; step < 4 * r; ++step) {
    const auto a = static_cast<Index>(random.below(static_cast<std::uint64_t>(r)));
    const auto b = static_cast<Index>(random.below(static_cast<std::uint64_t>(r)));
    if (a == b) continue;
    const double factor = static_cast<double>(random.below(7)) - 3;
    flag.functionals.row(a) += factor * flag.functionals.row(b);
    flag.inverse.col(b) -= factor * flag.inverse.col(a);
  }
  return flag;
}

/// Topes of F|W_m, by definition: F (k x r) in the flag's coordinates.
Cells topes(const Matrix& F, Index m) {
  const auto cells = exact_cells(F.leftCols(m));
  return {cells.begin(), cells.end()};
}

/// Regions of F in the chart z_m = 1: topes that meet {z_m > 0}; and those with z_m < 0.
struct Chart {
  Cells above;
  Cells below;
};

Chart chart(const Matrix& F, Index m) {
  Matrix G(F.rows() + 1, m);
  G << F.leftCols(m), Vector::Unit(m, m - 1).transpose();
  Chart result;
  for (const PatternText& cell : exact_cells(G)) {
    (cell.back() == '1' ? result.above : result.below).insert(cell.substr(0, cell.size() - 1));
  }
  return result;
}

/// Topes of F|W_m on whose closure z_m > 0 except at 0. None of their rays is in {z_m = 0}, so
/// these are the topes that do not meet {z_m < 0}.
Cells bounded_by_definition(const Matrix& F, Index m) {
  const Chart regions = chart(F, m);
  Cells result;
  std::set_difference(regions.above.begin(), regions.above.end(), regions.below.begin(),
                      regions.below.end(), std::inserter(result, result.end()));
  return result;
}

/// Regions of the chart z_m = 1 with a z_{m-1}-lowest vertex: z_{m-1} > 0 on the recession cone
/// except at 0.
Cells low_by_definition(const Matrix& F, Index m) {
  const Cells recession = topes(F, m - 1);
  const Cells rising = bounded_by_definition(F, m - 1);
  Cells result;
  for (const PatternText& region : chart(F, m).above) {
    if (!recession.contains(region) || rising.contains(region)) result.insert(region);
  }
  return result;
}

/// Patterns with bit 1 where negative.
Cells as_cells(PatternView view, Index rows) {
  Cells cells;
  for (Index i = 0; i < view.count; ++i) {
    PatternText text(static_cast<std::size_t>(rows), '1');
    for (Index k = 0; k < rows; ++k) {
      if ((view.pattern(i)[k / 64] >> (k % 64) & 1) != 0) text[static_cast<std::size_t>(k)] = '0';
    }
    EXPECT_TRUE(cells.insert(text).second) << "twice: " << text;
  }
  return cells;
}

struct Local {
  HyperplaneArrangement arrangement;
  RowDependence dependence;
  FlagCoordinates flag;
  PencilStatistics statistics;
  LocalTopes locals;

  Local(const Matrix& X, const Matrix& functionals)
      : arrangement(X),
        dependence(arrangement.normals()),
        flag(arrangement, dependence, functionals),
        locals(flag, pencil_kernels(), statistics) {}
};

/// Rows of small rank in many coordinates: a flat of a degenerate vertex. Distinct hyperplanes, the
/// last rows make the rank full.
Matrix flat_rows(Random& random, Index r, Index rank, Index count) {
  Matrix X(count + r, r);
  X.topRows(count) = rank_deficient_rows(random, count, r, rank);
  X.bottomRows(r) = small_integer_rows(random, r, r, 5);
  return X;
}

TEST(LocalTopes, BoundedTopesAndLowRegionsEqualTheirDefinition) {
  Random random(501);
  int compared = 0;
  int unlucky = 0;
  for (int round = 0; round < 250; ++round) {
    const Index r = 3 + round % 3;
    const Matrix X = flat_rows(random, r, 2 + static_cast<Index>(random.below(3)), 6);
    const UnimodularFlag basis = unimodular_flag(random, r);
    const HyperplaneArrangement shape(X);
    if (shape.rank() != r) continue;
    try {
      Local local(X, basis.functionals);
      const Matrix Y = shape.normals() * basis.inverse;
      std::vector<Index> rows;
      for (Index i = 0; i < Y.rows(); ++i) {
        if (random.below(4) != 0) rows.push_back(i);
      }
      if (rows.empty()) continue;
      Matrix F(static_cast<Index>(rows.size()), r);
      for (Index i = 0; i < F.rows(); ++i) F.row(i) = Y.row(rows[static_cast<std::size_t>(i)]);
      const Index rank = Eigen::FullPivLU<Matrix>(F).rank();
      for (Index level = 1; level <= std::min(rank, r - 1); ++level) {
        const Cells found = as_cells(local.locals.bounded(level, rows), F.rows());
        ASSERT_EQ(found, bounded_by_definition(F, level)) << "level " << level << "\n" << F;
        // A second time, possibly from memory.
        ASSERT_EQ(as_cells(local.locals.bounded(level, rows), F.rows()), found);
        ++compared;
      }
      for (Index level = 2; level <= rank; ++level) {
        VertexPencils pencils(local.flag, pencil_kernels(), local.locals, local.statistics);
        pencils.prepare(level, rows);
        PatternBuffer out;
        out.reset(pattern_words(F.rows()));
        pencils.run(out);
        ASSERT_EQ(as_cells({out.pattern(0), out.size(), out.words()}, F.rows()),
                  low_by_definition(F, level))
            << "level " << level << "\n"
            << F;
        ++compared;
      }
    } catch (const UnluckyFlag&) {
      ++unlucky;
    }
  }
  EXPECT_GT(compared, 150);
  EXPECT_GT(unlucky, 0);
}

}  // namespace
}  // namespace thalweg::testing
