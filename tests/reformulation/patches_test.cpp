#include "thalweg/reformulation/patches.hpp"

#include <gtest/gtest.h>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

TEST(Patches, OfASignal) {
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  Matrix X(2, 4);
  X << 1, 0, -1, 2, 0, 1, 1, -1;
  Matrix expected(6, 2);
  expected << 1, 0, 0, -1, -1, 2, 0, 1, 1, 1, 1, -1;
  EXPECT_EQ(patches.stacked(X), expected);
  EXPECT_EQ(patches.filter_shape(), std::vector<Index>{2});
}

TEST(Patches, StrideAndPaddingOfASignal) {
  const PatchGeometry patches(
      {.input = {5}, .kernel = {3}, .stride = {2}, .padding = {1}, .bias = true});
  Matrix X(1, 5);
  X << 1, 2, 3, 4, 5;
  Matrix expected(3, 4);
  expected << 0, 1, 2, 1, 2, 3, 4, 1, 4, 5, 0, 1;
  EXPECT_EQ(patches.stacked(X), expected);
}

TEST(Patches, OfAnImageWithChannelsInTheOrderOfPyTorch) {
  // Two channels of 2 x 3, kernel 2 x 2: weights are channel, row, column.
  const PatchGeometry patches({.input = {2, 2, 3}, .kernel = {2, 2}});
  Matrix X(1, 12);
  X << 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
  Matrix expected(2, 8);
  expected << 0, 1, 3, 4, 6, 7, 9, 10, 1, 2, 4, 5, 7, 8, 10, 11;
  EXPECT_EQ(patches.stacked(X), expected);
  EXPECT_EQ(patches.filter_shape(), (std::vector<Index>{2, 2, 2}));
}

TEST(Patches, AxesHaveTheirOwnStrideAndPadding) {
  const PatchGeometry patches(
      {.input = {1, 3, 2}, .kernel = {1, 2}, .stride = {2, 1}, .padding = {0, 1}});
  EXPECT_EQ(patches.patches(), 6);  // rows 0 and 2, three steps along the padded row
  EXPECT_EQ(patches.positions(0), (std::vector<Index>{-1, 0}));
  EXPECT_EQ(patches.positions(5), (std::vector<Index>{5, -1}));
}

TEST(Patches, AsManyAsPyTorchCounts) {
  const PatchGeometry patches(
      {.input = {3, 7, 8}, .kernel = {3, 2}, .stride = {2, 3}, .padding = {1, 0}});
  EXPECT_EQ(patches.patches(), 4 * 3);  // floor((7 + 2 - 3) / 2) + 1, floor((8 - 2) / 3) + 1
  EXPECT_EQ(patches.inputs(), 168);
  EXPECT_EQ(patches.size(), 18);
}

TEST(Patches, RefusesWhatDoesNotFit) {
  EXPECT_THROW(PatchGeometry({.input = {4}, .kernel = {5}}), InvalidArgument);
  EXPECT_THROW(PatchGeometry({.input = {4, 4}, .kernel = {2, 2}}), InvalidArgument);
  EXPECT_THROW(PatchGeometry({.input = {1, 4, 4}, .kernel = {2}}), InvalidArgument);
  EXPECT_THROW(PatchGeometry({.input = {4}, .kernel = {2}, .stride = {0}}), InvalidArgument);
  EXPECT_THROW(PatchGeometry({.input = {4}, .kernel = {2}, .padding = {-1}}), InvalidArgument);
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  EXPECT_THROW(static_cast<void>(patches.stacked(Matrix(2, 3))), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
