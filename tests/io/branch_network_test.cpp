#include <gtest/gtest.h>

#include "io/test_bytes.hpp"
#include "io/test_zip.hpp"
#include "thalweg/io/branch_network_reader.hpp"
#include "thalweg/io/branch_network_writer.hpp"

namespace thalweg::io {
namespace {

using Arrays = std::vector<std::pair<std::string, std::string>>;

/// Filters of (1, 2, 2) with a bias and a number each.
const BranchFormat kFormat{{{"U", {1, 2, 2}}, {"b", {}}, {"alpha", {}}}, TorchNames::kConvolution};
/// The same without bias, three output weights each.
const BranchFormat kFlat{{{"U", {2}}, {"W", {3}}}, TorchNames::kConvolution};

Expected<StoredBranchNetwork> from_npz(const Arrays& arrays, const BranchFormat& format) {
  std::vector<ZipPart> parts;
  for (const auto& [name, content] : arrays) parts.push_back(stored(name + ".npy", content));
  return branch_network_from(NpzArchive::parse(to_bytes(zip(parts)), "f.npz").value(), format);
}

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) { return Matrix(rows); }

const std::string kFilters = npy_doubles("(2, 1, 2, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
const std::string kTwo = npy_doubles("(2,)", {9, 10});
const std::string kOne = npy_doubles("(1,)", {0.5});

void expect_example(const Expected<StoredBranchNetwork>& stored, bool has_bias) {
  ASSERT_TRUE(stored) << stored.error().message;
  const std::vector<Matrix>& layers = stored->network.layers;
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0], matrix({{1, 2, 3, 4}, {5, 6, 7, 8}}));
  EXPECT_EQ(layers[1], matrix({{9}, {10}}));
  EXPECT_EQ(layers[2], matrix({{11}, {12}}));
  EXPECT_EQ(stored->output_bias.has_value(), has_bias);
  EXPECT_EQ(stored->output_bias.value_or(0.5), 0.5);
}

TEST(BranchNetwork, ReadsItsOwnNames) {
  for (const std::string shape : {"(2,)", "(2, 1)"}) {
    Arrays arrays = {{"U", kFilters}, {"b", kTwo}, {"alpha", npy_doubles(shape, {11, 12})}};
    expect_example(from_npz(arrays, kFormat), false);
    arrays.emplace_back("output_bias", kOne);
    expect_example(from_npz(arrays, kFormat), true);
  }
}

TEST(BranchNetwork, ReadsPyTorchsNames) {
  for (const std::string layer : {"3", "10"}) {
    Arrays arrays = {{"0.weight", kFilters},
                     {"0.bias", kTwo},
                     {layer + ".weight", npy_doubles("(1, 2)", {11, 12})}};
    expect_example(from_npz(arrays, kFormat), false);
    arrays.emplace_back(layer + ".bias", kOne);
    expect_example(from_npz(arrays, kFormat), true);
  }
  // nn.Conv2d(m, 1, 1) as the output of a fully convolutional network.
  expect_example(from_npz({{"0.weight", kFilters},
                           {"0.bias", kTwo},
                           {"2.weight", npy_doubles("(1, 2, 1, 1)", {11, 12})}},
                          kFormat),
                 false);
}

TEST(BranchNetwork, FlattenedActivationsRunOverPatchesFirst) {
  const auto stored = from_npz({{"0.weight", npy_doubles("(2, 2)", {1, 2, 3, 4})},
                                {"3.weight", npy_doubles("(1, 6)", {1, 2, 3, 4, 5, 6})}},
                               kFlat);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.layers[1], matrix({{1, 2, 3}, {4, 5, 6}}));
}

TEST(BranchNetwork, RefusesWhatDoesNotFit) {
  const std::string alpha = npy_doubles("(2,)", {11, 12});
  const auto shape = ErrorCode::kBadShape;
  expect_error(from_npz({{"b", kTwo}}, kFormat), ErrorCode::kMissing,
               {"f.npz", "'U', 'b', 'alpha'", "'0.weight'", "found no 'U'"});
  expect_error(from_npz({{"U", kFilters}, {"b", kTwo}}, kFormat), ErrorCode::kMissing, {"alpha"});
  expect_error(from_npz({{"U", npy_doubles("(2, 4)", {1, 2, 3, 4, 5, 6, 7, 8})}}, kFormat), shape,
               {"array 'U'", "expected shape (K, 1, 2, 2)", "found (2, 4)"});
  expect_error(from_npz({{"U", kFilters}, {"b", npy_doubles("(3,)", {1, 2, 3})}}, kFormat), shape,
               {"array 'b'", "expected shape (2,)", "found (3,)"});
  expect_error(from_npz({{"U", kFilters}, {"b", kTwo}, {"alpha", npy_doubles("()", {1})}}, kFormat),
               shape, {"array 'alpha'"});
  expect_error(
      from_npz({{"U", kFilters}, {"b", kTwo}, {"alpha", alpha}, {"output_bias", kTwo}}, kFormat),
      shape, {"output_bias"});
  expect_error(from_npz({{"U", kFilters}, {"0.weight", kFilters}}, kFormat), ErrorCode::kMalformed,
               {"'U' or under '0.weight'"});
  expect_error(
      from_npz({{"U", kFilters}, {"b", kTwo}, {"alpha", alpha}, {"input_mean", kOne}}, kFormat),
      ErrorCode::kUnsupported, {"standardise the data set"});
}

TEST(BranchNetwork, RefusesArraysThatAreNotRead) {
  const Arrays flat = {{"U", npy_doubles("(1, 2)", {1, 2})},
                       {"W", npy_doubles("(1, 3)", {1, 2, 3})}};
  const auto with = [&](const std::string& name) {
    Arrays arrays = flat;
    arrays.emplace_back(name, kOne);
    return from_npz(arrays, kFlat);
  };
  EXPECT_TRUE(with("output_bias"));
  EXPECT_TRUE(with("dual"));
  expect_error(with("b"), ErrorCode::kUnsupported, {"f.npz", "'b'", "'U', 'W', 'output_bias'"});
  const Arrays torch = {{"0.weight", npy_doubles("(1, 2)", {1, 2})},
                        {"3.weight", npy_doubles("(1, 3)", {1, 2, 3})},
                        {"b", kOne}};
  expect_error(from_npz(torch, kFlat), ErrorCode::kUnsupported, {"'b'", "'0.weight'", "'3.bias'"});
}

TEST(BranchNetwork, RefusesOtherPyTorchNetworks) {
  const std::string weights = npy_doubles("(1, 2)", {11, 12});
  const Arrays convolution = {{"0.weight", kFilters}, {"0.bias", kTwo}};
  const auto with = [&](const Arrays& more) {
    Arrays arrays = convolution;
    arrays.insert(arrays.end(), more.begin(), more.end());
    return from_npz(arrays, kFormat);
  };
  expect_error(with({}), ErrorCode::kMissing, {"output layer 'N.weight'"});
  expect_error(with({{"2.weight", weights}, {"4.weight", weights}}), ErrorCode::kUnsupported,
               {"found also '4.weight'"});
  expect_error(with({{"2.weight", weights}, {"1.running_mean", kTwo}}), ErrorCode::kUnsupported,
               {"'1.running_mean'"});
  expect_error(with({{"2.weight", npy_doubles("(2, 2)", {1, 2, 3, 4})}}), ErrorCode::kBadShape,
               {"'2.weight'", "expected shape (1, 2)"});
  expect_error(with({{"2.weight", npy_doubles("(1, 6)", {1, 2, 3, 4, 5, 6})}}),
               ErrorCode::kBadShape, {"1 for each of the 2 filters"});
  expect_error(with({{"2.weight", weights}, {"2.bias", kTwo}}), ErrorCode::kBadShape, {"2.bias"});
  expect_error(from_npz({{"0.weight", npy_doubles("(2, 2)", {1, 2, 3, 4})},
                         {"0.bias", kTwo},
                         {"2.weight", weights}},
                        kFlat),
               ErrorCode::kUnsupported, {"filter_bias"});
  BranchFormat own = kFormat;
  own.torch = TorchNames::kRefused;
  expect_error(from_npz({{"0.weight", kFilters}, {"0.bias", kTwo}, {"2.weight", weights}}, own),
               ErrorCode::kMissing, {"found no 'U'"});
}

TEST(BranchNetwork, ReadingBackGivesTheSameDoubles) {
  const TemporaryFolder folder;
  for (const Index branches : {0, 1, 3}) {
    StoredBranchNetwork network;
    for (const Index size : {4, 1, 1}) {
      network.network.layers.push_back(Matrix::NullaryExpr(branches, size, [](Index i, Index j) {
        return 0.1 * static_cast<double>(i + 1) - 1.0 / static_cast<double>(j + 3);
      }));
    }
    for (const bool bias : {false, true}) {
      if (bias) network.output_bias = 5e-324;
      ASSERT_TRUE(write_branch_network(folder / "n.npz", network, kFormat, Vector{{1.0, 2.0}}));
      const auto again = read_branch_network(folder / "n.npz", kFormat);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(again->network.layers, network.network.layers);
      EXPECT_EQ(again->output_bias, network.output_bias);
    }
  }
}

TEST(BranchNetwork, FilesAreToldByTheirEnding) {
  const TemporaryFolder folder;
  expect_error(read_branch_network(folder / "n.pt", kFormat), ErrorCode::kUnsupported, {"pickle"});
  expect_error(read_branch_network(folder / "n.txt", kFormat), ErrorCode::kUnsupported, {".npz"});
  expect_error(read_branch_network(folder / "n.npz", kFormat), ErrorCode::kUnreadable, {"n.npz"});
}

TEST(BranchNetwork, TheWriterRefusesOtherNetworks) {
  const TemporaryFolder folder;
  StoredBranchNetwork network;
  network.network.layers = {Matrix::Ones(2, 2), Matrix::Ones(2, 3)};
  EXPECT_TRUE(write_branch_network(folder / "n.npz", network, kFlat));
  const auto write = [&](const std::string& name) {
    static_cast<void>(write_branch_network(folder / name, network, kFlat));
  };
  EXPECT_THROW(write("n.npy"), InvalidArgument);
  network.network.layers[1] = Matrix::Ones(2, 2);
  EXPECT_THROW(write("n.npz"), InvalidArgument);
  network.network.layers[1] = Matrix::Constant(2, 3, 1.0 / 0.0);
  EXPECT_THROW(write("n.npz"), InvalidArgument);
  network.network.layers.pop_back();
  EXPECT_THROW(write("n.npz"), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::io
