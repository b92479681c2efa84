#include "thalweg/model/branch_form.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

Matrix rows_of(Random& random, Index count) { return testing::random_matrix(random, count, 4); }

/// Two samples: a ReLU of two ReLUs and a row, and a maximum with another ReLU.
BranchForm mixed_form(Random& random) {
  BranchForm form(2, BlockNorm::l2(4));
  const Matrix rows = rows_of(random, 4);
  const Index a = form.add_relu(0, rows.row(0).transpose(), 0.5);
  const Index b = form.add_relu(0, rows.row(1).transpose(), 0);
  form.add_relu(0, rows.row(2).transpose(), -2, {{a, 1.5}, {b, -1}});
  form.add_maximum(1, rows_of(random, 3), 3);
  form.add_relu(1, rows.row(3).transpose(), 1);
  return form;
}

double positive(double value) { return std::max(value, 0.0); }

TEST(BranchForm, EvaluatesItsUnits) {
  Random random(1);
  const BranchForm form = mixed_form(random);
  for (int k = 0; k < 50; ++k) {
    const Vector w = testing::random_vector(random, 4);
    const Vector r = form.rows() * w;
    const double a = positive(r[0]);
    const double b = positive(r[1]);
    const double c = positive(r[2] + 1.5 * a - b);
    const double largest = positive(r.segment(3, 3).maxCoeff());
    const BranchForm::Value value = form.evaluate(w);
    EXPECT_NEAR(value.outputs[0], 0.5 * a - 2 * c, 1e-13);
    EXPECT_NEAR(value.outputs[1], 3 * largest + positive(r[6]), 1e-13);
  }
}

TEST(BranchForm, PiecesAreTheFormOnTheirCones) {
  Random random(2);
  const BranchForm form = mixed_form(random);
  for (int k = 0; k < 200; ++k) {
    const Vector w = testing::random_vector(random, 4);
    const BranchForm::Value value = form.evaluate(w);
    const BranchPiece piece = form.piece(value.pattern);
    EXPECT_LT((piece.map * w - value.outputs).norm(), 1e-12);
    EXPECT_GE((piece.cone * w).minCoeff(), -1e-13);
    const Vector nu = testing::random_vector(random, 2);
    EXPECT_LT((form.pull(value.pattern, nu) - piece.map.transpose() * nu).norm(), 1e-12);
    // Elsewhere the point is outside the cone.
    const Vector v = testing::random_vector(random, 4);
    if (form.evaluate(v).pattern != value.pattern) {
      EXPECT_LT((piece.cone * v).minCoeff(), 1e-13);
    }
  }
}

TEST(BranchForm, IsPositivelyHomogeneous) {
  Random random(3);
  const BranchForm form = mixed_form(random);
  const Vector w = testing::random_vector(random, 4);
  EXPECT_LT((form.evaluate(2 * w).outputs - 2 * form.evaluate(w).outputs).norm(), 1e-14);
  EXPECT_EQ(form.evaluate(2 * w).pattern, form.evaluate(w).pattern);
}

TEST(BranchForm, TiesAreClosedAndTheFirstOfEqualsWins) {
  BranchForm form(1, BlockNorm::l2(2));
  form.add_relu(0, Eigen::Vector2d(1, 0), 1);
  Matrix equal(3, 2);
  equal << 0, 1, 0, 2, 0, 2;
  form.add_maximum(0, equal, 1);
  EXPECT_EQ(form.evaluate(Eigen::Vector2d(0, 1)).pattern, (BranchPattern{0, 2}));
  EXPECT_EQ(form.evaluate(Eigen::Vector2d(1, 0)).pattern, (BranchPattern{1, 0}));
  EXPECT_EQ(form.evaluate(Eigen::Vector2d(1, -1)).pattern, (BranchPattern{1, 0}));
}

TEST(BranchForm, ConesHaveNoZeroRows) {
  BranchForm form(1, BlockNorm::l2(2));
  const Index zero = form.add_relu(0, Vector::Zero(2), 0);
  form.add_relu(0, Vector::Zero(2), 1, {{zero, 1}});
  Matrix equal(2, 2);
  equal << 0, 1, 0, 1;
  form.add_maximum(0, equal, 1);
  const BranchPattern pattern{0, 0, 1};
  const BranchPiece piece = form.piece(pattern);
  EXPECT_EQ(piece.cone.rows(), 1);
  EXPECT_EQ(piece.map, Eigen::RowVector2d(0, 1));
}

TEST(BranchForm, CompanionsStandInTheConeOnly) {
  BranchForm form(1, BlockNorm::nuclear(2, 1));
  form.add_relu(0, Eigen::Vector2d(1, 0), 1, {}, Eigen::RowVector2d(0, -1));
  EXPECT_EQ(form.rows().rows(), 2);
  const Matrix open = form.piece(BranchPattern{1}).cone;
  const Matrix closed = form.piece(BranchPattern{0}).cone;
  EXPECT_EQ(open, (Matrix(2, 2) << 1, 0, 0, -1).finished());
  EXPECT_EQ(closed, -open);
  EXPECT_EQ(form.evaluate(Eigen::Vector2d(3, -5)).outputs[0], 3);
}

TEST(BranchForm, ShallowFormsAreOneLayerOfRelus) {
  Random random(4);
  BranchForm form(2, BlockNorm::l2(3));
  for (const Index sample : {1, 0, 1}) {
    form.add_relu(sample, testing::random_vector(random, 3), 0.5 * static_cast<double>(sample + 1));
  }
  EXPECT_TRUE(form.is_shallow());
  const Vector nu = Eigen::Vector2d(2, -3);
  const Vector w = testing::random_vector(random, 3);
  EXPECT_NEAR(form.shallow_dual(nu).dot((form.rows() * w).cwiseMax(0)),
              nu.dot(form.evaluate(w).outputs), 1e-13);
  BranchForm deep = form;
  deep.add_relu(0, Vector::Zero(3), 1, {{1, 1}});
  EXPECT_FALSE(deep.is_shallow());
  BranchForm largest = form;
  largest.add_maximum(0, Matrix::Ones(2, 3), 1);
  EXPECT_FALSE(largest.is_shallow());
  BranchForm groups(1, BlockNorm::l21(3, 1));
  groups.add_relu(0, Vector::Ones(3), 1);
  EXPECT_FALSE(groups.is_shallow());
}

TEST(BranchForm, RefusesWhatDoesNotFit) {
  EXPECT_THROW(BranchForm(0, BlockNorm::l2(2)), InvalidArgument);
  BranchForm form(2, BlockNorm::l2(2));
  EXPECT_THROW(form.add_relu(2, Vector::Ones(2), 1), InvalidArgument);
  EXPECT_THROW(form.add_relu(0, Vector::Ones(3), 1), InvalidArgument);
  EXPECT_THROW(form.add_relu(0, Vector::Constant(2, std::numeric_limits<double>::quiet_NaN()), 1),
               InvalidArgument);
  EXPECT_THROW(form.add_maximum(0, Matrix(0, 2), 1), InvalidArgument);
  EXPECT_THROW(form.add_maximum(0, Matrix::Ones(256, 2), 1), InvalidArgument);
  const Index unit = form.add_relu(0, Vector::Ones(2), 1);
  EXPECT_THROW(form.add_relu(1, Vector::Ones(2), 1, {{unit, 1}}), InvalidArgument);
  EXPECT_THROW(form.add_relu(0, Vector::Ones(2), 1, {{unit + 1, 1}}), InvalidArgument);
  form.add_maximum(1, Matrix::Ones(2, 2), 1);
  EXPECT_NO_THROW(static_cast<void>(form.piece(BranchPattern{1, 2})));
  EXPECT_THROW(static_cast<void>(form.piece(BranchPattern{2, 1})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(form.piece(BranchPattern{1, 3})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(form.piece(BranchPattern{1})), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
