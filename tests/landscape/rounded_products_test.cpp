#include "landscape/rounded_products.hpp"

#include <gtest/gtest.h>

#include "thalweg/core/random.hpp"

namespace thalweg::landscape {
namespace {

TEST(RoundedProducts, GramHoldsTheExactOne) {
  Random random(9);
  const Matrix A = Matrix::NullaryExpr(30, 4, [&] { return random.normal(); });
  const Vector h = Vector::NullaryExpr(30, [&] { return random.uniform(); });
  const RoundedMatrix gram = weighted_gram(A, h, Vector::Constant(30, 1e-9));
  for (Index a = 0; a < 4; ++a) {
    for (Index b = 0; b < 4; ++b) {
      long double exact = 0;
      long double shifted = 0;
      for (Index i = 0; i < 30; ++i) {
        const long double product = static_cast<long double>(A(i, a)) * A(i, b);
        exact += h[i] * product;
        shifted += (h[i] + (product > 0 ? 1e-9L : -1e-9L)) * product;
      }
      const auto distance = [&](long double value) { return fabsl(value - gram.centre(a, b)); };
      EXPECT_LE(distance(exact), gram.radius(a, b));
      EXPECT_LE(distance(shifted), gram.radius(a, b));
      EXPECT_LE(gram.radius(a, b), 1e-7);
    }
  }
}

TEST(RoundedProducts, PositiveDefiniteOnlyWithAMargin) {
  Matrix M(2, 2);
  M << 2, 1, 1, 2;  // eigenvalues 1 and 3
  EXPECT_TRUE(is_positive_definite({M, Matrix::Constant(2, 2, 0.1)}));
  EXPECT_FALSE(is_positive_definite({M, Matrix::Constant(2, 2, 0.6)}));
  M << 1, 2, 2, 1;
  EXPECT_FALSE(is_positive_definite({M, Matrix::Zero(2, 2)}));
  M << 1, 1, 1, 1;
  EXPECT_FALSE(is_positive_definite({M, Matrix::Zero(2, 2)}));
  // Badly scaled, but far from singular in its own units.
  M << 1e12, 0.5, 0.5, 1e-12;
  EXPECT_TRUE(is_positive_definite({M, Matrix::Zero(2, 2)}));
}

}  // namespace
}  // namespace thalweg::landscape
