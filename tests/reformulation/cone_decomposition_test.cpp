#include "thalweg/reformulation/cone_decomposition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::random_matrix;
using testing::random_vector;

/// Samples, the pattern of a random gate and weights to decompose.
struct Instance {
  Matrix X;
  Vector gates;
  Vector w;
};

Instance make_instance(std::uint64_t seed, Index n, Index d) {
  Random random(seed);
  Instance instance;
  instance.X = random_matrix(random, n, d);
  instance.gates = ((instance.X * random.direction(d)).array() > 0).cast<double>().matrix();
  instance.w = random_vector(random, d);
  return instance;
}

/// sigma_i x_i^T u over |x_i| |u|, the least.
double cone_margin(const Instance& instance, const Vector& u) {
  double least = 0;
  for (Index i = 0; i < instance.X.rows(); ++i) {
    const double sigma = instance.gates[i] > 0 ? 1 : -1;
    const double size = instance.X.row(i).norm() * u.norm();
    if (size > 0) least = std::min(least, sigma * instance.X.row(i).dot(u) / size);
  }
  return least;
}

void expect_parts(const Instance& instance, const ConeParts& parts) {
  ASSERT_TRUE(parts.feasible);
  EXPECT_LE((parts.u - parts.v - instance.w).norm(), 1e-12 * (1 + parts.length));
  EXPECT_GE(cone_margin(instance, parts.u), -1e-10);
  EXPECT_GE(cone_margin(instance, parts.v), -1e-10);
  EXPECT_NEAR(parts.length, parts.u.norm() + parts.v.norm(), 1e-13 * parts.length);
  for (Index i = 0; i < instance.X.rows(); ++i) {
    const auto x = instance.X.row(i);
    const double wanted = instance.gates[i] > 0 ? x.dot(instance.w) : 0;
    const double got = std::max(0.0, x.dot(parts.u)) - std::max(0.0, x.dot(parts.v));
    EXPECT_NEAR(got, wanted, 1e-10 * (1 + x.norm() * parts.length));
  }
  EXPECT_LE(parts.lower_bound, parts.length * (1 + 1e-12));
}

RunControl cancelled() {
  RunControl control;
  control.cancellation.cancel();
  return control;
}

double golden(const std::function<double(double)>& f, double low, double high) {
  const double ratio = 0.5 * (std::sqrt(5.0) - 1);
  double a = high - ratio * (high - low);
  double b = low + ratio * (high - low);
  double fa = f(a);
  double fb = f(b);
  for (int step = 0; step < 90; ++step) {
    if (fa <= fb) {
      high = b;
      b = a;
      fb = fa;
      a = high - ratio * (high - low);
      fa = f(a);
    } else {
      low = a;
      a = b;
      fa = fb;
      b = low + ratio * (high - low);
      fb = f(b);
    }
  }
  return std::min(fa, fb);
}

/// min |u| + |u - w| over the polygon of u in two dimensions: u = x a + y b with a in the interior
/// of the cone. For every y the best x is the least feasible one or a point above it.
double brute_force(const Instance& instance, const Vector& a) {
  const Vector b{{-a[1], a[0]}};
  const auto along = [&](double y) {
    double least = -1e3;
    for (Index i = 0; i < instance.X.rows(); ++i) {
      const double sigma = instance.gates[i] > 0 ? 1 : -1;
      const auto x = instance.X.row(i);
      const double bound = std::max(0.0, sigma * x.dot(instance.w));
      least = std::max(least, (bound - y * sigma * x.dot(b)) / (sigma * x.dot(a)));
    }
    return golden(
        [&](double t) {
          const Vector u = t * a + y * b;
          return u.norm() + (u - instance.w).norm();
        },
        least, least + 1e3);
  };
  return golden(along, -50, 50);
}

TEST(ConeParts, TwoDimensionsAgreeWithAnIndependentSearch) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Instance instance;
    instance.X = random_matrix(random, 4, 2);
    const Vector gate = random.direction(2);
    if ((instance.X * gate).cwiseAbs().minCoeff() < 0.1) continue;
    instance.gates = ((instance.X * gate).array() > 0).cast<double>().matrix();
    instance.w = random_vector(random, 2);
    const ConeParts parts =
        cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm);
    expect_parts(instance, parts);
    const double wanted = brute_force(instance, gate);
    EXPECT_NEAR(parts.length, wanted, 1e-7 * wanted);
  }
}

TEST(ConeParts, MinimumNormMeetsItsOwnLowerBound) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const auto& [n, d] : {std::pair<Index, Index>{3, 2}, {8, 3}, {20, 4}, {6, 9}, {40, 6}}) {
      SCOPED_TRACE(std::to_string(seed) + ", d " + std::to_string(d));
      const Instance instance = make_instance(seed, n, d);
      const ConeParts parts =
          cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm);
      expect_parts(instance, parts);
      EXPECT_NEAR(parts.lower_bound, parts.length, 1e-9 * parts.length);
      // No other parts are shorter: u + k, v + k with k in the cone.
      Random random(seed + 1000);
      for (int trial = 0; trial < 20; ++trial) {
        const double s = random.uniform();
        const double t = random.uniform();
        const Vector k = s * parts.u + t * parts.v;
        EXPECT_GE((parts.u + k).norm() + (parts.v + k).norm(), parts.lower_bound * (1 - 1e-12));
      }
    }
  }
}

TEST(ConeParts, LeastSquaresIsWithinRootTwo) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Instance instance = make_instance(seed, 12, 4);
    const ConeParts quick =
        cone_parts(instance.X, instance.gates, instance.w, Decomposition::kLeastSquares);
    const ConeParts best =
        cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm);
    expect_parts(instance, quick);
    EXPECT_LE(best.length, quick.length * (1 + 1e-12));
    EXPECT_LE(quick.length, std::sqrt(2.0) * best.length * (1 + 1e-12));
    EXPECT_LE(quick.lower_bound, best.length * (1 + 1e-12));
    EXPECT_LE(quick.u.squaredNorm() + quick.v.squaredNorm(),
              (best.u.squaredNorm() + best.v.squaredNorm()) * (1 + 1e-12));
  }
}

TEST(ConeParts, TheOrthantSplitsIntoPositiveAndNegativePart) {
  const Matrix X = Matrix::Identity(3, 3);
  const Vector w{{3.0, -4.0, 0.0}};
  for (const Decomposition way : {Decomposition::kMinimumNorm, Decomposition::kLeastSquares}) {
    const ConeParts parts = cone_parts(X, Vector::Ones(3), w, way);
    ASSERT_TRUE(parts.feasible);
    EXPECT_LE((parts.u - Vector{{3.0, 0.0, 0.0}}).norm(), 1e-12);
    EXPECT_LE((parts.v - Vector{{0.0, 4.0, 0.0}}).norm(), 1e-12);
    EXPECT_NEAR(parts.length, 7, 1e-12);
  }
}

TEST(ConeParts, AVectorOfTheConeIsItsOwnPart) {
  const Matrix X = Matrix::Identity(2, 2);
  const Vector inside{{1.0, 2.0}};
  const ConeParts plus = cone_parts(X, Vector::Ones(2), inside, Decomposition::kMinimumNorm);
  EXPECT_TRUE(plus.feasible);
  EXPECT_EQ(plus.u, inside);
  EXPECT_TRUE(plus.v.isZero(0));
  EXPECT_EQ(plus.length, inside.norm());
  const ConeParts minus = cone_parts(X, Vector::Ones(2), -inside, Decomposition::kMinimumNorm);
  EXPECT_TRUE(minus.feasible);
  EXPECT_EQ(minus.v, inside);
  EXPECT_TRUE(minus.u.isZero(0));
}

TEST(ConeParts, OppositeActiveSamplesHaveNoParts) {
  // x and -x active: the cone is the hyperplane x^T u = 0.
  const Matrix X{{1.0, 2.0}, {-1.0, -2.0}};
  const Vector across{{1.0, 0.0}};
  const Vector within{{2.0, -1.0}};
  for (const Decomposition way : {Decomposition::kMinimumNorm, Decomposition::kLeastSquares}) {
    EXPECT_FALSE(cone_parts(X, Vector::Ones(2), across, way).feasible);
    const ConeParts parts = cone_parts(X, Vector::Ones(2), within, way);
    EXPECT_TRUE(parts.feasible);
    EXPECT_NEAR(parts.length, within.norm(), 1e-12);
  }
}

TEST(ConeParts, SizesOfDataDoNotMatter) {
  for (const double size : {1e-6, 1e6}) {
    const Instance instance = make_instance(5, 10, 3);
    const ConeParts plain =
        cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm);
    const ConeParts scaled = cone_parts(size * instance.X, instance.gates, size * instance.w,
                                        Decomposition::kMinimumNorm);
    ASSERT_TRUE(scaled.feasible);
    EXPECT_NEAR(scaled.length, size * plain.length, 1e-9 * size * plain.length);
  }
}

TEST(ConeParts, WrongShapesAreRejected) {
  const Matrix X = Matrix::Ones(3, 2);
  EXPECT_THROW((void)cone_parts(X, Vector::Ones(2), Vector::Ones(2), Decomposition::kMinimumNorm),
               InvalidArgument);
  EXPECT_THROW((void)cone_parts(X, Vector::Ones(3), Vector::Ones(3), Decomposition::kMinimumNorm),
               InvalidArgument);
}

TEST(ConeDecomposition, IsTheSameFunctionOnTheSamples) {
  Random random(77);
  const Matrix X = random_matrix(random, 25, 4);
  const Vector y = random_vector(random, 25);
  Matrix patterns(30, 25);
  for (Index k = 0; k < 30; ++k) {
    patterns.row(k) = ((X * random.direction(4)).array() > 0).cast<double>().transpose();
  }
  for (const SkipConnection skip : {SkipConnection::kNone, SkipConnection::kFree}) {
    const TrainingProblem problem(X, y, 0.3, Loss::squared(), OutputBias::kFree, skip);
    const GatedSolution solution = solve_gated(problem, patterns);
    ASSERT_FALSE(solution.rows.empty());
    Vector fit = problem.affine_fit({solution.bias, solution.skip});
    double mass = 0;
    for (std::size_t k = 0; k < solution.rows.size(); ++k) {
      const Vector w = solution.W.col(static_cast<Index>(k));
      fit += patterns.row(solution.rows[k]).transpose().cwiseProduct(X * w);
      mass += w.norm();
    }
    for (const Decomposition way : {Decomposition::kMinimumNorm, Decomposition::kLeastSquares}) {
      const DecomposedNetwork network = cone_decomposition(problem, patterns, solution, way);
      ASSERT_TRUE(network.feasible);
      const TwoLayerNetwork relu = to_network(network.neurons, 4, {network.bias, network.skip});
      EXPECT_LE((problem.fit(relu) - fit).norm(), 1e-9 * (1 + fit.norm()));
      EXPECT_NEAR(problem.objective(relu), network.objective, 1e-12 * network.objective);
      EXPECT_GE(network.blow_up, 1 - 1e-12);
      EXPECT_GE(network.worst_blow_up, network.blow_up * (1 - 1e-12));
      // The objective grows by beta times what the masses grow.
      EXPECT_NEAR(network.objective,
                  solution.info.objective + problem.beta() * (network.blow_up - 1) * mass,
                  1e-9 * network.objective);
    }
  }
}

TEST(ConeDecomposition, PatternsOfNoCellAreReportedAsInfeasible) {
  // Both samples x and -x active is no pattern of a gate.
  const Matrix X{{1.0, 0.5}, {-1.0, -0.5}};
  const TrainingProblem problem(X, Vector{{1.0, -1.0}}, 0.01, Loss::squared());
  const Matrix both = Matrix::Ones(1, 2);
  const GatedSolution solution = solve_gated(problem, both);
  ASSERT_EQ(solution.rows.size(), 1U);
  EXPECT_FALSE(cone_decomposition(problem, both, solution, Decomposition::kMinimumNorm).feasible);
  const Matrix one{{1.0, 0.0}};
  EXPECT_TRUE(
      cone_decomposition(problem, one, solve_gated(problem, one), Decomposition::kMinimumNorm)
          .feasible);
}

TEST(ConeParts, StopWhenTold) {
  const Instance instance = make_instance(5, 30, 3);
  const ConeParts none =
      cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm, cancelled());
  EXPECT_TRUE(none.stopped);
  EXPECT_FALSE(none.feasible);
  EXPECT_FALSE(
      cone_parts(instance.X, instance.gates, instance.w, Decomposition::kMinimumNorm).stopped);
}

TEST(ConeDecomposition, StopsWhenTold) {
  const Instance instance = make_instance(5, 30, 3);
  Random random(6);
  const TrainingProblem problem(instance.X, random_vector(random, 30), 0.1, Loss::squared());
  GatedSolution solution;
  solution.rows = {0};
  solution.W = instance.w;
  const Matrix patterns = instance.gates.transpose();
  const DecomposedNetwork cut =
      cone_decomposition(problem, patterns, solution, Decomposition::kMinimumNorm, cancelled());
  EXPECT_TRUE(cut.stopped);
  EXPECT_FALSE(cut.feasible);
  EXPECT_TRUE(cut.neurons.empty());
  const DecomposedNetwork whole =
      cone_decomposition(problem, patterns, solution, Decomposition::kMinimumNorm);
  EXPECT_TRUE(whole.feasible);
  EXPECT_FALSE(whole.stopped);
}

}  // namespace
}  // namespace thalweg
