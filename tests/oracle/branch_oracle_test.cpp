#include "thalweg/oracle/branch_oracle.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "branch_forms.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::constrained_form;
using testing::max_pooling_form;
using testing::nuclear_form;
using testing::path_form;
using testing::random_matrix;
using testing::random_vector;
using testing::residual_form;
using testing::sampled_maximum;
using testing::tied_form;

std::vector<BranchForm> deep_forms() {
  const Matrix X = random_matrix(5, 2, 1);
  const Matrix signals = random_matrix(5, 4, 2);
  return {path_form(X, {1, -1}),
          constrained_form(X, {1, -1}),
          path_form(X, {1, 1, -1}),
          constrained_form(X, {1, -1, -1}),
          residual_form(X),
          max_pooling_form(signals, 2),
          nuclear_form(signals, 3, {1, 1}),
          nuclear_form(signals, 3, {1, -1})};
}

TEST(BranchOracle, ClosesTheGapOfEveryKindOfForm) {
  std::uint64_t seed = 10;
  for (const BranchForm& form : deep_forms()) {
    const BranchOracle oracle(form);
    const Vector nu = random_vector(5, ++seed);
    const BranchNormResult result = oracle.maximise(nu, {});
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_LE(result.lower, result.upper);
    EXPECT_LE(result.upper, (1 + 1e-6) * result.lower);
    ASSERT_FALSE(result.maximisers.empty());
    const BranchMaximiser& best = result.maximisers.front();
    EXPECT_EQ(best.value, result.lower);
    EXPECT_NEAR(form.norm().value(best.w), 1, 1e-12);
    EXPECT_NEAR(to_double(best.sign) * nu.dot(form.evaluate(best.w).outputs), best.value,
                1e-12 * best.value);
    const BranchPiece piece = form.piece(best.pattern);
    EXPECT_GE((piece.cone * best.w).minCoeff(), -1e-6);
    EXPECT_NEAR(to_double(best.sign) * nu.dot(piece.map * best.w), best.value, 1e-5 * best.value);
  }
}

/// Means have factors that are no powers of two, and what rounds there may be all that is left.
TEST(BranchOracle, CountsTheRoundingOfFactorsTimesDuals) {
  BranchForm form(2, BlockNorm::l2(1));
  form.add_relu(0, Vector::Ones(1), 1.0 / 3);
  form.add_relu(1, Vector::Ones(1), -1);
  const BranchOracle oracle(form);
  // 3 * (1.0 / 3) = 1 - 2^-54 exactly, 1 when rounded.
  const double exact = 15 * 0x1p-54;
  const Vector nu = (Vector(2) << 3, 1 - 0x1p-50).finished();
  for (const double threshold : {0.0, exact * (1 - 0x1p-40), exact * (1 + 0x1p-40)}) {
    BranchNormSettings settings;
    settings.threshold = threshold;
    const BranchNormResult result = oracle.maximise(nu, settings);
    EXPECT_LE(result.lower, exact);
    EXPECT_GE(result.upper, exact);
    EXPECT_FALSE(threshold < exact && result.status == DualNormStatus::kThresholdHolds);
    EXPECT_FALSE(threshold > exact && result.status == DualNormStatus::kThresholdExceeded);
  }
  for (const BranchMaximiser& at : oracle.climb(nu, 0, 4, 1)) EXPECT_LE(at.value, exact);
  EXPECT_EQ(oracle.maximise((Vector(2) << 1.5, 0.25).finished(), {}).status,
            DualNormStatus::kClosed);
}

TEST(BranchOracle, NoBlockIsAboveTheUpperBound) {
  std::uint64_t seed = 30;
  for (const BranchForm& form : deep_forms()) {
    if (form.norm().is_nuclear()) continue;  // random blocks are not in its domain
    const Vector nu = random_vector(5, ++seed);
    const double upper = BranchOracle(form).maximise(nu, {}).upper;
    EXPECT_LE(sampled_maximum(form, nu, 5000, seed), upper);
  }
}

TEST(BranchOracle, CompanionsRestrictTheDomain) {
  const Matrix signals = random_matrix(5, 4, 2);
  const Vector nu = random_vector(5, 3);
  const BranchForm tied = tied_form(signals, 3, {1, -1}, BlockNorm::l2(6));
  const BranchNormResult result = BranchOracle(tied).maximise(nu, {});
  for (const BranchMaximiser& maximiser : result.maximisers) {
    for (const BranchForm::Unit& unit : tied.units()) {
      const double first = tied.row(unit.first_row).dot(maximiser.w);
      const double second = tied.row(unit.first_row + 1).dot(maximiser.w);
      EXPECT_GE(first * second, -1e-9);
    }
  }
  // Rank-one blocks are in the domain, and the same form without companions has a larger one.
  Random random(4);
  for (int k = 0; k < 2000; ++k) {
    const Vector u = random.direction(3);
    const double share = random.uniform();
    Vector w(6);
    w << share * u, (1 - share) * u;
    const double value = std::abs(nu.dot(tied.evaluate(w).outputs)) / tied.norm().value(w);
    EXPECT_LE(value, result.upper);
  }
  BranchForm free(5, BlockNorm::l2(6));
  for (const BranchForm::Unit& unit : tied.units()) {
    free.add_relu(unit.sample, tied.row(unit.first_row), unit.output);
  }
  const Vector outside = BranchOracle(free).maximise(nu, {}).maximisers.front().w;
  EXPECT_GT(std::abs(nu.dot(tied.evaluate(outside).outputs)), 1.01 * result.upper);
  // A start outside is left out.
  EXPECT_TRUE(BranchOracle(tied).climb(nu, result.upper, 4, 1, {outside}).empty());
}

TEST(BranchOracle, ShallowFormsAreTheDualOracle) {
  const Matrix X = random_matrix(8, 3, 5);
  BranchForm form(4, BlockNorm::l2(3));
  for (Index i = 0; i < 8; ++i) form.add_relu(i / 2, X.row(i).transpose(), i % 2 == 0 ? 1 : -0.5);
  ASSERT_TRUE(form.is_shallow());
  const Vector nu = random_vector(4, 6);
  const BranchNormResult result = BranchOracle(form).maximise(nu, {});
  const DualNormResult scalar = DualOracle(X).maximise(form.shallow_dual(nu), {});
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_EQ(result.lower, scalar.lower);
  EXPECT_EQ(result.upper, scalar.upper);
  EXPECT_EQ(result.maximisers.front().pattern, form.evaluate(result.maximisers.front().w).pattern);
}

TEST(BranchOracle, DecidesThresholdsBothWays) {
  std::uint64_t seed = 50;
  for (const BranchForm& form : deep_forms()) {
    const BranchOracle oracle(form);
    const Vector nu = random_vector(5, ++seed);
    const double sigma = oracle.maximise(nu, {}).lower;
    BranchNormSettings settings;
    settings.threshold = 1.001 * sigma;
    const BranchNormResult holds = oracle.maximise(nu, settings);
    EXPECT_EQ(holds.status, DualNormStatus::kThresholdHolds);
    EXPECT_LE(holds.upper, settings.threshold);
    EXPECT_GE(holds.upper, sigma);
    settings.threshold = 0.999 * sigma;
    const BranchNormResult exceeded = oracle.maximise(nu, settings);
    EXPECT_EQ(exceeded.status, DualNormStatus::kThresholdExceeded);
    EXPECT_GT(exceeded.lower, settings.threshold);
    EXPECT_GE(exceeded.upper, sigma);
  }
}

TEST(BranchOracle, StoppedSearchesHaveValidBounds) {
  const BranchOracle oracle(path_form(random_matrix(8, 3, 7), {1, -1}));
  const Vector nu = random_vector(8, 8);
  const double sigma = oracle.maximise(nu, {}).lower;
  BranchNormSettings settings;
  settings.control.cancellation.cancel();
  const BranchNormResult stopped = oracle.maximise(nu, settings);
  EXPECT_EQ(stopped.status, DualNormStatus::kLimit);
  EXPECT_TRUE(std::isfinite(stopped.upper));
  EXPECT_GE(stopped.upper, sigma);
  EXPECT_LE(stopped.lower, sigma * (1 + 1e-12));
}

TEST(BranchOracle, FollowsScalingAndTheOrderOfSamples) {
  const Matrix X = random_matrix(6, 2, 9);
  const Vector nu = random_vector(6, 10);
  const double sigma = BranchOracle(constrained_form(X, {1, -1})).maximise(nu, {}).lower;
  const auto close = [sigma](double other, double factor) {
    EXPECT_NEAR(other, factor * sigma, 2e-6 * factor * sigma);
  };
  close(BranchOracle(constrained_form(X, {1, -1})).maximise(-3 * nu, {}).lower, 3);
  close(BranchOracle(constrained_form(0.25 * X, {1, -1})).maximise(nu, {}).lower, 0.25);
  close(BranchOracle(constrained_form(X.colwise().reverse(), {1, -1}))
            .maximise(nu.reverse(), {})
            .lower,
        1);
  close(BranchOracle(constrained_form(X, {-1, 1})).maximise(nu, {}).lower, 1);
  close(BranchOracle(testing::three_layer(X, {1, -1}, BlockNorm::groups({{0, 2, 2}, {2, 2, 2}})))
            .maximise(nu, {})
            .lower,
        0.5);
}

TEST(BranchOracle, IsDeterministic) {
  const BranchOracle oracle(path_form(random_matrix(6, 2, 11), {1, 1, -1}));
  const Vector nu = random_vector(6, 12);
  const BranchNormResult first = oracle.maximise(nu, {});
  const BranchNormResult second = oracle.maximise(nu, {});
  EXPECT_EQ(first.upper, second.upper);
  EXPECT_EQ(first.nodes, second.nodes);
  ASSERT_EQ(first.maximisers.size(), second.maximisers.size());
  EXPECT_EQ(first.maximisers.front().w, second.maximisers.front().w);
}

TEST(BranchOracle, ClimbReturnsDistinctMaximisersAboveTheThreshold) {
  const BranchOracle oracle(path_form(random_matrix(8, 2, 13), {1, -1}));
  const Vector nu = random_vector(8, 14);
  const std::vector<BranchMaximiser> all = oracle.climb(nu, 0, 6, 1);
  ASSERT_GE(all.size(), 2u);
  ASSERT_LE(all.size(), 6u);
  for (std::size_t k = 1; k < all.size(); ++k) {
    EXPECT_LE(all[k].value, all[k - 1].value);
    for (std::size_t j = 0; j < k; ++j) {
      EXPECT_TRUE(all[k].sign != all[j].sign || (all[k].w - all[j].w).norm() > 1e-2);
    }
  }
  const double threshold = 0.5 * (all[0].value + all[1].value);
  for (const BranchMaximiser& one : oracle.climb(nu, threshold, 6, 1)) {
    EXPECT_GT(one.value, threshold);
  }
  EXPECT_TRUE(oracle.climb(nu, 1.01 * oracle.maximise(nu, {}).upper, 6, 1).empty());
}

TEST(BranchOracle, ClimbNeverFallsBelowItsStart) {
  const BranchForm form = constrained_form(random_matrix(7, 3, 15), {1, -1});
  const Vector nu = random_vector(7, 16);
  Random random(17);
  for (int k = 0; k < 10; ++k) {
    const Vector start = random.direction(6);
    const double value = std::abs(nu.dot(form.evaluate(start).outputs)) / form.norm().value(start);
    const auto found = BranchOracle(form).climb(nu, 0, 1, 18, {start});
    ASSERT_FALSE(found.empty());
    EXPECT_GE(found.front().value, value * (1 - 1e-12));
  }
}

TEST(BranchOracle, FormsWithoutValueAreClosedAtZero) {
  const BranchForm form = path_form(random_matrix(4, 2, 19), {1, -1});
  const BranchNormResult zero = BranchOracle(form).maximise(Vector::Zero(4), {});
  EXPECT_EQ(zero.status, DualNormStatus::kClosed);
  EXPECT_EQ(zero.upper, 0);
  const BranchNormResult none =
      BranchOracle(BranchForm(4, BlockNorm::l2(2))).maximise(random_vector(4, 20), {});
  EXPECT_EQ(none.status, DualNormStatus::kClosed);
  EXPECT_EQ(none.upper, 0);
}

TEST(BranchOracle, RejectsArgumentsThatDoNotFit) {
  const BranchOracle oracle(path_form(random_matrix(4, 2, 21), {1, -1}));
  Vector bad = random_vector(4, 22);
  EXPECT_NO_THROW((void)oracle.maximise(bad, {}));
  EXPECT_THROW((void)oracle.maximise(random_vector(5, 23), {}), InvalidArgument);
  EXPECT_THROW((void)oracle.climb(bad, 0, 1, 1, {Vector::Ones(3)}), InvalidArgument);
  bad[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)oracle.maximise(bad, {}), InvalidArgument);
  EXPECT_THROW((void)oracle.climb(bad, 0, 1, 1), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
