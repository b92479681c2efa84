#include "thalweg/io/network_reader.hpp"

#include "io/test_bytes.hpp"
#include "io/test_zip.hpp"

namespace thalweg::io {
namespace {

const std::string kData = THALWEG_TEST_DATA "/io/";

using Arrays = std::vector<std::pair<std::string, std::string>>;

Expected<StoredNetwork> from_npz(const Arrays& arrays) {
  std::vector<ZipPart> parts;
  for (const auto& [name, content] : arrays) parts.push_back(stored(name + ".npy", content));
  return network_from(NpzArchive::parse(to_bytes(zip(parts)), "f.npz").value());
}

const std::string kW = npy_doubles("(2, 3)", {1, 2, 3, 4, 5, 6});
const std::string kAlpha = npy_doubles("(2,)", {0.5, -0.5});

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) { return Matrix(rows); }

TEST(NetworkReader, ReadsItsOwnNames) {
  for (const std::string name : {"alpha", "a"}) {
    const auto stored = from_npz({{"W", kW}, {name, kAlpha}});
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->network.W, matrix({{1, 2, 3}, {4, 5, 6}}));
    EXPECT_EQ(stored->network.alpha, matrix({{0.5}, {-0.5}}));
    EXPECT_EQ(stored->network.output_bias, Vector::Zero(1));
    EXPECT_EQ(stored->network.hidden_bias, HiddenBias::kNone);
    EXPECT_FALSE(stored->has_output_bias);
  }
}

TEST(NetworkReader, MakesAHiddenBiasTheLastColumn) {
  const auto stored = from_npz({{"W", kW},
                                {"alpha", npy_doubles("(2, 2)", {1, 2, 3, 4})},
                                {"b", npy_doubles("(2,)", {7, 8})},
                                {"output_bias", npy_doubles("(2,)", {0, 9})}});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.W, matrix({{1, 2, 3, 7}, {4, 5, 6, 8}}));
  EXPECT_EQ(stored->network.hidden_bias, HiddenBias::kLastColumn);
  EXPECT_EQ(stored->network.alpha, matrix({{1, 2}, {3, 4}}));
  EXPECT_EQ(stored->network.output_bias, matrix({{0}, {9}}));
  EXPECT_TRUE(stored->has_output_bias);
}

TEST(NetworkReader, ReadsTheSkipConnection) {
  const std::string three = npy_doubles("(3,)", {1, 2, 3});
  const std::string four = npy_doubles("(4, 1)", {1, 2, 3, 4});
  const std::string b = npy_doubles("(2,)", {7, 8});
  const auto plain = from_npz({{"W", kW}, {"alpha", kAlpha}, {"skip", three}});
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->network.skip, matrix({{1}, {2}, {3}}));
  const auto with_bias = from_npz({{"W", kW}, {"alpha", kAlpha}, {"b", b}, {"skip", four}});
  ASSERT_TRUE(with_bias) << with_bias.error().message;
  EXPECT_EQ(with_bias->network.skip, matrix({{1}, {2}, {3}, {4}}));
  EXPECT_FALSE(from_npz({{"W", kW}, {"alpha", kAlpha}})->network.has_skip());

  const auto short_by_one = from_npz({{"W", kW}, {"alpha", kAlpha}, {"b", b}, {"skip", three}});
  ASSERT_FALSE(short_by_one);
  EXPECT_EQ(short_by_one.error().code, ErrorCode::kBadShape);
  EXPECT_NE(short_by_one.error().message.find("column of ones"), std::string::npos);
  EXPECT_FALSE(from_npz({{"W", kW}, {"alpha", kAlpha}, {"skip", four}}));
}

TEST(NetworkReader, ReadsTheStandardisation) {
  const std::string mean = npy_doubles("(3,)", {1, 2, 3});
  const std::string scale = npy_doubles("(3,)", {4, 5, 6});
  const std::string one = npy_doubles("(1,)", {7});
  const Arrays network = {{"W", kW}, {"alpha", kAlpha}};
  const auto with = [&](const Arrays& more) {
    Arrays arrays = network;
    arrays.insert(arrays.end(), more.begin(), more.end());
    return from_npz(arrays);
  };
  EXPECT_FALSE(with({})->standardization);
  const auto inputs = with({{"input_mean", mean}, {"input_scale", scale}});
  ASSERT_TRUE(inputs) << inputs.error().message;
  EXPECT_EQ(inputs->standardization->inputs.mean, (Vector{{1, 2, 3}}));
  EXPECT_EQ(inputs->standardization->inputs.scale, (Vector{{4, 5, 6}}));
  EXPECT_FALSE(inputs->standardization->targets);
  const auto outputs = with({{"output_mean", one}, {"output_scale", one}});
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_TRUE(outputs->standardization->inputs.identity(2));
  EXPECT_EQ(outputs->standardization->targets->scale, (Vector{{7}}));

  EXPECT_EQ(with({{"input_mean", mean}}).error().code, ErrorCode::kMissing);
  EXPECT_EQ(with({{"output_scale", one}}).error().code, ErrorCode::kMissing);
  EXPECT_EQ(with({{"input_mean", one}, {"input_scale", scale}}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(with({{"output_mean", mean}, {"output_scale", mean}}).error().code,
            ErrorCode::kBadShape);
  for (const double wrong : {0.0, -1.0}) {
    const auto refused =
        with({{"input_mean", mean}, {"input_scale", npy_doubles("(3,)", {1, wrong, 1})}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kBadValue);
    EXPECT_NE(refused.error().message.find("entry 1"), std::string::npos);
  }
}

TEST(NetworkReader, ReadsWhatPyTorchNames) {
  // Written by PyTorch: every tensor counts in quarters from 0, 1, 2 and 3 on.
  const auto stored = read_network(kData + "torch.npz");
  ASSERT_TRUE(stored) << stored.error().message;
  const TwoLayerNetwork& network = stored->network;
  ASSERT_EQ(network.W.rows(), 5);
  ASSERT_EQ(network.W.cols(), 5);
  ASSERT_EQ(network.alpha.rows(), 5);
  ASSERT_EQ(network.alpha.cols(), 2);
  for (Index j = 0; j < 5; ++j) {
    for (Index k = 0; k < 4; ++k) EXPECT_EQ(network.W(j, k), static_cast<double>(4 * j + k) / 4);
    EXPECT_EQ(network.W(j, 4), 1 + static_cast<double>(j) / 4);
    for (Index k = 0; k < 2; ++k)
      EXPECT_EQ(network.alpha(j, k), 2 + static_cast<double>(5 * k + j) / 4);
  }
  EXPECT_EQ(network.output_bias, matrix({{3}, {3.25}}));
  EXPECT_TRUE(stored->has_output_bias);
}

TEST(NetworkReader, ReadsSafetensors) {
  const TemporaryFolder folder;
  const std::string header = R"({"0.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                             R"("2.weight":{"dtype":"F64","shape":[1,2],"data_offsets":[8,24]}})";
  const std::string data =
      little(bits(1.5f), 4) + little(bits(0.1f), 4) + little(bits(-1.0), 8) + little(bits(0.1), 8);
  ASSERT_TRUE(write_file(folder / "n.safetensors", little(header.size(), 8) + header + data));
  const auto stored = read_network(folder / "n.safetensors");
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.W, matrix({{1.5}, {double{0.1f}}}));
  EXPECT_EQ(stored->network.alpha, matrix({{-1}, {0.1}}));
  EXPECT_EQ(stored->network.hidden_bias, HiddenBias::kNone);
  EXPECT_FALSE(stored->has_output_bias);
}

TEST(NetworkReader, ReadsANetworkWithoutNeurons) {
  const auto stored =
      from_npz({{"W", npy_doubles("(0, 3)", {})}, {"alpha", npy_doubles("(0,)", {})}});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.width(), 0);
  EXPECT_EQ(stored->network.input_dimension(), 3);
  EXPECT_EQ(stored->network.outputs(), 1);
}

TEST(NetworkReader, RefusesNamesThatContradict) {
  expect_error(from_npz({{"X", kW}}), ErrorCode::kMissing,
               {"f.npz: expected a network as 'W' and 'alpha', or '0.weight' and '2.weight', found "
                "neither"});
  expect_error(from_npz({{"W", kW}}), ErrorCode::kMissing, {"expected an array 'alpha'"});
  expect_error(from_npz({{"0.weight", kW}}), ErrorCode::kMissing, {"expected an array '2.weight'"});
  expect_error(from_npz({{"W", kW}, {"alpha", kAlpha}, {"a", kAlpha}}), ErrorCode::kMalformed,
               {"'alpha' or 'a', found both"});
  expect_error(from_npz({{"W", kW}, {"alpha", kAlpha}, {"0.weight", kW}}), ErrorCode::kMalformed,
               {"found both"});
}

TEST(NetworkReader, RefusesDeeperPyTorchNetworks) {
  const std::string out = npy_doubles("(1, 2)", {1, 2});
  EXPECT_TRUE(from_npz({{"0.weight", kW}, {"2.weight", out}}));
  EXPECT_TRUE(from_npz({{"0.weight", kW}, {"2.weight", out}, {"X", kW}}));
  for (const std::string extra : {"4.weight", "1.weight", "1.running_mean", "10.bias"}) {
    expect_error(from_npz({{"0.weight", kW}, {"2.weight", out}, {extra, kAlpha}}),
                 ErrorCode::kUnsupported,
                 {"nn.Sequential(Linear, ReLU, Linear)", "found also '" + extra + "'"});
  }
}

TEST(NetworkReader, RefusesShapesThatDoNotFit) {
  const auto code = ErrorCode::kBadShape;
  expect_error(from_npz({{"W", kAlpha}, {"alpha", kAlpha}}), code,
               {"f.npz: array 'W': expected two dimensions"});
  expect_error(from_npz({{"W", npy_doubles("(2, 0)", {})}, {"alpha", kAlpha}}), code,
               {"array 'W': expected at least one column"});
  expect_error(
      from_npz({{"W", kW}, {"alpha", npy_doubles("(3,)", {1, 2, 3})}}), code,
      {"array 'alpha': expected shape (2,) or (2, c) with c >= 1, as 'W' has 2 rows, found (3,)"});
  expect_error(from_npz({{"W", kW}, {"alpha", npy_doubles("(1, 2)", {1, 2})}}), code,
               {"found (1, 2)"});
  expect_error(from_npz({{"W", kW}, {"alpha", npy_doubles("(2, 0)", {})}}), code, {"found (2, 0)"});
  expect_error(from_npz({{"W", kW}, {"alpha", kAlpha}, {"b", npy_doubles("(3,)", {1, 2, 3})}}),
               code, {"array 'b': expected shape (2,), one number a row of 'W', found (3,)"});
  expect_error(from_npz({{"W", kW}, {"alpha", kAlpha}, {"b", npy_doubles("(2, 1)", {1, 2})}}), code,
               {"array 'b': expected one dimension"});
  expect_error(from_npz({{"W", kW}, {"alpha", kAlpha}, {"output_bias", kAlpha}}), code,
               {"array 'output_bias': expected shape (1,), one number an output, found (2,)"});
  expect_error(from_npz({{"0.weight", kW}, {"2.weight", npy_doubles("(2, 1)", {1, 2})}}), code,
               {"array '2.weight': expected shape (c, 2) with c >= 1, as '0.weight' has 2 rows, "
                "found (2, 1)"});
  expect_error(from_npz({{"0.weight", kW}, {"2.weight", kAlpha}}), code,
               {"array '2.weight': expected two dimensions"});
}

TEST(NetworkReader, RefusesPicklesWithTheLinesThatExportThem) {
  for (const std::string name : {"m.pt", "m.pth", "M.PT"}) {
    expect_error(read_network(name), ErrorCode::kUnsupported,
                 {name + ": PyTorch .pt and .pth files are pickles", "import numpy, torch\n",
                  "state = torch.load('model.pt', map_location='cpu', weights_only=True)\n",
                  "for name, tensor in state.items()}\n", "numpy.savez('model.npz', **arrays)"});
  }
  expect_error(read_network("m.h5"), ErrorCode::kUnsupported,
               {"ending in .npz, .safetensors or .onnx, found '.h5'"});
}

TEST(NetworkReader, ChecksThatTheNetworkFitsTheData) {
  const auto stored = from_npz({{"W", kW}, {"alpha", kAlpha}}).value();
  const auto with_bias = from_npz({{"W", kW}, {"alpha", kAlpha}, {"b", kAlpha}}).value();
  const auto data = [](Index d, Index c) {
    return Dataset{Matrix::Ones(4, d), Matrix::Ones(4, c)};
  };
  EXPECT_TRUE(check_fits(stored, data(3, 1)));
  EXPECT_TRUE(check_fits(with_bias, data(3, 1)));
  expect_error(check_fits(stored, data(2, 1)), ErrorCode::kBadShape,
               {"expected W with 2 columns as X has, found 3; a hidden bias is stored as its own "
                "array b (m)",
                "W[:, :-1]"});
  expect_error(check_fits(stored, data(4, 1)), ErrorCode::kBadShape,
               {"expected W with 4 columns as X has, found 3"});
  EXPECT_EQ(check_fits(stored, data(4, 1)).error().message.find("bias"), std::string::npos);
  EXPECT_EQ(check_fits(with_bias, data(2, 1)).error().message.find("bias"), std::string::npos);
  expect_error(check_fits(stored, data(3, 2)), ErrorCode::kBadShape,
               {"expected 2 outputs as y has columns, found 1"});
}

}  // namespace
}  // namespace thalweg::io
