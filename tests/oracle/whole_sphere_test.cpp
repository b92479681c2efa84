#include "thalweg/oracle/whole_sphere.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

double value_at(const Matrix& X, const Vector& g, const Vector& u) {
  return g.dot((X * u).cwiseMax(0));
}

/// The best value of a few gradient fixed-point climbs: a lower bound on the maximum.
double best_local_value(const Matrix& X, const Vector& g, Random& random, int starts) {
  double best = -std::numeric_limits<double>::infinity();
  for (int start = 0; start < starts; ++start) {
    Vector u = random.direction(X.cols());
    double value = value_at(X, g, u);
    for (int step = 0; step < 300; ++step) {
      const Vector active = ((X * u).array() > 0).cast<double>();
      const Vector ascent = (X.transpose() * g.cwiseProduct(active)).normalized();
      double length = 1;
      bool moved = false;
      for (; length > 1e-6 && !moved; length *= 0.5) {
        const Vector towards = (1 - length) * u + length * ascent;
        if (towards.norm() < 1e-9) continue;
        const Vector next = towards.normalized();
        const double reached = value_at(X, g, next);
        if (reached > value * (1 + 1e-12)) {
          u = next;
          value = reached;
          moved = true;
        }
      }
      if (!moved) break;
    }
    best = std::max(best, value);
  }
  return best;
}

/// 1/2 sum over g_j > 0 of |y_j| + |1/2 sum over g_j > 0 of y_j - s sum over g_j < 0 of |y_j|..|
/// for one common multiplier s: at least the triangle bound.
double triangle_bound(const Matrix& X, const Vector& g, double s) {
  Vector sum = Vector::Zero(X.cols());
  double lengths = 0;
  for (Index j = 0; j < g.size(); ++j) {
    const Vector y = std::abs(g[j]) * X.row(j).transpose();
    if (g[j] > 0) {
      lengths += 0.5 * y.norm();
      sum += 0.5 * y;
    } else {
      sum -= s * y;
    }
  }
  return lengths + sum.norm();
}

/// sqrt(n_+ lambda_max(sum over g_j > 0 of y_j y_j^T)).
double spectral_bound(const Matrix& X, const Vector& g) {
  Matrix sum = Matrix::Zero(X.cols(), X.cols());
  int count = 0;
  for (Index j = 0; j < g.size(); ++j) {
    if (g[j] <= 0) continue;
    ++count;
    sum += g[j] * g[j] * X.row(j).transpose() * X.row(j);
  }
  return std::sqrt(count * Eigen::SelfAdjointEigenSolver<Matrix>(sum).eigenvalues().maxCoeff());
}

/// The maximum over |u| = 1 of the majorant that the parameters describe, from their definition.
double majorant_maximum(const Matrix& X, const Vector& g, const WholeSphereProof& proof) {
  const Index d = X.cols();
  Matrix M = Matrix::Zero(d, d);
  Vector b = Vector::Zero(d);
  double kappa = 0;
  for (Index j = 0; j < g.size(); ++j) {
    const Vector y = std::abs(g[j]) * X.row(j).transpose();
    if (g[j] > 0) {
      const double omega = proof.omega[j];
      kappa += 0.5 * (omega > 0 ? 0.25 / omega : y.norm());
      M += 0.5 * omega * y * y.transpose();
      b += 0.5 * y;
    } else if (y.norm() > 0) {
      M -= 0.5 * (1 - std::abs(proof.sigma[j])) / y.norm() * y * y.transpose();
      b -= 0.5 * (1 + proof.sigma[j]) * y;
    }
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(M);
  const Vector c = eigen.eigenvectors().transpose() * b;
  double best = std::numeric_limits<double>::infinity();
  const double top = eigen.eigenvalues().maxCoeff();
  const double size = b.norm() + eigen.eigenvalues().cwiseAbs().maxCoeff();
  for (double step = 1e-12; step < 4; step *= 1.01) {
    const double mu = top + step * size;
    best =
        std::min(best, mu + 0.25 * (c.array().square() / (mu - eigen.eigenvalues().array())).sum());
  }
  return kappa + best;
}

class RandomInstances : public ::testing::TestWithParam<int> {};

TEST_P(RandomInstances, BoundLiesAboveEveryValueAndBelowTheElementaryBounds) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  const Index n = 1 + static_cast<Index>(random.below(60));
  const Index d = 1 + static_cast<Index>(random.below(12));
  Matrix X = testing::random_matrix(random, n, d);
  Vector g = testing::random_vector(random, n);
  if (GetParam() % 3 == 0) X = X.array().round().matrix();
  if (GetParam() % 4 == 0) g = g.cwiseAbs();
  if (GetParam() % 5 == 0) X *= std::pow(10.0, static_cast<double>(random.below(17)) - 8);
  const WholeSphereProof proof = whole_sphere_bound(X, g);
  const double best = best_local_value(X, g, random, 10);
  EXPECT_GE(proof.bound, best - 1e-14 * std::abs(best));
  for (const double s : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    EXPECT_LE(proof.bound, triangle_bound(X, g, s) * (1 + 1e-9)) << s;
  }
  EXPECT_LE(proof.bound, spectral_bound(X, g) * (1 + 1e-9) + 1e-300);
}

TEST_P(RandomInstances, ParametersAreLegalAndYieldTheBound) {
  Random random(static_cast<std::uint64_t>(1000 + GetParam()));
  const Index n = 2 + static_cast<Index>(random.below(40));
  const Index d = 1 + static_cast<Index>(random.below(6));
  const Matrix X = testing::random_matrix(random, n, d);
  const Vector g = testing::random_vector(random, n);
  const WholeSphereProof proof = whole_sphere_bound(X, g);
  for (Index j = 0; j < n; ++j) {
    EXPECT_GE(proof.omega[j], 0.0);
    EXPECT_LE(std::abs(proof.sigma[j]), 1.0);
    EXPECT_TRUE(g[j] > 0 ? proof.sigma[j] == 0 : proof.omega[j] == 0);
  }
  const double maximum = majorant_maximum(X, g, proof);
  if ((g.array() > 0).any()) {
    EXPECT_NEAR(proof.bound, maximum, 1e-3 * std::abs(maximum));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomInstances, ::testing::Range(0, 60));

TEST(WholeSphereBound, OneDimensionIsExactUpToRounding) {
  Matrix X(2, 1);
  X << 2, -1;
  Vector g(2);
  g << 3, 1;
  // Values are 6 at u = 1 and 1 at u = -1.
  const WholeSphereProof proof = whole_sphere_bound(X, g);
  EXPECT_GE(proof.bound, 6.0);
  EXPECT_LE(proof.bound, 6.0 * (1 + 1e-6));
}

TEST(WholeSphereBound, NegativeWeightsNeedNoRoom) {
  Random random(7);
  const Matrix X = testing::random_matrix(random, 9, 3);
  const Vector g = -testing::random_vector(random, 9).cwiseAbs();
  EXPECT_EQ(whole_sphere_bound(X, g).bound, 0.0);
}

TEST(WholeSphereBound, ZeroWeightsAndZeroRowsGiveZero) {
  EXPECT_EQ(whole_sphere_bound(Matrix::Ones(4, 2), Vector::Zero(4)).bound, 0.0);
  EXPECT_EQ(whole_sphere_bound(Matrix::Zero(4, 2), Vector::Ones(4)).bound, 0.0);
}

TEST(WholeSphereBound, ExtremeScalesKeepTheBound) {
  Random random(11);
  const Matrix X = testing::random_matrix(random, 30, 4);
  const Vector g = testing::random_vector(random, 30);
  const double bound = whole_sphere_bound(X, g).bound;
  for (const int exponent : {-500, -30, 30, 500}) {
    const double factor = std::ldexp(1.0, exponent);
    EXPECT_DOUBLE_EQ(whole_sphere_bound(factor * X, g).bound, factor * bound);
    EXPECT_DOUBLE_EQ(whole_sphere_bound(X, factor * g).bound, factor * bound);
    EXPECT_DOUBLE_EQ(whole_sphere_bound(X / factor, factor * g).bound, bound);
  }
}

TEST(WholeSphereBound, TrainedResidualWithinFivePercent) {
  // The residual of a network trained on X and a teacher of five neurons with noise, at half of the
  // largest useful beta: first line beta, then g.
  std::ifstream file(std::string(THALWEG_TEST_DATA) + "/whole_sphere/trained_500x20.txt");
  ASSERT_TRUE(file);
  Random random(3);
  const Matrix X = testing::random_matrix(random, 500, 20);
  double beta = 0;
  file >> beta;
  Vector g(500);
  for (Index i = 0; i < g.size(); ++i) file >> g[i];
  ASSERT_TRUE(file);
  double bound = 0;
  double best = 0;
  for (const double sign : {1.0, -1.0}) {
    bound = std::max(bound, whole_sphere_bound(X, sign * g).bound);
    best = std::max(best, best_local_value(X, sign * g, random, 20));
  }
  EXPECT_GE(best, beta * (1 - 1e-3)) << "the fixture is not a trained residual of this X";
  EXPECT_GE(bound, best);
  EXPECT_LE(bound, 1.05 * best);
}

TEST(WholeSphereBound, ManyColumns) {
  Random random(13);
  const Matrix X = testing::random_matrix(random, 80, 150);
  const Vector g = testing::random_vector(random, 80);
  const WholeSphereProof proof = whole_sphere_bound(X, g);
  EXPECT_GE(proof.bound, best_local_value(X, g, random, 10) * (1 - 1e-14));
  EXPECT_LE(proof.bound, spectral_bound(X, g) * (1 + 1e-9));
}

TEST(WholeSphereBound, RejectsIllegalInput) {
  EXPECT_THROW((void)whole_sphere_bound(Matrix::Ones(3, 2), Vector::Ones(2)), InvalidArgument);
  Matrix X = Matrix::Ones(3, 2);
  X(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)whole_sphere_bound(X, Vector::Ones(3)), InvalidArgument);
  Vector g = Vector::Ones(3);
  g[0] = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)whole_sphere_bound(Matrix::Ones(3, 2), g), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
