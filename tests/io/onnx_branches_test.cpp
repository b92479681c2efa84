// Networks of other architectures from ONNX graphs, and what disagrees with a description.
#include <gtest/gtest.h>

#include "io/onnx_bytes.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

using namespace onnx_bytes;

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) { return Matrix(rows); }

/// Two filters of 1 x 1 x 2 over signals of length 3, averages, one output.
BranchFormat format() {
  BranchFormat result{{{"U", {2}}, {"alpha", {}}}, TorchNames::kConvolution};
  result.description = {
      .kind = ArchitectureKind::kCnn, .input = {3}, .kernel = {2}, .pooling = Pooling::kAverage};
  return result;
}

const std::string kFilters = constant("U", {2, 1, 2}, {1, 2, 3, 4});
const std::string kOutput = constant("alpha", {1, 2}, {5, 6});
const std::string kAsStored = int_attribute("transB", 1);

Model network(const std::string& attributes = "", const std::string& pool = "GlobalAveragePool") {
  return {
      {0, 1, 3},
      {kFilters, kOutput},
      {node("Conv", {"x", "U"}, "c", attributes), node("Relu", {"c"}, "r"), node(pool, {"r"}, "p"),
       node("Flatten", {"p"}, "f"), node("Gemm", {"f", "alpha"}, "y", kAsStored)}};
}

Expected<StoredBranchNetwork> read(const Model& model, const BranchFormat& expected) {
  return onnx_branch_network(model.bytes(), expected, "m.onnx");
}

TEST(OnnxBranches, Convolution) {
  const auto stored = read(network(), format());
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.layers.at(0), matrix({{1, 2}, {3, 4}}));
  EXPECT_EQ(stored->network.layers.at(1), matrix({{5}, {6}}));
  EXPECT_FALSE(stored->output_bias.has_value());
}

TEST(OnnxBranches, WhatDisagreesWithTheDescriptionIsNamed) {
  const auto refuse = [](const Model& model, auto change,
                         std::initializer_list<std::string_view> words) {
    BranchFormat other = format();
    change(other.description);
    expect_error(read(model, other), ErrorCode::kUnsupported, words);
  };
  refuse(network(), [](auto& d) { d.stride = {2}; },
         {"Conv '/Conv': expected a stride (1, 2)", "found (1, 1)"});
  refuse(network(), [](auto& d) { d.padding = {1}; }, {"a padding (0, 1)", "found (0, 0)"});
  refuse(network(), [](auto& d) { d.kernel = {3}; }, {"a kernel (1, 1, 3)", "found (1, 1, 2)"});
  refuse(network(),
         [](auto& d) {
           d.input = {1, 1, 5};
           d.kernel = {1, 2};
         },
         {"an input (1, 1, 5)", "found (1, 1, 3)"});
  refuse(network(), [](auto& d) { d.pooling = Pooling::kMax; },
         {"GlobalAveragePool '/GlobalAveragePool': expected max pooling", "found average pooling"});
  refuse(network(), [](auto& d) { d.filter_bias = true; },
         {"Conv '/Conv': expected a bias", "found none"});
  refuse(network(), [](auto& d) { d.residual = true; }, {"the input to be added"});
  refuse(network(), [](auto& d) { d.kind = ArchitectureKind::kCircularRelu; },
         {"circular-relu", "not read from ONNX"});
  Model biased = network();
  biased.constants.push_back(constant("b", {2}, {1, 2}));
  biased.nodes[0] = node("Conv", {"x", "U", "b"}, "c");
  refuse(biased, [](auto&) {}, {"Conv '/Conv': expected no bias", "\"filter_bias\": true"});
}

TEST(OnnxBranches, ConvolutionsThatAreNotRead) {
  const auto refuse = [](const std::string& attributes,
                         std::initializer_list<std::string_view> words,
                         ErrorCode code = ErrorCode::kUnsupported) {
    expect_error(read(network(attributes), format()), code, words);
  };
  refuse(int_attribute("group", 2), {"Conv '/Conv': expected group 1, found 2"});
  refuse(ints_attribute("dilations", {2}), {"no dilation"});
  refuse(ints_attribute("pads", {0, 1}), {"the same padding at both ends"});
  refuse(text_attribute("auto_pad", "SAME_UPPER"), {"pads"});
  refuse(ints_attribute("strides", {0}), {"strides"}, ErrorCode::kMalformed);
  refuse(ints_attribute("kernel_shape", {3}), {"a kernel of shape (2,)", "found (3,)"});
  Model window = network();
  window.nodes[2] = node("MaxPool", {"r"}, "p", ints_attribute("kernel_shape", {1}));
  expect_error(read(window, format()), ErrorCode::kUnsupported,
               {"MaxPool '/MaxPool'", "(2,), all positions"});
  Model layers = network();
  layers.nodes.erase(layers.nodes.begin() + 1);
  layers.nodes[1] = node("GlobalAveragePool", {"c"}, "p");
  expect_error(
      read(layers, format()), ErrorCode::kUnsupported,
      {"expected Conv, Relu, a pooling, Gemm for cnn, found Conv '/Conv', GlobalAveragePool"});
  Model large = network();
  large.constants[0] = constant("U", {2, 1, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_error(read(large, format()), ErrorCode::kBadShape, {"larger than its padded input"});
}

/// A path network on two inputs: three layers, two neurons a branch.
BranchFormat path_format() {
  BranchFormat result{{{"W1", {2, 2}}, {"W2", {1, 2}}, {"w3", {}}}};
  result.description = {.kind = ArchitectureKind::kPath, .fan_in = {2}};
  return result;
}

Model dense(const std::string& first, const std::string& second, const std::string& third) {
  return {{0, 2},
          {first, second, third},
          {node("Gemm", {"x", "A"}, "a", kAsStored), node("Relu", {"a"}, "b"),
           node("Gemm", {"b", "B"}, "c", kAsStored), node("Relu", {"c"}, "d"),
           node("Gemm", {"d", "C"}, "y", kAsStored)}};
}

const std::string kTwoBranches = constant("C", {1, 2}, {9, 10});

TEST(OnnxBranches, SharedNeuronsAreCopied) {
  const auto stored = read(
      dense(constant("A", {2, 2}, {1, 2, 3, 4}), constant("B", {2, 2}, {5, 6, 7, 8}), kTwoBranches),
      path_format());
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.layers.at(0), matrix({{1, 2, 3, 4}, {1, 2, 3, 4}}));
  EXPECT_EQ(stored->network.layers.at(1), matrix({{5, 6}, {7, 8}}));
  EXPECT_EQ(stored->network.layers.at(2), matrix({{9}, {10}}));
}

TEST(OnnxBranches, ParallelBranches) {
  const std::string first = constant("A", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto stored = read(
      dense(first, constant("B", {2, 4}, {1, 2, 0, 0, 0, 0, 3, 4}), kTwoBranches), path_format());
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.layers.at(0), matrix({{1, 2, 3, 4}, {5, 6, 7, 8}}));
  EXPECT_EQ(stored->network.layers.at(1), matrix({{1, 2}, {3, 4}}));
  // The same with one weight between the branches.
  expect_error(read(dense(first, constant("B", {2, 4}, {1, 2, 0, 0.5, 0, 0, 3, 4}), kTwoBranches),
                    path_format()),
               ErrorCode::kBadShape, {"Gemm '/Gemm'", "all other weights 0"});
  expect_error(read(dense(constant("A", {3, 2}, {1, 2, 3, 4, 5, 6}),
                          constant("B", {2, 3}, {1, 2, 3, 4, 5, 6}), kTwoBranches),
                    path_format()),
               ErrorCode::kBadShape, {"4 x 2 weights", "not 3 x 2"});
}

TEST(OnnxBranches, AFirstBiasNeedsTheColumnOfOnes) {
  Model model =
      dense(constant("A", {2, 1}, {1, 2}), constant("B", {2, 2}, {5, 6, 7, 8}), kTwoBranches);
  model.input = {0, 1};
  model.constants.push_back(constant("bias", {2}, {3, 4}));
  model.nodes[0] = node("Gemm", {"x", "A", "bias"}, "a", kAsStored);
  expect_error(read(model, path_format()), ErrorCode::kUnsupported, {"--bias"});
  BranchFormat with_ones = path_format();
  with_ones.hidden_bias = HiddenBias::kLastColumn;
  const auto stored = read(model, with_ones);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->network.layers.at(0), matrix({{1, 3, 2, 4}, {1, 3, 2, 4}}));
  model.nodes[2] = node("Gemm", {"b", "B", "bias"}, "c", kAsStored);
  expect_error(read(model, with_ones), ErrorCode::kUnsupported, {"expected no bias"});
}

}  // namespace
}  // namespace thalweg::io
