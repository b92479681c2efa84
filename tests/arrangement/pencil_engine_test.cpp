#include "arrangement/pencil_engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "arrangement/engine_cells.hpp"
#include "arrangement/hard_arrangements.hpp"

namespace thalweg::testing {
namespace {

/// The cells of the distinct hyperplanes restricted to hyperplane `wall`, whose character is '0':
/// one of the wall's coordinates is eliminated exactly, so the rows must be small integers.
std::vector<PatternText> restricted_cells(const Matrix& normals, Index wall) {
  Index pivot = 0;
  while (normals(wall, pivot) == 0) ++pivot;
  Matrix restricted(normals.rows(), normals.cols() - 1);
  const double head = normals(wall, pivot);
  for (Index i = 0; i < normals.rows(); ++i) {
    // Times |head|, which keeps signs.
    const Vector row = std::abs(head) * normals.row(i).transpose() -
                       (head > 0 ? 1 : -1) * normals(i, pivot) * normals.row(wall).transpose();
    restricted.row(i) << row.head(pivot).transpose(),
        row.tail(normals.cols() - 1 - pivot).transpose();
  }
  std::vector<PatternText> cells = exact_cells(restricted);
  for (PatternText& cell : cells) cell[static_cast<std::size_t>(wall)] = '0';
  return cells;
}

TEST(PencilEngine, FindsTheCellsInsideEveryWall) {
  Random random(901);
  int walls = 0;
  for (int round = 0; round < 60; ++round) {
    const Index d = 2 + round % 3;
    const Matrix X = round % 2 == 0 ? small_integer_rows(random, 8, d, 2)
                                    : with_bias(small_integer_rows(random, 8, d - 1, 2));
    const HyperplaneArrangement arrangement(X);
    if (arrangement.rank() < 2) continue;
    const RowDependence dependence(arrangement.normals());
    for (Index wall = 0; wall < arrangement.hyperplanes(); ++wall) {
      try {
        const FlagCoordinates flag(arrangement, dependence, random.below(1000), wall);
        EXPECT_EQ(flag.rank(), arrangement.rank() - 1);
        const FlagCells found = flag_cells(flag);
        if (found.outcome.status == EnumerationStatus::kUnluckyFlag) continue;
        ASSERT_EQ(found.cells, restricted_cells(arrangement.normals(), wall))
            << "wall " << wall << "\n"
            << X;
        ++walls;
      } catch (const UnluckyFlag&) {
        continue;
      }
    }
  }
  EXPECT_GT(walls, 300);
}

/// With small functionals many flags are not generic: each is found out, or does no harm.
TEST(PencilEngine, FlagsThatAreNotGenericAreFoundOut) {
  Random random(902);
  int complete = 0;
  int unlucky = 0;
  for (int round = 0; round < 600; ++round) {
    const Matrix X = small_integer_rows(random, 7, 2 + round % 3, 2);
    const HyperplaneArrangement arrangement(X);
    const Index r = arrangement.rank();
    const RowDependence dependence(arrangement.normals());
    const Matrix functionals = small_integer_rows(random, r, r, 1 + round % 4);
    try {
      const FlagCoordinates flag(arrangement, dependence, functionals);
      const FlagCells found = flag_cells(flag);
      if (found.outcome.status == EnumerationStatus::kUnluckyFlag) {
        ++unlucky;
        continue;
      }
      ASSERT_EQ(found.outcome.status, EnumerationStatus::kComplete);
      ASSERT_EQ(found.cells, exact_cells(arrangement.normals())) << X << "\n\n" << functionals;
      ++complete;
    } catch (const UnluckyFlag&) {
      ++unlucky;
    }
  }
  EXPECT_GT(complete, 50);
  EXPECT_GT(unlucky, 50);
}

TEST(PencilEngine, DependentFunctionalsAreRefused) {
  const HyperplaneArrangement arrangement(Matrix(Matrix::Identity(3, 3)));
  const RowDependence dependence(arrangement.normals());
  const Matrix functionals{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  EXPECT_THROW(FlagCoordinates(arrangement, dependence, functionals), UnluckyFlag);
  Matrix independent = functionals;
  independent(2, 2) = 10;
  EXPECT_NO_THROW(FlagCoordinates(arrangement, dependence, independent));
}

/// A hyperplane through W_1, the line of the first coordinate.
TEST(PencilEngine, AHyperplaneThroughTheLineOfTheFlagIsFoundOut) {
  const Matrix X{{0, 1, 0}, {1, 1, 2}, {2, -1, 3}, {1, 5, -1}};
  const HyperplaneArrangement arrangement(X);
  const RowDependence dependence(arrangement.normals());
  const FlagCoordinates flag(arrangement, dependence, Matrix(Matrix::Identity(3, 3)));
  EXPECT_EQ(flag_cells(flag).outcome.status, EnumerationStatus::kUnluckyFlag);
  // The twin: another line.
  const Matrix other{{3, 1, 0}, {1, 7, 1}, {0, 2, 5}};
  const FlagCells found = flag_cells(FlagCoordinates(arrangement, dependence, other));
  EXPECT_EQ(found.outcome.status, EnumerationStatus::kComplete);
  EXPECT_EQ(found.cells, exact_cells(arrangement.normals()));
}

TEST(PencilEngine, InstructionSetsGiveTheSameCells) {
  Random random(903);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = hard_arrangement(random, round % 10 == 0 ? 70 : 9, 2 + round % 3);
    const HyperplaneArrangement arrangement(X);
    if (arrangement.rank() == 0) continue;
    const RowDependence dependence(arrangement.normals());
    const FlagCoordinates flag(arrangement, dependence, 5);
    std::vector<PatternText> first;
    for (const InstructionSet set :
         {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (!available(set)) continue;
      PencilRun run;
      run.kernels = &pencil_kernels(set);
      const FlagCells found = flag_cells(flag, run);
      ASSERT_EQ(found.outcome.status, EnumerationStatus::kComplete) << kind << "\n" << X;
      if (set == InstructionSet::kPortable) first = found.cells;
      ASSERT_EQ(found.cells, first) << kind << "\n" << X;
    }
    if (arrangement.hyperplanes() <= 12) {
      ASSERT_EQ(first, exact_cells(arrangement.normals())) << kind << "\n" << X;
    }
  }
}

TEST(PencilEngine, ThePortableKernelsAreAlwaysThere) {
  EXPECT_TRUE(available(InstructionSet::kPortable));
  EXPECT_EQ(&pencil_kernels(InstructionSet::kPortable), &pencil_kernels(InstructionSet::kPortable));
  for (const InstructionSet set : {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
    if (!available(set)) continue;
    EXPECT_EQ(&pencil_kernels(), &pencil_kernels(set)) << "not the best";
    break;
  }
}

}  // namespace
}  // namespace thalweg::testing
