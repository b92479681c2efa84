#include "thalweg/convex/block_maps.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "convex/block_catalogue.hpp"
#include "thalweg/convex/single_precision_maps.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::formed_maps;
using testing::random_matrix;
using testing::random_vector;

/// Data, and masks with an empty and a full column.
struct Masked {
  Matrix X;
  Matrix patterns;
};

Masked make_masked(std::uint64_t seed, Index n, Index d, Index blocks) {
  const testing::BlockShape shape = testing::make_shape("masked", seed, n, d, blocks);
  Masked result{shape.X, shape.patterns};
  result.patterns.row(0).setZero();
  if (blocks > 1) result.patterns.row(1).setOnes();
  return result;
}

/// All blocks backwards, every third, one, none.
std::vector<std::vector<Index>> lists_of(Index blocks) {
  std::vector<Index> all(static_cast<std::size_t>(blocks));
  std::iota(all.rbegin(), all.rend(), Index{0});
  std::vector<Index> some;
  for (Index k = 0; k < blocks; k += 3) some.push_back(k);
  return {all, some, {blocks - 1}, {}};
}

void expect_same(const Matrix& got, const Matrix& wanted, double tolerance) {
  ASSERT_EQ(got.rows(), wanted.rows());
  ASSERT_EQ(got.cols(), wanted.cols());
  if (wanted.size() == 0) return;
  EXPECT_LE((got - wanted).cwiseAbs().maxCoeff(), tolerance * (1 + wanted.cwiseAbs().maxCoeff()));
}

void expect_equal_maps(const BlockMaps& maps, const BlockMaps& wanted, double tolerance) {
  ASSERT_EQ(maps.samples(), wanted.samples());
  ASSERT_EQ(maps.blocks(), wanted.blocks());
  ASSERT_EQ(maps.width(), wanted.width());
  const Index n = maps.samples();
  const Index p = maps.width();
  Random random(7);
  for (const std::vector<Index>& list : lists_of(maps.blocks())) {
    SCOPED_TRACE(list.size());
    const auto count = static_cast<Index>(list.size());
    const Matrix W = random_matrix(random, p, count);
    Matrix got(n, count);
    Matrix expected(n, count);
    maps.images(list, W, got);
    wanted.images(list, W, expected);
    expect_same(got, expected, tolerance);
    expect_same(maps.fit(list, W), Vector(expected.rowwise().sum()), tolerance);

    const Vector theta = random_vector(random, n);
    Matrix G(p, count);
    Matrix expected_G(p, count);
    maps.adjoint(list, theta, G);
    wanted.adjoint(list, theta, expected_G);
    expect_same(G, expected_G, tolerance);

    const Vector scale = random_vector(random, count).cwiseAbs();
    Matrix gram;
    Matrix expected_gram;
    maps.outer_gram(list, scale, gram);
    wanted.outer_gram(list, scale, expected_gram);
    expect_same(Matrix(gram.triangularView<Eigen::Lower>()),
                Matrix(expected_gram.triangularView<Eigen::Lower>()), tolerance);

    const Index first = n / 3;
    Matrix rows(n - first, p * count);
    Matrix expected_rows(n - first, p * count);
    maps.rows(list, first, rows);
    wanted.rows(list, first, expected_rows);
    expect_same(rows, expected_rows, tolerance);
  }
  const Vector h = random_vector(random, n).cwiseAbs();
  for (Index k = 0; k < maps.blocks(); ++k) {
    expect_same(maps.inner_gram(k, h), wanted.inner_gram(k, h), tolerance);
  }
  expect_same(maps.squares(), wanted.squares(), tolerance);
}

struct Size {
  Index n, d, blocks;
};

constexpr Size kSizes[] = {{1, 1, 1}, {5, 3, 1}, {7, 2, 4}, {3, 6, 9}, {40, 5, 150}, {130, 4, 65}};

TEST(BlockMaps, MasksAreTheFormedMatrices) {
  for (const auto& [n, d, blocks] : kSizes) {
    SCOPED_TRACE(blocks);
    const Masked data = make_masked(static_cast<std::uint64_t>(n + blocks), n, d, blocks);
    expect_equal_maps(MaskedMaps(data.X, data.patterns),
                      DenseMaps(formed_maps(data.X, data.patterns)), 1e-13);
  }
}

TEST(BlockMaps, SinglePrecisionIsRightToItsAccuracy) {
  for (const auto& [n, d, blocks] : kSizes) {
    SCOPED_TRACE(blocks);
    const Masked data = make_masked(static_cast<std::uint64_t>(n + blocks), n, d, blocks);
    expect_equal_maps(SinglePrecisionMaps(data.X, pattern_masks(data.patterns)),
                      DenseMaps(formed_maps(data.X, data.patterns)), 1e-5);
  }
}

TEST(BlockMaps, DenseMapsAreTheMatricesEntryByEntry) {
  Random random(3);
  const std::vector<Matrix> matrices = {random_matrix(random, 4, 2), random_matrix(random, 4, 2)};
  const DenseMaps maps(matrices);
  const Index list[] = {1, 0};
  const Matrix W = random_matrix(random, 2, 2);
  Matrix images(4, 2);
  maps.images(list, W, images);
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(images(i, 0), matrices[1](i, 0) * W(0, 0) + matrices[1](i, 1) * W(1, 0), 1e-14);
    EXPECT_NEAR(images(i, 1), matrices[0](i, 0) * W(0, 1) + matrices[0](i, 1) * W(1, 1), 1e-14);
  }
  double square = 0;
  for (const double entry : matrices[1].reshaped()) square += entry * entry;
  EXPECT_NEAR(maps.squares()[1], square, 1e-13);
}

TEST(BlockMaps, GateMasksAreTheSignsOfTheProducts) {
  Random random(9);
  const Matrix X = random_matrix(random, 30, 4);
  const Matrix gates = random_matrix(random, 70, 4);
  const PatternMasks masks = gate_masks(X, gates);
  for (Index k = 0; k < 70; ++k) {
    for (Index i = 0; i < 30; ++i) EXPECT_EQ(masks(i, k) != 0, X.row(i).dot(gates.row(k)) > 0);
  }
}

TEST(BlockMaps, WrongShapesAreRejected) {
  const Matrix X = Matrix::Ones(3, 2);
  const Matrix patterns = Matrix::Ones(4, 2);
  const PatternMasks masks = PatternMasks::Ones(2, 3);
  EXPECT_THROW(MaskedMaps(X, patterns), InvalidArgument);
  EXPECT_THROW(MaskedMaps(X, masks), InvalidArgument);
  EXPECT_THROW(SinglePrecisionMaps(X, masks), InvalidArgument);
  EXPECT_THROW(DenseMaps({}), InvalidArgument);
  EXPECT_THROW(DenseMaps({Matrix::Ones(3, 2), Matrix::Ones(3, 1)}), InvalidArgument);
  EXPECT_THROW((void)gate_masks(Matrix::Ones(3, 2), Matrix::Ones(4, 3)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
