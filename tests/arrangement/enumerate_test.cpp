#include "thalweg/arrangement/enumerate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "arrangement/engine_cells.hpp"
#include "arrangement/hard_arrangements.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

constexpr Engine kEngines[] = {Engine::kVertexPencil, Engine::kSignTree};

/// All that a sink saw.
struct Seen {
  EnumerationInfo info;
  std::vector<PatternText> cells;  ///< as delivered, ascending
};

Seen enumerate(const Matrix& X, const EnumerationSettings& settings,
               std::uint64_t sink_limit = 1'000'000) {
  Seen seen;
  seen.info = enumerate_cells(HyperplaneArrangement(X), settings, [&](const CellBlock& block) {
    EXPECT_GT(block.count, 0);
    for (Index i = 0; i < block.count; ++i) {
      seen.cells.push_back(to_text(block.pattern(i), X.rows()));
    }
    return seen.cells.size() < sink_limit;
  });
  std::sort(seen.cells.begin(), seen.cells.end());
  EXPECT_EQ(seen.info.delivered, seen.cells.size());
  return seen;
}

/// Distinct, and each one in the sorted list of all.
void expect_distinct_cells(const Seen& seen, const std::vector<PatternText>& all) {
  EXPECT_EQ(std::adjacent_find(seen.cells.begin(), seen.cells.end()), seen.cells.end());
  EXPECT_TRUE(std::includes(all.begin(), all.end(), seen.cells.begin(), seen.cells.end()));
}

TEST(EnumerateCells, EnginesEqualTheExactListOnAFewHardInstances) {
  Random random(801);
  for (int round = 0; round < 120; ++round) {
    const auto [kind, X] = hard_arrangement(random, 9, 4);
    const std::vector<PatternText> expected = exact_cells(X);
    for (const Engine engine : {Engine::kVertexPencil, Engine::kSignTree, Engine::kAutomatic}) {
      ASSERT_EQ(listed_cells(X, with_engine(engine)), expected) << kind << "\n" << X;
    }
  }
}

TEST(EnumerateCells, SmallKnownFamiliesHaveTheirCells) {
  for (const KnownArrangement& known : known_arrangements(400)) {
    if (known.X.rows() == 0) continue;
    for (const Engine engine : kEngines) {
      const std::vector<PatternText> cells = listed_cells(known.X, with_engine(engine));
      EXPECT_EQ(cells.size(), known.cells) << known.name;
      EXPECT_EQ(cells, exact_cells(known.X)) << known.name;
    }
  }
}

/// Bit patterns at and around the borders of words.
TEST(EnumerateCells, PatternsOfManyWords) {
  Random random(802);
  for (const Index n : {1, 63, 64, 65, 127, 128, 129}) {
    const Matrix X = gaussian_rows(random, n, 2);
    const std::vector<PatternText> cells = listed_cells(X, with_engine(Engine::kVertexPencil));
    EXPECT_EQ(cells.size(), static_cast<std::size_t>(2 * n));
    EXPECT_EQ(cells, exact_cells(X)) << n;
  }
  for (const Index n : {64, 65, 129}) {
    const Matrix X = gaussian_rows(random, n, 3);
    const auto [pencils, info] =
        list_cells(HyperplaneArrangement(X), with_engine(Engine::kVertexPencil));
    EXPECT_EQ(info.proof, CompletenessProof::kGeneralPosition);
    EXPECT_TRUE(well_formed(X, pencils, true));
    const auto tree = list_cells(HyperplaneArrangement(X), with_engine(Engine::kSignTree));
    EXPECT_EQ(pencils.patterns, tree.first.patterns) << n;
  }
}

TEST(EnumerateCells, TwoHundredRowsOfRankThree) {
  Random random(803);
  const Matrix X = gaussian_rows(random, 200, 3);
  const HyperplaneArrangement arrangement(X);
  const auto [list, info] = list_cells(arrangement, with_engine(Engine::kVertexPencil));
  EXPECT_EQ(info.cells(), 2u * (1 + 199 + 199 * 198 / 2));
  EXPECT_EQ(info.proof, CompletenessProof::kGeneralPosition);
  EXPECT_TRUE(well_formed(X, list, true));
}

TEST(EnumerateCells, WithoutHyperplanesThereIsOneCell) {
  for (const Matrix& X : {Matrix(Matrix::Zero(3, 2)), Matrix(Matrix::Zero(70, 1))}) {
    for (const Engine engine : kEngines) {
      const Seen seen = enumerate(X, with_engine(engine));
      EXPECT_EQ(seen.info.status, EnumerationStatus::kComplete);
      EXPECT_EQ(seen.info.proof, CompletenessProof::kExactAccounting);
      EXPECT_EQ(seen.info.cells(), 1u);
      EXPECT_EQ(seen.cells, exact_cells(X));
    }
  }
  EnumerationSettings none;
  none.max_cells = 0;
  const Seen seen = enumerate(Matrix::Zero(3, 2), none);
  EXPECT_EQ(seen.info.status, EnumerationStatus::kCellLimit);
  EXPECT_EQ(seen.info.proof, CompletenessProof::kNone);
  EXPECT_EQ(enumerate(Matrix(0, 2), {}).info.cells(), 1u);
}

TEST(EnumerateCells, OneHyperplaneHasTwoCells) {
  const Matrix X{{0.0, 0.0}, {0.3, -0.1}, {0.0, 0.0}, {-0.6, 0.2}};
  for (const Engine engine : kEngines) {
    const Seen seen = enumerate(X, with_engine(engine));
    EXPECT_EQ(seen.info.cells(), 2u);
    EXPECT_EQ(seen.cells, (std::vector<PatternText>{"1011"}));
    EXPECT_EQ(seen.info.proof, CompletenessProof::kGeneralPosition);
  }
}

TEST(EnumerateCells, StopsAtTheCellLimit) {
  const Matrix X = resonance(4).X;
  const std::vector<PatternText> all = exact_cells(X);
  for (const Engine engine : kEngines) {
    EnumerationSettings settings = with_engine(engine);
    for (const std::uint64_t limit : {0u, 1u, 2u, 3u, 17u, 64u}) {
      settings.max_cells = limit;
      const Seen seen = enumerate(X, settings);
      EXPECT_EQ(seen.info.status, EnumerationStatus::kCellLimit) << limit;
      EXPECT_FALSE(seen.info.complete());
      EXPECT_EQ(seen.info.proof, CompletenessProof::kNone);
      EXPECT_EQ(seen.info.cells(), limit / 2 * 2);
      expect_distinct_cells(seen, all);
    }
    // Twins: a limit that is met exactly, or by one more, is not in the way.
    for (const std::uint64_t more : {0u, 1u}) {
      settings.max_cells = all.size() + more;
      EXPECT_TRUE(enumerate(X, settings).info.complete());
    }
    settings.max_cells = all.size() - 1;
    EXPECT_EQ(enumerate(X, settings).info.status, EnumerationStatus::kCellLimit);
  }
}

TEST(EnumerateCells, StopsWhenTheSinkHasEnough) {
  Random random(805);
  const Matrix X = gaussian_rows(random, 60, 4);
  for (const Engine engine : kEngines) {
    const Seen seen = enumerate(X, with_engine(engine), 1);
    EXPECT_EQ(seen.info.status, EnumerationStatus::kSinkStopped);
    EXPECT_EQ(seen.info.proof, CompletenessProof::kNone);
    EXPECT_LT(seen.info.cells(), cells_in_general_position(60, 4).to_uint64());
    EXPECT_EQ(std::adjacent_find(seen.cells.begin(), seen.cells.end()), seen.cells.end());
  }
}

TEST(EnumerateCells, ObeysDeadlineAndCancellation) {
  Random random(806);
  const Matrix X = gaussian_rows(random, 40, 5);
  for (const Engine engine : kEngines) {
    EnumerationSettings late = with_engine(engine);
    late.control.deadline = Deadline::after(0);
    EnumerationSettings cancelled = with_engine(engine);
    cancelled.control.cancellation.cancel();
    EnumerationSettings witnessed = cancelled;
    witnessed.witnesses = true;
    for (const EnumerationSettings& settings : {late, cancelled, witnessed}) {
      const Seen seen = enumerate(X, settings);
      EXPECT_EQ(seen.info.status, EnumerationStatus::kStopped);
      EXPECT_EQ(seen.info.proof, CompletenessProof::kNone);
      EXPECT_LT(seen.info.cells(), cells_in_general_position(40, 5).to_uint64());
      EXPECT_EQ(std::adjacent_find(seen.cells.begin(), seen.cells.end()), seen.cells.end());
    }
  }
}

TEST(EnumerateCells, WitnessesAreExactlyInside) {
  Random random(807);
  const std::vector<std::string> thick = {"bias",           "denormal",       "duplicates",
                                          "gaussian",       "part of a grid", "rank deficient",
                                          "small integers", "signs"};
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = hard_arrangement(random, 8, 4);
    const HyperplaneArrangement arrangement(X);
    for (const Engine engine : kEngines) {
      EnumerationSettings settings = with_engine(engine);
      settings.witnesses = true;
      const auto [list, info] = list_cells(arrangement, settings);
      ASSERT_TRUE(info.complete());
      ASSERT_EQ(list.witnesses.size(), static_cast<std::size_t>(list.size() * X.cols()));
      std::uint64_t without = 0;
      for (Index c = 0; c < list.size(); ++c) {
        const Vector u = Eigen::Map<const Vector>(list.witnesses.data() + c * X.cols(), X.cols());
        if (u.hasNaN()) {
          ++without;
        } else {
          ASSERT_TRUE(exactly_inside(X, to_text(list.pattern(c), X.rows()), u)) << kind << "\n"
                                                                                << X;
        }
      }
      ASSERT_EQ(without, info.missing_witnesses);
      // Only slivers may be too thin for doubles.
      if (std::find(thick.begin(), thick.end(), kind) != thick.end()) {
        ASSERT_EQ(without, 0u) << kind << "\n" << X;
      }
    }
  }
}

TEST(EnumerateCells, RefusesWhatItCannotDo) {
  const HyperplaneArrangement arrangement(Matrix(Matrix::Identity(3, 3)));
  const auto run = [&](const EnumerationSettings& settings) {
    return enumerate_cells(arrangement, settings, [](const CellBlock&) { return true; });
  };
  EnumerationSettings settings;
  settings.threads = 0;
  EXPECT_THROW(static_cast<void>(run(settings)), InvalidArgument);
  settings = with_engine(Engine::kSignTree);
  settings.range = {1, 2};
  EXPECT_THROW(static_cast<void>(run(settings)), InvalidArgument);
  settings.engine = Engine::kVertexPencil;
  EXPECT_EQ(run(settings).status, EnumerationStatus::kRangeComplete);
  settings = with_engine(Engine::kVertexPencil);
  settings.constraints.signs = {{0, Sign::kPlus}};
  EXPECT_THROW(static_cast<void>(run(settings)), InvalidArgument);
  settings.engine = Engine::kSignTree;
  EXPECT_EQ(run(settings).cells(), 4u);
  settings.engine = Engine::kAutomatic;
  EXPECT_EQ(run(settings).engine, Engine::kSignTree);
  settings.range = {0, 1};
  EXPECT_THROW(static_cast<void>(run(settings)), InvalidArgument);
  settings = {};
  settings.constraints.cone = Matrix::Ones(1, 2);
  EXPECT_THROW(static_cast<void>(run(settings)), InvalidArgument);
}

/// More cells than anybody can list, of which some are wanted.
TEST(EnumerateCells, HighRankTakesTheSignTree) {
  const Matrix X = Matrix::Identity(70, 70);
  EnumerationSettings settings;
  settings.max_cells = 10;
  const Seen seen = enumerate(X, settings);
  EXPECT_EQ(seen.info.engine, Engine::kSignTree);
  EXPECT_EQ(seen.info.status, EnumerationStatus::kCellLimit);
  EXPECT_EQ(seen.info.cells(), 10u);
  settings.range = {1, 2};
  EXPECT_THROW(static_cast<void>(enumerate(X, settings)), InvalidArgument);
  settings = with_engine(Engine::kVertexPencil);
  EXPECT_THROW(static_cast<void>(enumerate(X, settings)), InvalidArgument);
}

TEST(EnumerateCells, ProofsSayWhatWasProved) {
  Random random(808);
  const HyperplaneArrangement general(gaussian_rows(random, 9, 3));
  const HyperplaneArrangement degenerate(resonance(3).X);
  for (const Engine engine : kEngines) {
    EnumerationInfo info = list_cells(general, with_engine(engine)).second;
    EXPECT_EQ(info.proof, CompletenessProof::kGeneralPosition);
    EXPECT_TRUE(confirm_count(general, info));
    EXPECT_EQ(info.proof, CompletenessProof::kGeneralPosition);

    info = list_cells(degenerate, with_engine(engine)).second;
    EXPECT_EQ(info.proof, CompletenessProof::kExactAccounting);
    EnumerationInfo lost = info;
    --lost.delivered;
    EXPECT_FALSE(confirm_count(degenerate, lost));
    EXPECT_EQ(lost.proof, CompletenessProof::kExactAccounting);
    EnumerationInfo hasty = info;
    EXPECT_TRUE(confirm_count(degenerate, hasty, 0));
    EXPECT_EQ(hasty.proof, CompletenessProof::kExactAccounting);
    EXPECT_TRUE(confirm_count(degenerate, info));
    EXPECT_EQ(info.proof, CompletenessProof::kCharacteristicPolynomial);
  }
}

/// A flag that is not generic for this arrangement.
TEST(EnumerateCells, ListsInSpiteOfAnUnluckyFlag) {
  const Matrix X = grid_with_bias(4, 2);
  const HyperplaneArrangement arrangement(X);
  const auto status = [&](std::uint64_t seed) {
    return enumerate_cells(arrangement, with_engine(Engine::kVertexPencil, seed),
                           [](const CellBlock&) { return true; })
        .status;
  };
  // About one seed in a thousand.
  std::uint64_t unlucky = 0;
  while (unlucky < 20'000 && status(unlucky) == EnumerationStatus::kComplete) ++unlucky;
  ASSERT_EQ(status(unlucky), EnumerationStatus::kUnluckyFlag);
  EXPECT_EQ(listed_cells(X, with_engine(Engine::kVertexPencil, unlucky)), exact_cells(X));
}

TEST(EnumerateCells, AnUnprovedRankProvesNothingComplete) {
  // Rank 34 in R^36: deficient, and too large for the exact proof. All signs prescribed, one cell.
  Random random(5);
  Matrix X(36, 36);
  for (double& entry : X.reshaped()) entry = static_cast<double>(random.below(7)) - 3;
  X.col(34) = X.col(0);
  X.col(35) = X.col(1);
  const HyperplaneArrangement arrangement(X);
  ASSERT_EQ(arrangement.rank(), 34);
  ASSERT_FALSE(arrangement.rank_proved());
  const Vector values = X * random.direction(36);
  EnumerationSettings settings;
  for (Index i = 0; i < 36; ++i) settings.constraints.signs.emplace_back(i, sign_of(values[i]));
  const auto [cells, info] = list_cells(arrangement, settings);
  EXPECT_EQ(cells.size(), 1);
  EXPECT_EQ(info.status, EnumerationStatus::kComplete);
  EXPECT_EQ(info.proof, CompletenessProof::kNone);
  EXPECT_FALSE(info.complete());
}

}  // namespace
}  // namespace thalweg::testing
