#include "thalweg/io/path_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "io/path_samples.hpp"
#include "io/test_bytes.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/path_writer.hpp"

namespace thalweg::io {
namespace {

/// The arrays of a path with seven waypoints, kinds 3 1 0 2 1 3, to be spoilt and read.
class PathReader : public testing::Test {
 protected:
  PathReader() {
    EXPECT_TRUE(write_path(folder_ / "p.npz", sample_path(true, true)));
    const auto archive = read_npz(folder_ / "p.npz");
    for (const std::string& name : archive->names()) arrays_[name] = *archive->read(name);
  }

  Expected<StoredPath> read() {
    std::vector<NpzEntry> entries;
    for (const auto& [name, array] : arrays_) {
      entries.push_back({name, encode_npy<double>(array.shape, array.values)});
    }
    EXPECT_TRUE(write_npz(folder_ / "p.npz", entries));
    return read_path(folder_ / "p.npz");
  }

  void refuse(ErrorCode code, std::initializer_list<std::string_view> fragments) {
    expect_error(read(), code, fragments);
  }

  /// With another value in one place.
  void refuse_value(double& place, double value,
                    std::initializer_list<std::string_view> fragments) {
    const double kept = place;
    place = value;
    refuse(ErrorCode::kBadValue, fragments);
    place = kept;
  }

  /// Entry (i, j) of an array with three neurons a row.
  double& at(const std::string& name, std::size_t i, std::size_t j) {
    return arrays_[name].values[3 * i + j];
  }
  /// Entry (i, j, k) of one with two inputs, too.
  double& at(const std::string& name, std::size_t i, std::size_t j, std::size_t k) {
    return arrays_[name].values[6 * i + 2 * j + k];
  }

  TemporaryFolder folder_;
  std::map<std::string, NdArray> arrays_;
};

TEST_F(PathReader, TakesWhatNumPyAloneWouldWrite) {
  arrays_.erase("hidden_bias");
  const auto path = read();
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(path->path.states.size(), 3U);
  EXPECT_EQ(path->path.directions.rows(), 3);  // (3, 4) of two slots once
}

TEST_F(PathReader, DropsSegmentsThatReaimEmptySlots) {
  // After the segment of masses, which leaves no slot empty, one that changes nothing.
  const auto repeat = [&](const std::string& name, std::size_t row) {
    NdArray& array = arrays_[name];
    const std::size_t size = array.values.size() / static_cast<std::size_t>(array.shape[0]);
    const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(row * size);
    const std::vector<double> values(from, from + static_cast<std::ptrdiff_t>(size));
    array.values.insert(from, values.begin(), values.end());
    ++array.shape[0];
  };
  for (const char* name : {"W", "alpha", "mass"}) repeat(name, 3);
  for (const char* name : {"direction", "sign", "kind"}) repeat(name, 2);
  arrays_["kind"].values[3] = 3;
  const auto path = read();
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(path->path.states.size(), 3U);
  arrays_["kind"].values[3] = 1;
  refuse(ErrorCode::kUnsupported, {"p.npz: array 'kind'", "rescaling", "at 3"});
  arrays_["kind"].values[3] = 3;
  at("direction", 3, 1, 1) = 0.5;
  refuse(ErrorCode::kBadValue, {"'direction'", "segment 3, neuron 1", "segment 2"});
}

TEST_F(PathReader, RefusesMissingArrays) {
  for (const char* name : {"W", "alpha", "kind", "direction", "sign", "mass"}) {
    const NdArray kept = arrays_[name];
    arrays_.erase(name);
    refuse(ErrorCode::kMissing, {"p.npz", name});
    arrays_[name] = kept;
  }
  expect_error(read_path(folder_ / "none.npz"), ErrorCode::kUnreadable, {"none.npz"});
  expect_error(read_path(folder_ / "p.csv"), ErrorCode::kUnsupported, {".npz", ".csv"});
}

TEST_F(PathReader, RefusesShapesThatDoNotFit) {
  const auto with_shape = [&](const std::string& name, std::vector<Index> shape) {
    const NdArray kept = arrays_[name];
    std::size_t size = 1;
    for (const Index extent : shape) size *= static_cast<std::size_t>(extent);
    arrays_[name] = {std::move(shape), std::vector<double>(size, 1.0)};
    refuse(ErrorCode::kBadShape, {"p.npz: array '" + name + "'", "expected"});
    arrays_[name] = kept;
  };
  with_shape("W", {7, 6});
  with_shape("W", {1, 3, 2});
  with_shape("W", {7, 3, 0});
  with_shape("alpha", {7, 2});
  with_shape("alpha", {6, 3});
  with_shape("kind", {7});
  with_shape("direction", {7, 3, 2});
  with_shape("sign", {7, 3});
  with_shape("mass", {6, 3});
  with_shape("hidden_bias", {1});
  arrays_["output_bias"] = {{6}, std::vector<double>(6, 0.0)};
  refuse(ErrorCode::kBadShape, {"'output_bias'", "expected shape (7,)", "found (6,)"});
  arrays_.erase("output_bias");
  arrays_["skip"] = {{7}, std::vector<double>(7, 0.0)};
  refuse(ErrorCode::kBadShape, {"'skip'", "(7, 2)"});
}

TEST_F(PathReader, RefusesValuesThatMeanNothing) {
  refuse_value(arrays_["kind"].values[2], 4, {"'kind'", "found 4"});
  refuse_value(arrays_["kind"].values[2], 0.5, {"'kind'", "found 0.5"});
  refuse_value(arrays_["kind"].values[1], 0, {"'kind'", "rescaling (1) first"});
  refuse_value(arrays_["hidden_bias"].values[0], 2, {"'hidden_bias'"});
  refuse_value(at("sign", 2, 1), 0, {"'sign'", "segment 2, neuron 1", "found 0"});
  refuse_value(at("mass", 3, 1), -1, {"'mass'", "waypoint 3, neuron 1", "found -1"});
  refuse_value(at("mass", 3, 1), std::nan(""), {"'mass'", "nan"});
  refuse_value(at("W", 0, 1, 1), INFINITY, {"'W'", "inf"});
  refuse_value(at("direction", 5, 2, 0), 0, {"'direction'"});
  at("direction", 2, 1, 0) = 0;
  refuse(ErrorCode::kBadValue, {"segment 2, neuron 1", "expected a direction"});
}

TEST_F(PathReader, RefusesNeighboursThatContradictEachOther) {
  refuse_value(at("mass", 0, 0), 3, {"'mass'", "waypoint 1, neuron 0", "expected 3"});
  refuse_value(at("mass", 2, 2), 1, {"segment 1, neuron 2", "expected a direction"});
  refuse_value(at("sign", 2, 0), -1, {"segment 2, neuron 0", "segment 1"});
  refuse_value(at("direction", 2, 0, 0), 5, {"segment 2, neuron 0", "segment 1"});
  refuse_value(at("direction", 4, 2, 0), 5, {"segment 4, neuron 2", "segment 3"});
  // The merge empties slot 0, which therefore keeps its direction.
  refuse_value(at("direction", 3, 0, 0), 5, {"segment 3, neuron 0", "segment 2"});
  arrays_["output_bias"] = {{7}, std::vector<double>(7, 1.0)};
  ASSERT_TRUE(read());
  refuse_value(arrays_["output_bias"].values[2], 2, {"'output_bias'", "waypoint 2"});
  refuse_value(arrays_["output_bias"].values[6], 2, {"'output_bias'", "waypoint 6"});
  arrays_["skip"] = {{7, 2}, std::vector<double>(14, 1.0)};
  refuse_value(arrays_["skip"].values[13], 2, {"'skip'", "waypoint 6"});
}

TEST_F(PathReader, RefusesWeightsThatAreNotThoseOfTheMasses) {
  const auto with = [&](double& place, double factor, bool good = false) {
    const double kept = place;
    place *= factor;
    if (good) {
      EXPECT_TRUE(read());
    } else {
      refuse(ErrorCode::kBadValue, {"'direction', 'sign' and 'mass'"});
    }
    place = kept;
  };
  with(at("W", 3, 0, 1), 1 + 1e-8);
  with(at("W", 3, 0, 1), 1 + 1e-10, true);
  with(at("alpha", 3, 0), 1 + 1e-8);
  with(at("alpha", 3, 0), -1);
  with(at("alpha", 3, 0), 1 + 1e-10, true);
  with(at("alpha", 0, 0), 1 + 1e-8);  // the ends: the product
  with(at("W", 6, 2, 1), 1 + 1e-8);
  at("W", 6, 2, 0) *= -1;  // the same product with the other sign
  at("W", 6, 2, 1) *= -1;
  with(at("alpha", 6, 2), -1);
  at("W", 6, 2, 0) *= -1;
  at("W", 6, 2, 1) *= -1;
  with(at("alpha", 6, 2), 1 + 1e-10,
       true);                 // as exact as it must be is not for this reader
  at("W", 4, 0, 0) = 1e-300;  // an empty slot has no weights
  refuse(ErrorCode::kBadValue, {"'W'", "waypoint 4, neuron 0"});
  at("W", 4, 0, 0) = 0;
  at("W", 5, 0, 1) = 0.1;  // before the last segment idle weights are 0
  refuse(ErrorCode::kBadValue, {"'W'", "waypoint 5, neuron 0"});
}

}  // namespace
}  // namespace thalweg::io
