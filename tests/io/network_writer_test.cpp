#include "thalweg/io/network_writer.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;

StoredNetwork sample(Index outputs, HiddenBias hidden_bias, bool has_output_bias) {
  // Doubles that do not survive a detour through decimals of few digits or through float.
  const auto odd = [](Index i, Index j) {
    return 0.1 * static_cast<double>(i + 1) - 1.0 / static_cast<double>(j + 3);
  };
  TwoLayerNetwork network{Matrix::NullaryExpr(3, 4, odd), Matrix::NullaryExpr(3, outputs, odd),
                          Vector::Zero(outputs), hidden_bias};
  if (has_output_bias) network.output_bias.setConstant(5e-324);
  return {network, has_output_bias};
}

void expect_same(const StoredNetwork& stored, const StoredNetwork& expected) {
  EXPECT_EQ(stored.network.W, expected.network.W);
  EXPECT_EQ(stored.network.alpha, expected.network.alpha);
  EXPECT_EQ(stored.network.output_bias, expected.network.output_bias);
  EXPECT_EQ(stored.network.hidden_bias, expected.network.hidden_bias);
  EXPECT_EQ(stored.has_output_bias, expected.has_output_bias);
}

TEST(NetworkWriter, ReadingBackGivesTheSameDoubles) {
  const TemporaryFolder folder;
  for (const Index outputs : {1, 3}) {
    for (const auto hidden_bias : {HiddenBias::kNone, HiddenBias::kLastColumn}) {
      for (const bool has_output_bias : {false, true}) {
        const StoredNetwork network = sample(outputs, hidden_bias, has_output_bias);
        ASSERT_TRUE(write_network(folder / "n.npz", network));
        const auto again = read_network(folder / "n.npz");
        ASSERT_TRUE(again) << again.error().message;
        expect_same(*again, network);
      }
    }
  }
}

TEST(NetworkWriter, KeepsTheSkipConnection) {
  const TemporaryFolder folder;
  for (const Index outputs : {1, 2}) {
    for (const auto hidden_bias : {HiddenBias::kNone, HiddenBias::kLastColumn}) {
      StoredNetwork network = sample(outputs, hidden_bias, false);
      network.network.skip = Matrix::NullaryExpr(
          4, outputs, [](Index i, Index j) { return 1.0 / static_cast<double>(3 + i + 7 * j); });
      ASSERT_TRUE(write_network(folder / "n.npz", network));
      const auto again = read_network(folder / "n.npz");
      ASSERT_TRUE(again) << again.error().message;
      expect_same(*again, network);
      EXPECT_EQ(again->network.skip, network.network.skip);
    }
  }
  StoredNetwork wrong = sample(1, HiddenBias::kNone, false);
  wrong.network.skip = Matrix::Zero(3, 1);
  EXPECT_THROW((void)write_network(folder / "n.npz", wrong), InvalidArgument);
}

TEST(NetworkWriter, KeepsTheStandardisation) {
  const TemporaryFolder folder;
  StoredNetwork network = sample(2, HiddenBias::kLastColumn, true);
  const Vector means{{0.1, -0.2, 1e300}};
  const Vector scales{{0.5, 3, 1e-300}};
  for (const bool targets : {false, true}) {
    network.standardization = Standardization{{means, scales}, std::nullopt};
    if (targets) network.standardization->targets = {Vector{{7, 8}}, Vector{{1, 2}}};
    ASSERT_TRUE(write_network(folder / "n.npz", network));
    const auto again = read_network(folder / "n.npz");
    ASSERT_TRUE(again) << again.error().message;
    expect_same(*again, network);
    ASSERT_TRUE(again->standardization);
    EXPECT_EQ(again->standardization->inputs.mean, means);
    EXPECT_EQ(again->standardization->inputs.scale, scales);
    ASSERT_EQ(again->standardization->targets.has_value(), targets);
    if (!targets) continue;
    EXPECT_EQ(again->standardization->targets->mean, (Vector{{7, 8}}));
    EXPECT_EQ(again->standardization->targets->scale, (Vector{{1, 2}}));
  }
  network.standardization->inputs.mean.resize(4);
  EXPECT_THROW((void)write_network(folder / "n.npz", network), InvalidArgument);
}

TEST(NetworkWriter, WritesTheArraysOfTheContract) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_network(folder / "n.npz", sample(1, HiddenBias::kLastColumn, true)));
  const auto scalar = read_npz(folder / "n.npz");
  EXPECT_THAT(scalar->names(), ElementsAre("W", "b", "alpha", "output_bias"));
  EXPECT_THAT(scalar->read("W")->shape, ElementsAre(3, 3));
  EXPECT_THAT(scalar->read("b")->shape, ElementsAre(3));
  EXPECT_THAT(scalar->read("alpha")->shape, ElementsAre(3));
  EXPECT_THAT(scalar->read("output_bias")->shape, ElementsAre(1));
  ASSERT_TRUE(write_network(folder / "n.npz", sample(2, HiddenBias::kNone, false)));
  const auto vector = read_npz(folder / "n.npz");
  EXPECT_THAT(vector->names(), ElementsAre("W", "alpha"));
  EXPECT_THAT(vector->read("alpha")->shape, ElementsAre(3, 2));
}

TEST(NetworkWriter, WritesANetworkWithoutNeurons) {
  const TemporaryFolder folder;
  const StoredNetwork none{{Matrix(0, 4), Matrix(0, 1), Vector::Zero(1), HiddenBias::kLastColumn},
                           false};
  ASSERT_TRUE(write_network(folder / "n.npz", none));
  const auto again = read_network(folder / "n.npz");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->network.W.cols(), 4);
  EXPECT_EQ(again->network.width(), 0);
}

TEST(NetworkWriter, RefusesWhatItCannotStore) {
  const TemporaryFolder folder;
  const auto refuse = [&](const StoredNetwork& network, const std::string& name) {
    EXPECT_THROW((void)write_network(folder / name, network), InvalidArgument);
  };
  StoredNetwork network = sample(1, HiddenBias::kNone, false);
  refuse(network, "n.npy");
  network.network.W(0, 0) = std::numeric_limits<double>::quiet_NaN();
  refuse(network, "n.npz");
  network = sample(1, HiddenBias::kNone, false);
  network.network.alpha.conservativeResize(2, 1);
  refuse(network, "n.npz");
  network = sample(1, HiddenBias::kNone, false);
  network.network.output_bias.resize(0);
  refuse(network, "n.npz");
  EXPECT_EQ(folder.count_entries(), 0u);
  expect_error(write_network(folder / "none" / "n.npz", sample(1, HiddenBias::kNone, false)),
               ErrorCode::kUnwritable, {"none/n.npz"});
}

}  // namespace
}  // namespace thalweg::io
