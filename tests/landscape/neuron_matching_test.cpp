#include "landscape/neuron_matching.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::landscape {
namespace {

double distance(const Matrix& A, const Matrix& B, const std::vector<Index>& order) {
  return (A - B(Eigen::all, order)).squaredNorm();
}

TEST(NeuronMatching, IsTheBestOfAllOrders) {
  Random random(8);
  for (Index m = 1; m <= 6; ++m) {
    for (int trial = 0; trial < 20; ++trial) {
      const Matrix A = testing::random_matrix(random, 3, m);
      Matrix B = testing::random_matrix(random, 3, m);
      if (trial % 3 == 0) B.col(0).setZero();
      if (trial % 4 == 0) B.col(m - 1) = B.col(0);
      const std::vector<Index> found = best_matching(A, B);
      std::vector<Index> order(static_cast<std::size_t>(m));
      std::iota(order.begin(), order.end(), Index{0});
      EXPECT_TRUE(std::is_permutation(found.begin(), found.end(), order.begin(), order.end()));
      double best = distance(A, B, order);
      while (std::next_permutation(order.begin(), order.end())) {
        best = std::min(best, distance(A, B, order));
      }
      EXPECT_NEAR(distance(A, B, found), best, 1e-9);
    }
  }
}

TEST(NeuronMatching, FindsAnOrderAgain) {
  Random random(9);
  const Matrix A = testing::random_matrix(random, 20, 60);
  std::vector<Index> order(60);
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
  const Matrix B = A(Eigen::all, order);
  EXPECT_EQ(distance(A, B, best_matching(A, B)), 0);
}

TEST(NeuronMatching, RejectsWhatDoesNotFit) {
  const Matrix A = Matrix::Ones(2, 3);
  EXPECT_THROW((void)best_matching(A, Matrix::Ones(2, 4)), InvalidArgument);
  EXPECT_THROW((void)best_matching(A, A * std::nan("")), InvalidArgument);
  EXPECT_TRUE(best_matching(Matrix(2, 0), Matrix(2, 0)).empty());
}

}  // namespace
}  // namespace thalweg::landscape
