// Two-layer networks from ONNX graphs, and what is refused. The files are made field by field; what
// PyTorch writes is tested in tests/cli/onnx_test.py.
#include "thalweg/io/onnx.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "io/onnx_bytes.hpp"

namespace thalweg::io {
namespace {

using namespace onnx_bytes;

Expected<StoredNetwork> read(const Model& model) { return onnx_network(model.bytes(), "m.onnx"); }

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) { return Matrix(rows); }

// Three inputs, two neurons, one output: W = [1 2 3; 4 5 6], alpha = [7; 8].
const std::string kW = constant("W", {2, 3}, {1, 2, 3, 4, 5, 6});
const std::string kTransposedW = constant("W", {3, 2}, {1, 4, 2, 5, 3, 6});
const std::string kAlpha = constant("alpha", {1, 2}, {7, 8});
const std::string kColumn = constant("column", {2, 1}, {7, 8});
const std::string kAsStored = int_attribute("transB", 1);

std::string hidden(const std::string& attributes = kAsStored) {
  return node("Gemm", {"x", "W"}, "h", attributes);
}
std::string relu() { return node("Relu", {"h"}, "r"); }
std::string output() { return node("Gemm", {"r", "alpha"}, "y", kAsStored); }

/// Gemm, Relu, Gemm without biases.
Model plain() { return {{0, 3}, {kW, kAlpha}, {hidden(), relu(), output()}}; }

void expect_plain(const Expected<StoredNetwork>& stored) {
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.W, matrix({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(stored->network.alpha, matrix({{7}, {8}}));
  EXPECT_EQ(stored->network.hidden_bias, HiddenBias::kNone);
  EXPECT_EQ(stored->network.output_bias, Vector::Zero(1));
  EXPECT_FALSE(stored->has_output_bias);
}

TEST(Onnx, GemmReluGemm) { expect_plain(read(plain())); }

TEST(Onnx, MatMulStoresTheTranspose) {
  Model model = plain();
  model.constants = {kTransposedW, kColumn};
  model.nodes = {node("MatMul", {"x", "W"}, "h"), relu(), node("MatMul", {"r", "column"}, "y")};
  expect_plain(read(model));
}

TEST(Onnx, BiasesOfGemmAndAdd) {
  Model model = plain();
  model.constants.push_back(constant("b", {2}, {0.5f, -0.5f}));
  model.constants.push_back(constant("c", {1, 1}, {0.25f}));
  model.nodes = {node("Gemm", {"x", "W", "b"}, "h", kAsStored), relu(),
                 node("Gemm", {"r", "alpha"}, "s", kAsStored), node("Add", {"c", "s"}, "y")};
  const auto stored = read(model);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.W, matrix({{1, 2, 3, 0.5}, {4, 5, 6, -0.5}}));
  EXPECT_EQ(stored->network.hidden_bias, HiddenBias::kLastColumn);
  EXPECT_TRUE(stored->has_output_bias);
  EXPECT_EQ(stored->network.output_bias, Vector::Constant(1, 0.25));
}

TEST(Onnx, ABiasOfZeroIsABias) {
  Model model = plain();
  model.constants.push_back(constant("c", {1}, {0}));
  model.nodes.back() = node("Gemm", {"r", "alpha", "c"}, "y", kAsStored);
  const auto stored = read(model);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_TRUE(stored->has_output_bias);
}

TEST(Onnx, FactorsOfGemmAreApplied) {
  Model model = plain();
  model.constants[0] = constant("W", {2, 3}, {2, 4, 6, 8, 10, 12});
  model.nodes[0] = hidden(kAsStored + float_attribute("alpha", 0.5f));
  expect_plain(read(model));
}

TEST(Onnx, AFactorThatRoundsIsRefused) {
  Model model = plain();
  model.constants[0] = tensor("W", {2, 3}, 11, raw(doubles({0.1, 2, 3, 4, 5, 6})));
  model.nodes[0] = hidden(kAsStored + float_attribute("alpha", 0.1f));
  expect_error(read(model), ErrorCode::kBadValue, {"m.onnx", "Gemm '/Gemm'", "alpha", "rounds"});
}

TEST(Onnx, OperatorsThatMoveNoNumber) {
  Model model{
      {1, 1, 3},
      {kW, kAlpha, constant_ints("flat", {1, -1}), constant_ints("last", {-1})},
      {node("Identity", {"x"}, "a"),
       node("Transpose", {"a"}, "b", ints_attribute("perm", {0, 2, 1})),
       node("Flatten", {"b"}, "c"), node("Dropout", {"c"}, "d"),
       node("Reshape", {"d", "flat"}, "e"), node("Gemm", {"e", "W"}, "h", kAsStored), relu(),
       node("Gemm", {"r", "alpha"}, "s", kAsStored), node("Unsqueeze", {"s", "last"}, "t"),
       node("Squeeze", {"t", "last"}, "u"), node("Squeeze", {"u"}, "y")}};
  expect_plain(read(model));
}

TEST(Onnx, ElementTypesAreWidened) {
  for (const auto& [type, data] : std::vector<std::pair<int, std::string>>{
           {11, raw(doubles({1, 2, 3, 4, 5, 6}))},
           {11, block(10, doubles({1, 2, 3, 4, 5, 6}))},
           {1, block(4, floats({1, 2, 3, 4, 5, 6}))},
           {10, raw(std::string("\0\x3c\0\x40\0\x42\0\x44\0\x45\0\x46", 12))},
       }) {
    Model model = plain();
    model.constants[0] = tensor("W", {2, 3}, type, data);
    expect_plain(read(model));
  }
  Model model = plain();
  model.constants[0] = constant("W", {2, 3}, {0.1f, 2, 3, 4, 5, 6});
  EXPECT_EQ(read(model).value().network.W(0, 0), static_cast<double>(0.1f));
}

TEST(Onnx, ConstantsOfNodes) {
  const std::string value = tensor("", {2, 3}, 1, raw(floats({1, 2, 3, 4, 5, 6})));
  const std::string attribute = block(5, block(1, "value") + block(5, value) + number(20, 4));
  Model model = plain();
  model.constants = {kAlpha};
  model.nodes = {node("Constant", {}, "V", attribute), node("Transpose", {"V"}, "W"),
                 node("MatMul", {"x", "W"}, "h"), relu(), output()};
  expect_plain(read(model));
}

TEST(Onnx, OldFilesListConstantsAsInputs) {
  Model model = plain();
  model.more = block(11, value("W", {2, 3}));
  expect_plain(read(model));
}

/// The message for nodes in place of those of plain(), with other constants beside its own.
void expect_refused(std::vector<std::string> nodes, std::initializer_list<std::string_view> words,
                    ErrorCode code = ErrorCode::kUnsupported,
                    const std::vector<std::string>& constants = {}) {
  Model model = plain();
  model.nodes = std::move(nodes);
  model.constants.insert(model.constants.end(), constants.begin(), constants.end());
  expect_error(read(model), code, words);
}

TEST(Onnx, OtherNetworksAreNamed) {
  const std::string last = node("Gemm", {"r", "alpha"}, "s", kAsStored);
  expect_refused(
      {hidden(), relu(), last, node("Relu", {"s"}, "y")},
      {"expected a two-layer network (Gemm, Relu, Gemm)", "Relu '/Relu' after the last layer"});
  expect_refused({node("Gemm", {"x", "W"}, "r", kAsStored), output()},
                 {"no Relu between Gemm '/Gemm' and Gemm '/Gemm'"});
  expect_refused({node("Gemm", {"x", "W"}, "y", kAsStored)}, {"no Relu"});
  expect_refused({node("Identity", {"x"}, "y")}, {"no layer"});
  expect_refused(
      {node("Relu", {"x"}, "q"), node("Gemm", {"q", "W"}, "h", kAsStored), relu(), output()},
      {"Relu '/Relu' before the first layer"});
  expect_refused({hidden(), relu(), node("Gemm", {"r", "S"}, "s", kAsStored),
                  node("Relu", {"s"}, "t"), node("Gemm", {"t", "alpha"}, "y", kAsStored)},
                 {"3 dense layers"}, ErrorCode::kUnsupported,
                 {constant("S", {2, 2}, {1, 0, 0, 1})});
}

TEST(Onnx, OtherOperatorsAreNamed) {
  expect_refused({hidden(), node("Softmax", {"h"}, "r"), output()},
                 {"m.onnx: Softmax '/Softmax': this operator is not read", "Gemm", "Reshape"});
  expect_refused({hidden(), node("Relu", {"h"}, "r", block(7, "com.example")), output()},
                 {"'com.example::Relu' '/Relu'"});
  expect_refused(
      {node("Gemm", {"x", "W"}, "h", kAsStored + int_attribute("transA", 1)), relu(), output()},
      {"transA"});
  expect_refused({hidden(), relu(), node("Dropout", {"r", "", "on"}, "q"),
                  node("Gemm", {"q", "alpha"}, "y", kAsStored)},
                 {"Dropout", "inference"}, ErrorCode::kUnsupported,
                 {tensor("on", {}, 9, raw("\x01"))});
  expect_refused(
      {node("Transpose", {"x"}, "t", ints_attribute("perm", {1, 0})), hidden(), relu(), output()},
      {"Transpose", "moves no number"});
  expect_refused({node("Reshape", {"x", "to"}, "q"), node("Gemm", {"q", "W"}, "h", kAsStored),
                  relu(), output()},
                 {"Reshape", "samples apart, 3 numbers each, found (3, -1)"},
                 ErrorCode::kUnsupported, {constant_ints("to", {3, -1})});
}

/// x.view(x.size(0), -1) and the like.
TEST(Onnx, ReshapeToSizesOfTheData) {
  const std::vector<std::string> constants = {
      kW,
      kAlpha,
      tensor("zero", {}, 7, raw(little(0, 8))),
      constant_ints("axes", {0}),
      constant_ints("rest", {-1}),
      constant_ints("one", {1}),
      constant_ints("all", {std::numeric_limits<std::int64_t>::max()})};
  const std::vector<std::string> dense = {node("Gemm", {"e", "W"}, "h", kAsStored), relu(),
                                          output()};
  const std::vector<std::string> by_gather = {
      node("Shape", {"x"}, "s"), node("Gather", {"s", "zero"}, "n", int_attribute("axis", 0)),
      node("Unsqueeze", {"n", "axes"}, "m"),
      node("Concat", {"m", "rest"}, "to", int_attribute("axis", 0))};
  const std::vector<std::string> by_slice = {
      node("Shape", {"x"}, "s"), node("Slice", {"s", "axes", "one", "axes"}, "m"),
      node("Concat", {"m", "rest"}, "to", int_attribute("axis", 0))};
  const auto with = [&](std::vector<std::string> nodes, const std::string& reshape) {
    nodes.push_back(reshape);
    nodes.insert(nodes.end(), dense.begin(), dense.end());
    return read(Model{{0, 3, 1}, constants, nodes});
  };
  expect_plain(with(by_gather, node("Reshape", {"x", "to"}, "e")));
  expect_plain(with(by_slice, node("Reshape", {"x", "to"}, "e")));
  // The number of samples anywhere but first would mix them.
  std::vector<std::string> last = by_slice;
  last.back() = node("Concat", {"rest", "m"}, "to", int_attribute("axis", 0));
  expect_error(with(last, node("Reshape", {"x", "to"}, "e")), ErrorCode::kUnsupported,
               {"Reshape '/Reshape'", "samples first"});
  // Samples of another size, and sizes as numbers.
  std::vector<std::string> wrong = by_slice;
  wrong.back() = node("Concat", {"m", "one"}, "to", int_attribute("axis", 0));
  expect_error(with(wrong, node("Reshape", {"x", "to"}, "e")), ErrorCode::kUnsupported,
               {"Reshape '/Reshape'", "3 numbers each"});
  expect_error(with(by_slice, node("Add", {"x", "to"}, "e")), ErrorCode::kUnsupported,
               {"Add '/Add'", "for a Reshape only"});
  wrong.back() = node("Mul", {"m", "one"}, "to");
  expect_error(with(wrong, node("Reshape", {"x", "to"}, "e")), ErrorCode::kUnsupported,
               {"Mul '/Mul'", "of the sizes of data"});
  // To the end, as x.shape[1:] is written: the sizes of a sample.
  wrong = {node("Shape", {"x"}, "s"), node("Slice", {"s", "one", "all"}, "m"),
           node("Concat", {"rest", "m"}, "to", int_attribute("axis", 0)),
           node("Reshape", {"x", "to"}, "f")};
  expect_plain(with(wrong, node("Flatten", {"f"}, "e")));
  wrong = by_slice;
  wrong[1] = node("Slice", {"s", "all", "one"}, "m");
  expect_error(with(wrong, node("Reshape", {"x", "to"}, "e")), ErrorCode::kUnsupported,
               {"Slice '/Slice'"});
}

TEST(Onnx, GraphsThatAreNoChain) {
  expect_refused({hidden(), node("Relu", {"later"}, "r"), output()},
                 {"Relu '/Relu'", "'later' is the output of no earlier node"},
                 ErrorCode::kMalformed);
  // A cycle: the first node reads what the second one puts out.
  expect_refused({node("Gemm", {"r", "W"}, "h", kAsStored), relu(), output()}, {"'r'"},
                 ErrorCode::kMalformed);
  expect_refused({hidden(), relu(), node("Add", {"h", "r"}, "q"),
                  node("Gemm", {"q", "alpha"}, "y", kAsStored)},
                 {"Add '/Add'", "one chain"});
  expect_refused({hidden(), node("Relu", {"h"}, "h"), output()}, {"'h' was there before"},
                 ErrorCode::kMalformed);
  expect_refused({hidden(), relu(), node("Gemm", {"r", "alpha"}, "z", kAsStored)},
                 {"output", "'y'"});
  Model model = plain();
  model.more = block(11, value("second", {0, 3}));
  expect_error(read(model), ErrorCode::kUnsupported,
               {"expected one input and one output, found 2 and 1"});
}

TEST(Onnx, ShapesMustFit) {
  Model model = plain();
  model.input = {0, 4};
  expect_error(read(model), ErrorCode::kBadShape, {"Gemm '/Gemm'", "(2, 3)", "(4,)"});
  for (const Shape& shape :
       {Shape{3}, Shape{0, 0}, Shape{0, -1}, Shape{0, 1, 1, 1, 3}, Shape{0, 1 << 20, 1 << 20}}) {
    model.input = shape;
    expect_error(read(model), ErrorCode::kUnsupported, {"input 'x'", "samples first"});
  }
  expect_refused({node("Gemm", {"x", "W", "b"}, "h", kAsStored), relu(), output()},
                 {"a bias with one number for each of 2 outputs, found shape (3,)"},
                 ErrorCode::kBadShape, {constant("b", {3}, {1, 2, 3})});
  expect_refused({hidden(), relu(), node("Add", {"r", "b"}, "s"),
                  node("Gemm", {"s", "alpha"}, "y", kAsStored)},
                 {"Add '/Add'", "the one bias"}, ErrorCode::kUnsupported,
                 {constant("b", {2}, {1, 2})});
}

TEST(Onnx, MalformedFiles) {
  const std::string whole = plain().text();
  for (const std::string& text : {std::string(), std::string("PK\x03\x04"),
                                  whole.substr(0, whole.size() / 2), std::string(1000, '\xff')}) {
    EXPECT_FALSE(onnx_network(to_bytes(text), "m.onnx").has_value());
  }
  expect_error(onnx_network({}, "m.onnx"), ErrorCode::kMalformed, {"m.onnx", "ONNX model"});
  for (const std::int64_t opset :
       {std::int64_t{6}, std::int64_t{24}, std::numeric_limits<std::int64_t>::max()}) {
    Model model = plain();
    model.opset = opset;
    expect_error(read(model), ErrorCode::kUnsupported, {"opset", "7 to 23", std::to_string(opset)});
  }
}

TEST(Onnx, MalformedTensors) {
  const auto with = [](const std::string& weights) {
    Model model = plain();
    model.constants[0] = weights;
    return read(model);
  };
  const std::int64_t huge = std::int64_t{1} << 40;
  const std::string data = raw(floats({1, 2, 3, 4, 5, 6}));
  expect_error(with(tensor("W", {2, 4}, 1, data)), ErrorCode::kMalformed,
               {"m.onnx: array 'W'", "32 bytes", "24"});
  expect_error(with(tensor("W", {huge, huge}, 1, data)), ErrorCode::kTooLarge, {"'W'"});
  expect_error(with(tensor("W", {1 << 30, 1 << 30}, 1, data)), ErrorCode::kMalformed, {"'W'"});
  expect_error(with(tensor("W", {-2, -3}, 1, data)), ErrorCode::kMalformed, {"'W'", "-2"});
  expect_error(with(tensor("W", {1, 1, 1, 2, 3}, 1, data)), ErrorCode::kUnsupported, {"'W'"});
  expect_error(with(tensor("W", {2, 3}, 8, data)), ErrorCode::kUnsupported, {"'W'", "number 8"});
  expect_error(with(tensor("W", {2, 3}, 1, block(13, "") + number(14, 1))), ErrorCode::kUnsupported,
               {"'W'", "another file"});
  expect_error(
      with(constant("W", {2, 3}, {1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()})),
      ErrorCode::kBadValue, {"'W'", "nan"});
  Model twice = plain();
  twice.constants.push_back(kW);
  expect_error(read(twice), ErrorCode::kMalformed, {"two constants are named 'W'"});
}

}  // namespace
}  // namespace thalweg::io
