#include "arrangement/circuit_pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "arrangement/sign_tree_proof.hpp"
#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::sign_tree {
namespace {

constexpr Sign kPlus = Sign::kPlus;
constexpr Sign kMinus = Sign::kMinus;

TEST(CircuitPool, ExcludesWhatContainsARelationOrItsNegative) {
  for (const Index rows : {6, 64, 130}) {
    CircuitPool pool(rows);
    std::vector<PatternWord> pattern(static_cast<std::size_t>(pattern_words(rows)), 0);
    EXPECT_FALSE(pool.excludes(pattern.data(), 5, kPlus));
    const Relation relation = {{1, kPlus}, {3, kMinus}, {5, kMinus}};
    pool.learn(relation);
    pattern[0] = 0b00010;
    EXPECT_TRUE(pool.excludes(pattern.data(), 5, kMinus));
    EXPECT_FALSE(pool.excludes(pattern.data(), 5, kPlus));
    EXPECT_FALSE(pool.excludes(pattern.data(), 4, kMinus)) << "other last row";
    pattern[0] = 0b11111;
    EXPECT_FALSE(pool.excludes(pattern.data(), 5, kMinus));
    pattern[0] = 0b01101;
    EXPECT_TRUE(pool.excludes(pattern.data(), 5, kPlus)) << "the negative";
  }
}

TEST(CircuitPool, SeesEveryWord) {
  CircuitPool pool(200);
  const Relation relation = {{0, kPlus}, {70, kPlus}, {199, kPlus}};
  pool.learn(relation);
  std::vector<PatternWord> pattern = {1, PatternWord{1} << 6, 0, 0};
  EXPECT_TRUE(pool.excludes(pattern.data(), 199, kPlus));
  pattern[1] = 0;
  EXPECT_FALSE(pool.excludes(pattern.data(), 199, kPlus));
}

TEST(CircuitPool, AFullLevelForgetsButNeverInvents) {
  CircuitPool pool(40);
  Random random(4);
  for (int round = 0; round < 5000; ++round) {
    Relation relation = {{39, kPlus}};
    for (Index row = 0; row < 20; ++row) {
      relation.emplace_back(row, random.below(2) != 0 ? kPlus : kMinus);
    }
    pool.learn(relation);
    PatternWord pattern = 0;
    for (const auto& [row, sign] : relation) {
      if (row < 39 && sign == kPlus) pattern |= PatternWord{1} << row;
    }
    EXPECT_TRUE(pool.excludes(&pattern, 39, kPlus));
  }
  EXPECT_LE(pool.size(), 1024);
  // All relations begin with the rows 0..19; a pattern that agrees with none of them passes.
  pool = CircuitPool(40);
  pool.learn(Relation{{0, kPlus}, {1, kPlus}, {39, kPlus}});
  const PatternWord other = 0b01;
  EXPECT_FALSE(pool.excludes(&other, 39, kPlus));
}

class RelationProofTest : public ::testing::Test {
 protected:
  [[nodiscard]] static bool proves(const Matrix& A, const std::vector<double>& factors) {
    const TreeRows rows = tree_rows(A);
    RelationProof proof(rows);
    Relation relation;
    std::vector<double> of_unit_rows;
    for (Index i = 0; i < A.rows(); ++i) {
      relation.emplace_back(i, kPlus);
      of_unit_rows.push_back(factors[static_cast<std::size_t>(i)] * A.row(i).norm());
    }
    return proof.prove(relation, of_unit_rows);
  }
};

TEST_F(RelationProofTest, IntegerRows) {
  Matrix A{{1, 0, 0, 0}, {1, 1, 0, 0}, {-3, -1, 0, 0}};
  EXPECT_TRUE(proves(A, {2, 1, 1}));
  A(2, 2) = 1;
  EXPECT_FALSE(proves(A, {2, 1, 1}));
}

TEST_F(RelationProofTest, AsManyRowsAsDimensionsPlusOne) {
  Random random(8);
  for (int round = 0; round < 50; ++round) {
    Matrix A(5, 4);
    std::vector<double> factors;
    for (Index i = 0; i < 4; ++i) {
      A.row(i) = random.direction(4);
      factors.push_back(0.1 + random.uniform());
    }
    A.row(4).setZero();
    for (Index i = 0; i < 4; ++i) A.row(4) -= factors[static_cast<std::size_t>(i)] * A.row(i);
    factors.push_back(1);
    EXPECT_TRUE(proves(A, factors));
    // The true factor of row 0 becomes negative, whatever is claimed.
    A.row(4) += 1.5 * factors[0] * A.row(0);
    EXPECT_FALSE(proves(A, factors));
  }
}

TEST_F(RelationProofTest, RoundedDecimals) {
  const double tenth = 0.1;
  Matrix A{{tenth, 0, 0}, {0, tenth, 0}, {-2 * tenth, -tenth, 0}};
  EXPECT_TRUE(proves(A, {2, 1, 1}));
  A(2, 1) = std::nextafter(A(2, 1), 0.0);
  EXPECT_TRUE(proves(A, {2, 1, 1})) << "still in the plane of the other two";
  A(2, 2) = 1e-300;
  EXPECT_FALSE(proves(A, {2, 1, 1}));
}

}  // namespace
}  // namespace thalweg::sign_tree
