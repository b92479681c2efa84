#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>

#include "landscape/dyadic_instance.hpp"
#include "landscape/rational_solver.hpp"
#include "thalweg/landscape/optimal_set.hpp"

/// The dyadic instances with one number moved by an ulp or by 1e-9: most degeneracies are gone, and
/// what is still claimed must hold for the moved data.
namespace thalweg {
namespace {

using testing::DyadicInstance;
using testing::Exact;
using testing::ExactDirection;

struct Moved {
  Matrix X;
  Vector y;
  double beta = 0;

  [[nodiscard]] TrainingProblem problem() const { return {X, y, beta, Loss::squared()}; }
};

enum class Target { kRow, kTarget, kBeta };

double next_double(double value) { return std::nextafter(value, 2 * value); }
double bit_more(double value) { return value + 1e-9; }

Moved moved(const DyadicInstance& instance, Target target, Random& random, double (*move)(double)) {
  Moved result{instance.X, instance.y, instance.beta};
  double* entry = &result.beta;
  const auto choose = [&](auto values) {
    do {
      entry = &values[static_cast<Index>(random.below(static_cast<std::uint64_t>(values.size())))];
    } while (*entry == 0);
  };
  if (target == Target::kRow) choose(result.X.reshaped());
  if (target == Target::kTarget) choose(Eigen::Map<Vector>(result.y.data(), result.y.size()));
  *entry = move(*entry);
  return result;
}

/// A rational claim by the optimality conditions, with all sign vectors listed: exact.
void expect_rational_claim(const Moved& data, const OptimalSet& set) {
  const auto found = testing::solve_rational(data.problem());
  ASSERT_TRUE(found.has_value());
  const std::vector<Exact> rows = testing::exact_rows(data.X);
  const auto [square, directions] = testing::dual_norm_square(rows, found->dual);
  const mpq_class beta(data.beta);
  EXPECT_EQ(square, beta * beta);
  ASSERT_EQ(directions.size(), set.atoms.size());
  testing::RationalSystem system{
      testing::RationalMatrix(data.X.rows(), static_cast<Index>(directions.size())), {}};
  for (Index i = 0; i < data.y.size(); ++i) {
    system.b.push_back(mpq_class(data.y[i]) - found->dual[static_cast<std::size_t>(i)]);
  }
  for (std::size_t q = 0; q < directions.size(); ++q) {
    const Exact a = testing::exact_activation(rows, directions[q], beta);
    for (std::size_t i = 0; i < a.size(); ++i) {
      system.A(static_cast<Index>(i), static_cast<Index>(q)) = a[i];
    }
  }
  const auto vertices = testing::brute_force_vertices(system);
  EXPECT_FALSE(vertices.empty());  // y = A z + nu for some z >= 0: nu is optimal
  EXPECT_EQ(set.polytope.supports.size(), vertices.size());
  std::size_t least = directions.size();
  std::size_t most = 0;
  for (const auto& [support, masses] : vertices) {
    least = std::min(least, support.size());
    most = std::max(most, support.size());
  }
  EXPECT_EQ(set.unique == Uniqueness::kYes, vertices.size() == 1);
  EXPECT_EQ(set.m_star_lower, static_cast<Index>(least));
  EXPECT_EQ(set.m_star_upper, static_cast<Index>(least));
  EXPECT_EQ(set.M_star_lower, static_cast<Index>(most));
  EXPECT_EQ(set.M_star_upper, static_cast<Index>(most));
}

/// Uniqueness by independent activations: all directions that may be optimal given the radius of
/// the dual, from the list of sign vectors, are atoms and independent.
void expect_unique_claim(const Moved& data, const OptimalSet& set) {
  const double reach = set.radius * data.X.norm() + 1e-14 * data.beta;
  EXPECT_LE(reach, 1e-10 * data.beta);
  Exact nu;
  for (const double value : set.dual) nu.emplace_back(value);
  std::vector<Vector> columns;
  const std::vector<Exact> rows = testing::exact_rows(data.X);
  for (const ExactDirection& direction : testing::stationary_directions(rows, nu)) {
    const double value = std::sqrt(direction.square.get_d());
    EXPECT_LE(value, data.beta + reach);
    if (value < data.beta - reach) continue;
    const Exact a = testing::exact_activation(rows, direction, value);
    Vector& column = columns.emplace_back(static_cast<Index>(a.size()));
    for (Index i = 0; i < column.size(); ++i) column[i] = a[static_cast<std::size_t>(i)].get_d();
  }
  ASSERT_FALSE(columns.empty());
  EXPECT_LE(columns.size(), set.atoms.size());
  Matrix A(data.X.rows(), static_cast<Index>(columns.size()));
  for (Index q = 0; q < A.cols(); ++q) A.col(q) = columns[static_cast<std::size_t>(q)];
  const Eigen::JacobiSVD<Matrix> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
  ASSERT_GT(svd.singularValues().minCoeff(), 1e-6);
  const Vector fit = data.y - set.dual;
  const Vector z = svd.solve(fit);
  EXPECT_LE((A * z - fit).norm(), 1e-9 * fit.norm());
  const double zero = 1e-13 * z.lpNorm<Eigen::Infinity>();
  const Index sure = (z.array() > zero).count();
  EXPECT_GE(z.minCoeff(), -zero);
  EXPECT_LE(set.m_star_lower, sure);
  EXPECT_GE(set.M_star_upper, sure);
  if (set.level == ClaimLevel::kExact) {
    EXPECT_EQ(set.m_star_lower, set.M_star_upper);
  }
}

struct Outcome {
  int rational = 0;
  int unique = 0;
  int possible = 0;
};

Outcome check_all(Target target, double (*move)(double)) {
  Outcome outcome;
  for (std::size_t k = 0; k < testing::dyadic_instances().size(); ++k) {
    SCOPED_TRACE("seed " + std::to_string(testing::kDyadicSeeds[k]));
    Random random(k);
    const Moved data = moved(testing::dyadic_instances()[k], target, random, move);
    const OptimalSet set = optimal_set(data.problem(), {});
    switch (set.proof) {
      case PolytopeProof::kRational:
        ++outcome.rational;
        EXPECT_EQ(set.level, ClaimLevel::kExact);
        expect_rational_claim(data, set);
        break;
      case PolytopeProof::kIndependent:
        ++outcome.unique;
        EXPECT_EQ(set.unique, Uniqueness::kYes);
        expect_unique_claim(data, set);
        break;
      case PolytopeProof::kNone:
        ++outcome.possible;
        EXPECT_EQ(set.level, ClaimLevel::kPossible);
        EXPECT_EQ(set.unique, Uniqueness::kPossible);
        break;
      default:
        ADD_FAILURE() << describe(set.proof);
    }
  }
  return outcome;
}

TEST(DyadicNearMiss, TargetMovedByAnUlp) {
  // Where the fit is inside the cone of the atoms nu* stays.
  const Outcome outcome = check_all(Target::kTarget, next_double);
  EXPECT_GT(outcome.rational, 0);
  EXPECT_GT(outcome.possible, 0);
}

TEST(DyadicNearMiss, TargetMovedALittle) {
  const Outcome outcome = check_all(Target::kTarget, bit_more);
  EXPECT_GT(outcome.rational, 0);
  EXPECT_GT(outcome.possible, 0);
}

TEST(DyadicNearMiss, RowMovedByAnUlp) {
  const Outcome outcome = check_all(Target::kRow, next_double);
  EXPECT_GT(outcome.possible, 0);
}

TEST(DyadicNearMiss, RowMovedALittle) {
  const Outcome outcome = check_all(Target::kRow, bit_more);
  EXPECT_GT(outcome.unique, 0);
  EXPECT_GT(outcome.possible, 0);
}

TEST(DyadicNearMiss, PenaltyMovedByAnUlp) {
  const Outcome outcome = check_all(Target::kBeta, next_double);
  EXPECT_GT(outcome.rational, 0);
}

}  // namespace
}  // namespace thalweg
