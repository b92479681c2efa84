#include "oracle/sign_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "oracle/brute_force.hpp"
#include "oracle/cell_bound.hpp"
#include "oracle/moment_program.hpp"

namespace thalweg::oracle {
namespace {

using testing::brute_force_dual_norm;
using testing::random_data;
using testing::random_dual;

double value_at(const ScaledRows& rows, const Vector& u) {
  double sum = 0;
  for (Index j = 0; j < rows.count(); ++j) {
    const double t = std::max(0.0, rows.Y.col(j).dot(u));
    sum += rows.positive[static_cast<std::size_t>(j)] ? t : -t;
  }
  return sum;
}

bool contains(const ScaledRows& rows, const SignCell& cell, const Vector& u) {
  for (Index j = 0; j < rows.count(); ++j) {
    const double t = rows.Y.col(j).dot(u);
    if (t < -cell.below[j] - 1e-14 || t > cell.above[j] + 1e-14) return false;
  }
  return true;
}

/// A cell around `u`: every row keeps all, is cut at 0, or gets an interval around its value.
SignCell cell_around(const ScaledRows& rows, const Vector& u, Random& random) {
  SignCell cell{rows.norm, rows.norm, {}};
  for (Index j = 0; j < rows.count(); ++j) {
    const double t = rows.Y.col(j).dot(u);
    const std::uint64_t kind = random.below(3);
    if (kind == 1) (t > 0 ? cell.below : cell.above)[j] = 0;
    if (kind == 2) {
      const double reach = random.uniform() * rows.norm[j];
      cell.above[j] = std::clamp(t + reach, 0.01 * rows.norm[j], rows.norm[j]);
      cell.below[j] = std::clamp(reach - t, 0.0, rows.norm[j]);
    }
    if (cell.decided(j) && cell.split.size() < 4) cell.split.push_back(j);
  }
  return cell;
}

/// Any multipliers that the lemma allows.
CellMultipliers random_multipliers(const ScaledRows& rows, const SignCell& cell, Random& random) {
  const Vector zero = Vector::Zero(rows.count());
  CellMultipliers result{zero, zero, zero, zero,
                         Vector::Zero(static_cast<Index>(cell.pairs().size()))};
  for (Index p = 0; p < result.rho.size(); ++p) result.rho[p] = random.uniform();
  for (Index j = 0; j < rows.count(); ++j) {
    if (random.below(2) == 0) result.pi[j] = 3 * random.uniform();
    if (cell.decided(j)) continue;
    if (rows.positive[static_cast<std::size_t>(j)]) {
      result.omega[j] = std::exp(2 * random.normal());
    } else {
      result.psi[j] = random.uniform();
      result.sigma[j] = (2 * random.uniform() - 1) * (1 - result.psi[j]);
    }
  }
  return result;
}

struct Instance {
  Matrix X;
  Vector nu;
  ScaledRows rows;
  Vector u;  ///< unit, in the cell
  SignCell cell;
};

Instance random_instance(int number, Random& random) {
  const auto n = static_cast<Index>(3 + random.below(20));
  const auto d = static_cast<Index>(2 + random.below(5));
  Instance result{random_data(n, d, number, random), random_dual(n, false, random), {}, {}, {}};
  result.rows = scale_rows(result.X, result.nu);
  result.u = random.direction(d);
  result.cell = cell_around(result.rows, result.u, random);
  return result;
}

Vector near(const Vector& u, Random& random) {
  return (u + 0.7 * random.uniform() * random.direction(u.size())).normalized();
}

TEST(CellBound, MajorantAndItsProvedMaximumAreAboveTheFunctionOnTheCell) {
  Random random(41);
  int inside = 0;
  for (int number = 0; number < 150; ++number) {
    const Instance instance = random_instance(number, random);
    if (instance.rows.count() == 0) continue;
    const CellMultipliers multipliers = random_multipliers(instance.rows, instance.cell, random);
    const CellMajorant majorant = cell_majorant(instance.rows, instance.cell, multipliers);
    const double multiplier = estimate_maximum(majorant).multiplier;
    const CellBound bound = prove_bound(majorant, multiplier);
    ASSERT_TRUE(std::isfinite(bound.value));
    for (int sample = 0; sample < 60; ++sample) {
      const Vector u = sample == 0 ? instance.u : near(instance.u, random);
      if (!contains(instance.rows, instance.cell, u)) continue;
      ++inside;
      const double f = value_at(instance.rows, u);
      const double q = majorant.kappa + majorant.b.dot(u) + u.dot(majorant.M * u);
      ASSERT_GE(q, f - 1e-12 * (1 + std::abs(f))) << "instance " << number;
      ASSERT_GE(bound.value, q - 1e-12 * (1 + std::abs(q)));
    }
  }
  EXPECT_GT(inside, 1000);
}

TEST(CellBound, MultipliersThatTheLemmaForbidsFallBelowTheFunction) {
  // f = -(u_1)_+ on the whole circle; at u = -e_1 the majorant is 1/2 (1 + sigma - psi).
  const ScaledRows rows = scale_rows(Matrix::Identity(1, 2), Vector::Constant(1, -1));
  const SignCell all{rows.norm, rows.norm, {}};
  const Vector zero = Vector::Zero(1);
  const auto at_minus = [&](double psi, double sigma) {
    CellMultipliers multipliers{
        zero, Vector::Constant(1, psi), Vector::Constant(1, sigma), zero, {}};
    const CellMajorant majorant = cell_majorant(rows, all, multipliers);
    return majorant.kappa - majorant.b[0] + majorant.M(0, 0);
  };
  EXPECT_NEAR(at_minus(1, 0), 0, 1e-14);
  EXPECT_NEAR(at_minus(0.5, -0.5), 0, 1e-14);
  EXPECT_LT(at_minus(1.5, 0), -0.2);
  EXPECT_LT(at_minus(0.5, -0.8), -0.1);
}

TEST(CellBound, AMajorantSaysNothingOutsideItsCell) {
  const ScaledRows rows = scale_rows(Matrix::Identity(1, 2), Vector::Constant(1, 1));
  const SignCell half{Vector::Zero(1), rows.norm, {}};
  const Vector zero = Vector::Zero(1);
  const CellMajorant majorant =
      cell_majorant(rows, half, {zero, zero, zero, Vector::Constant(1, 1), {}});
  // t + t (1 - t) with t = u_1: 0 at t = 0 and 1 at t = 1, but -3 at t = -1 where f = 0.
  EXPECT_NEAR(majorant.kappa + majorant.b[0] + majorant.M(0, 0), 1, 1e-14);
  EXPECT_LT(majorant.kappa - majorant.b[0] + majorant.M(0, 0), -2.9);
}

TEST(CellBound, TheMomentProgramGivesBoundsAtEveryStep) {
  Random random(43);
  int steps = 0;
  for (int number = 0; number < 60; ++number) {
    const Instance instance = random_instance(number, random);
    if (instance.rows.count() == 0) continue;
    const Index d = instance.X.cols();
    MomentProgram program(instance.rows);
    program.start(instance.cell, {Vector::Zero(d), Matrix::Identity(d, d) / static_cast<double>(d)},
                  1e-2);
    std::vector<Vector> inside{instance.u};
    for (int sample = 0; sample < 40; ++sample) {
      const Vector u = near(instance.u, random);
      if (contains(instance.rows, instance.cell, u)) inside.push_back(u);
    }
    for (int step = 0; step < 25 && program.step(); ++step) {
      ++steps;
      const CellMajorant majorant =
          cell_majorant(instance.rows, instance.cell, program.multipliers());
      const CellBound bound = prove_bound(majorant, estimate_maximum(majorant).multiplier);
      for (const Vector& u : inside) {
        ASSERT_GE(bound.value, value_at(instance.rows, u)) << "instance " << number;
      }
    }
  }
  EXPECT_GT(steps, 500);
}

TEST(CellBound, NarrowingKeepsEveryDirectionAboveTheTarget) {
  Random random(44);
  int kept = 0;
  int narrowed = 0;
  for (int number = 0; number < 150; ++number) {
    const Instance instance = random_instance(number, random);
    if (instance.rows.count() == 0) continue;
    const Index d = instance.X.cols();
    MomentProgram program(instance.rows);
    program.start(instance.cell, {Vector::Zero(d), Matrix::Identity(d, d) / static_cast<double>(d)},
                  1e-2);
    for (int step = 0; step < 20 && program.step(); ++step) {
    }
    const CellMajorant majorant =
        cell_majorant(instance.rows, instance.cell, program.multipliers());
    const CellBound bound = prove_bound(majorant, estimate_maximum(majorant).multiplier);
    const double target = value_at(instance.rows, instance.u) * (1 - 1e-9) - 1e-9;
    if (!(bound.value > target)) continue;
    SignCell cell = instance.cell;
    const Narrowing result = narrow(instance.rows, bound, target, cell);
    ASSERT_FALSE(result.empty);
    narrowed += result.removed > 0.01;
    ASSERT_TRUE((cell.above.array() <= instance.cell.above.array()).all());
    ASSERT_TRUE((cell.below.array() <= instance.cell.below.array()).all());
    for (int sample = 0; sample < 40; ++sample) {
      const Vector u = sample == 0 ? instance.u : near(instance.u, random);
      if (!contains(instance.rows, instance.cell, u)) continue;
      if (value_at(instance.rows, u) <= target) continue;
      ASSERT_TRUE(contains(instance.rows, cell, u)) << "instance " << number;
      ++kept;
    }
  }
  EXPECT_GT(kept, 150);
  EXPECT_GT(narrowed, 20);
}

/// bound_by_signs on its own.
TreeOutcome search(const Matrix& X, const Vector& nu, double threshold, double gap,
                   int threads = 1) {
  const RowGeometry geometry(X);
  const Matrix none;
  const DualQuery query(X, geometry, none, nu);
  const RunControl control;
  TreeRequest request;
  request.threshold = threshold;
  request.relative_gap = gap;
  request.threads = threads;
  request.control = &control;
  ClimbPlan plan;
  plan.starts = 20;
  plan.keep = 4;
  plan.control = &control;
  const std::vector<DualDirection> found = find_summits(query, plan, {});
  if (threshold == 0 && !found.empty()) request.start_value = found.front().value;
  return bound_by_signs(query, X, nu, request, 20000);
}

TEST(SignSearch, AgreesWithBruteForceOnEveryKindOfData) {
  Random random(45);
  int closed = 0;
  int tried = 0;
  for (int number = 0; number < 120; ++number) {
    const auto n = static_cast<Index>(3 + random.below(6));
    const auto d = static_cast<Index>(2 + random.below(2));
    const Matrix X = random_data(n, d, number, random);
    if (!RowGeometry(X).basis().empty()) continue;
    const Vector nu = random_dual(n, number % 3 == 0, random);
    const double sigma = brute_force_dual_norm(X, nu);
    if (sigma < 1e-3) continue;
    SCOPED_TRACE("instance " + std::to_string(number));
    ++tried;
    const TreeOutcome outcome = search(X, nu, 0, 1e-6);
    ASSERT_GE(outcome.upper, sigma * (1 - 1e-12));
    if (!outcome.stalled) {
      ++closed;
      ASSERT_LE(outcome.upper, sigma * (1 + 1e-6));
    }
    const TreeOutcome above = search(X, nu, sigma * (1 + 1e-5), 1e-6);
    ASSERT_FALSE(above.exceeded);
    const TreeOutcome below = search(X, nu, sigma * (1 - 1e-5), 1e-6);
    if (below.exceeded) {
      ASSERT_GT(below.found.front().value, sigma * (1 - 1e-5));
    } else {
      ASSERT_GT(below.upper, sigma * (1 - 1e-5));
    }
  }
  EXPECT_GE(tried, 50);
  EXPECT_GE(closed, tried * 97 / 100);
}

TEST(SignSearch, AgreesWithTheConeTreeInSeveralDimensions) {
  Random random(46);
  for (const Index d : {4, 6, 8}) {
    const Matrix X = random_data(30, d, 0, random);
    const Vector nu = random_dual(30, false, random);
    DualNormSettings settings;
    settings.relative_gap = 1e-7;
    const DualNormResult cones = DualOracle(X).maximise(nu, settings);
    ASSERT_EQ(cones.status, DualNormStatus::kClosed);
    const TreeOutcome signs = search(X, nu, 0, 1e-7);
    ASSERT_FALSE(signs.stalled);
    EXPECT_NEAR(signs.upper, cones.upper, 2e-7 * cones.upper);
    const TreeOutcome holds = search(X, nu, cones.upper * (1 + 1e-7), 1e-7);
    EXPECT_FALSE(holds.exceeded || holds.stalled);
    EXPECT_LE(holds.upper, cones.upper * (1 + 1e-7));
    const TreeOutcome fails = search(X, nu, cones.lower * (1 - 1e-3), 1e-7);
    EXPECT_TRUE(fails.exceeded);
  }
}

TEST(SignSearch, DoesNotDependOnTheNumberOfThreads) {
  Random random(47);
  const Matrix X = random_data(40, 7, 0, random);
  const Vector nu = random_dual(40, false, random);
  const TreeOutcome one = search(X, nu, 0, 1e-6, 1);
  const TreeOutcome two = search(X, nu, 0, 1e-6, 2);
  EXPECT_EQ(one.upper, two.upper);
  EXPECT_EQ(one.nodes, two.nodes);
  EXPECT_EQ(one.found.size(), two.found.size());
}

}  // namespace
}  // namespace thalweg::oracle
