#include "thalweg/reformulation/make_architecture.hpp"

#include <gtest/gtest.h>

#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

ArchitectureDescription convolution(ArchitectureKind kind) {
  ArchitectureDescription description{.kind = kind};
  description.input = {2, 4, 3};
  description.kernel = {2, 3};
  description.stride = {2, 1};
  description.padding = {0, 1};
  description.filter_bias = true;
  description.pooling = Pooling::kMax;
  return description;
}

TEST(MakeArchitecture, NamesAreThoseOfDescriptions) {
  for (const ArchitectureKind kind : kArchitectureKinds) {
    ArchitectureDescription description = convolution(kind);
    description.neurons = 2;
    description.fan_in = {2, 2};
    if (!has_branches(kind)) {
      EXPECT_THROW(static_cast<void>(make_architecture(description, 24)), InvalidArgument);
      continue;
    }
    const auto architecture = make_architecture(description, 24);
    EXPECT_EQ(architecture->name(), to_string(kind));
    EXPECT_EQ(architecture->features(), 24);
  }
}

TEST(MakeArchitecture, PassesTheGeometryOn) {
  const auto made = make_architecture(convolution(ArchitectureKind::kCnn), 24);
  const auto* network = dynamic_cast<const ConvolutionalNetwork*>(made.get());
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(network->patches().patches(), 2 * 3);
  EXPECT_EQ(network->patches().size(), 2 * 2 * 3 + 1);
  EXPECT_EQ(network->pooling(), Pooling::kMax);
}

TEST(MakeArchitecture, PassesBranchesOn) {
  const auto three = make_architecture({.kind = ArchitectureKind::kThreeLayer, .neurons = 3}, 2);
  const auto* parallel = dynamic_cast<const ParallelNetwork*>(three.get());
  ASSERT_NE(parallel, nullptr);
  EXPECT_EQ(parallel->cost(), BranchCost::kConstrained);
  EXPECT_EQ(parallel->fan_ins(), std::vector<Index>{3});
  const auto path = make_architecture({.kind = ArchitectureKind::kPath, .fan_in = {2, 1}}, 2);
  parallel = dynamic_cast<const ParallelNetwork*>(path.get());
  ASSERT_NE(parallel, nullptr);
  EXPECT_EQ(parallel->cost(), BranchCost::kPath);
  EXPECT_EQ(parallel->depth(), 4);
}

TEST(MakeArchitecture, RefusesSizesThatDoNotFit) {
  const ArchitectureDescription description = convolution(ArchitectureKind::kCnn);
  for (const Index features : {23, 25, 12, 48}) {
    EXPECT_THROW(static_cast<void>(make_architecture(description, features)), InvalidArgument);
  }
  ArchitectureDescription large = description;
  large.kernel = {5, 3};
  EXPECT_THROW(static_cast<void>(make_architecture(large, 24)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
