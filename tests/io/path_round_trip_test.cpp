#include <gmock/gmock.h>

#include <limits>

#include "io/path_samples.hpp"
#include "io/test_bytes.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/io/path_writer.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;

template <class Values>
void expect_equal(const Values& values, const Values& expected) {
  ASSERT_EQ(values.size(), expected.size());
  if (expected.size() == 0) return;
  ASSERT_EQ(values.rows(), expected.rows());
  EXPECT_EQ(values, expected);
}

void expect_same(const TwoLayerNetwork& network, const TwoLayerNetwork& expected) {
  expect_equal(network.W, expected.W);
  expect_equal(network.alpha, expected.alpha);
  expect_equal(network.output_bias, expected.output_bias);
  EXPECT_EQ(network.hidden_bias, expected.hidden_bias);
  expect_equal(network.skip, expected.skip);
}

/// The same slots, whatever the numbers of their directions; empty ones are alike.
void expect_same(const NetworkPath& path, const NetworkPath& expected) {
  expect_same(path.start, expected.start);
  EXPECT_EQ(path.kinds, expected.kinds);
  ASSERT_EQ(path.end.has_value(), expected.end.has_value());
  if (path.end) expect_same(*path.end, *expected.end);
  ASSERT_EQ(path.states.size(), expected.states.size());
  for (std::size_t i = 0; i < path.states.size(); ++i) {
    EXPECT_EQ(path.states[i].affine.bias, expected.states[i].affine.bias);
    expect_equal(path.states[i].affine.skip, expected.states[i].affine.skip);
    ASSERT_EQ(path.states[i].slots.size(), expected.states[i].slots.size());
    for (std::size_t j = 0; j < path.states[i].slots.size(); ++j) {
      const PathSlot& slot = path.states[i].slots[j];
      const PathSlot& wanted = expected.states[i].slots[j];
      EXPECT_EQ(slot.mass, wanted.mass);
      if (wanted.mass == 0) continue;
      EXPECT_EQ(slot.sign, wanted.sign);
      EXPECT_EQ(path.directions.row(slot.direction), expected.directions.row(wanted.direction));
    }
  }
}

NetworkPath again(const TemporaryFolder& folder, const StoredPath& stored) {
  const auto written = write_path(folder / "p.npz", stored);
  EXPECT_TRUE(written);
  const auto read = read_path(folder / "p.npz");
  EXPECT_TRUE(read) << read.error().message;
  if (!read) return {};
  EXPECT_EQ(read->has_output_bias, stored.has_output_bias);
  EXPECT_EQ(read->standardization.has_value(), stored.standardization.has_value());
  return read->path;
}

TEST(PathRoundTrip, GivesTheSameStates) {
  const TemporaryFolder folder;
  for (const bool has_end : {false, true}) {
    for (const bool idle : {false, true}) {
      const StoredPath stored = sample_path(has_end, idle);
      expect_same(again(folder, stored), stored.path);
    }
  }
}

TEST(PathRoundTrip, KeepsBiasesSkipConnectionAndStandardisation) {
  const TemporaryFolder folder;
  StoredPath stored = sample_path(true, true);
  stored.has_output_bias = true;
  stored.path.start.hidden_bias = stored.path.end->hidden_bias = HiddenBias::kLastColumn;
  stored.path.start.output_bias.setConstant(1.0 / 3);
  stored.path.end->output_bias.setConstant(5e-324);
  stored.path.start.skip = Vector{{0.1, -0.2}};
  stored.path.end->skip = Vector{{0.0, 0.7}};
  for (PathState& state : stored.path.states) {
    state.affine = {stored.path.start.output_bias[0], Vector(stored.path.start.skip.col(0))};
  }
  stored.path.states.back().affine = {5e-324, Vector(stored.path.end->skip.col(0))};
  stored.standardization = Standardization{{Vector{{0.3}}, Vector{{0.25}}}, std::nullopt};
  expect_same(again(folder, stored), stored.path);
}

TEST(PathRoundTrip, WritesTheArraysOfTheContract) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_path(folder / "p.npz", sample_path(true, true)));
  const auto archive = read_npz(folder / "p.npz");
  ASSERT_TRUE(archive);
  EXPECT_THAT(archive->names(),
              ElementsAre("W", "alpha", "kind", "direction", "sign", "mass", "hidden_bias"));
  // 3 states, the start and the end, and one waypoint beside each, for their idle neurons.
  EXPECT_THAT(archive->read("kind")->values, ElementsAre(3, 1, 0, 2, 1, 3));
  EXPECT_THAT(archive->read("W")->shape, ElementsAre(7, 3, 2));
  EXPECT_THAT(archive->read("alpha")->shape, ElementsAre(7, 3));
  EXPECT_THAT(archive->read("direction")->shape, ElementsAre(6, 3, 2));
  EXPECT_THAT(archive->read("sign")->shape, ElementsAre(6, 3));
  EXPECT_THAT(archive->read("mass")->shape, ElementsAre(7, 3));
}

TEST(PathRoundTrip, StoresTheStartExactlyAndBalancedNeuronsAfterIt) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_path(folder / "p.npz", sample_path(false, false)));
  const auto archive = read_npz(folder / "p.npz");
  ASSERT_TRUE(archive);
  const auto W = archive->read("W")->values;
  const auto alpha = archive->read("alpha")->values;
  // w = (3, 4), alpha = 2 becomes sqrt(2 / 5) (3, 4) and sqrt(10).
  EXPECT_THAT(std::vector(W.begin(), W.begin() + 2), ElementsAre(3, 4));
  EXPECT_EQ(alpha[0], 2);
  EXPECT_NEAR(W[6], 3 * std::sqrt(0.4), 1e-15);
  EXPECT_NEAR(W[7], 4 * std::sqrt(0.4), 1e-15);
  EXPECT_NEAR(alpha[3], std::sqrt(10.0), 1e-15);
}

TEST(PathRoundTrip, TakesANetworkWithoutNeurons) {
  const TemporaryFolder folder;
  StoredPath stored;
  stored.path.start = TwoLayerNetwork::empty(2);
  stored.path.directions.resize(0, 2);
  stored.path.states.resize(1);
  expect_same(again(folder, stored), stored.path);
}

TEST(PathRoundTrip, RefusesWhatItCannotStore) {
  const TemporaryFolder folder;
  const auto refuse = [&](const StoredPath& stored, const std::string& name = "p.npz") {
    EXPECT_THROW((void)write_path(folder / name, stored), InvalidArgument);
  };
  const StoredPath good = sample_path(true, false);
  refuse(good, "p.npy");
  for (const auto& spoil : std::initializer_list<void (*)(NetworkPath&)>{
           [](NetworkPath& p) { p.states.clear(); }, [](NetworkPath& p) { p.kinds.pop_back(); },
           [](NetworkPath& p) { p.states[1].slots.pop_back(); },
           [](NetworkPath& p) { p.states[1].slots[0].mass = -1; },
           [](NetworkPath& p) { p.states[1].slots[0].direction = 99; },
           [](NetworkPath& p) { p.states[1].slots[0].direction = -1; },
           [](NetworkPath& p) {
             p.states[1].affine.bias = std::numeric_limits<double>::infinity();
           },
           [](NetworkPath& p) { p.start.W(0, 0) = std::numeric_limits<double>::quiet_NaN(); },
           [](NetworkPath& p) { p.end->W.conservativeResize(2, 2); },
           [](NetworkPath& p) { p.directions.conservativeResize(p.directions.rows(), 1); }}) {
    StoredPath bad = good;
    spoil(bad.path);
    refuse(bad);
  }
  EXPECT_EQ(folder.count_entries(), 0U);
  expect_error(write_path(folder / "none" / "p.npz", good), ErrorCode::kUnwritable, {"none/p.npz"});
}

}  // namespace
}  // namespace thalweg::io
