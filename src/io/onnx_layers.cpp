#include <algorithm>
#include <cmath>

#include "io/onnx_call.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Kind = OnnxLayer::Kind;

/// Multiplies by a factor of Gemm. Errors: kBadValue (a product that is no double, or so small that
/// the test does not tell).
Expected<void> scale(const OnnxCall& call, const std::string& name, double factor, Matrix& values) {
  if (factor == 1) return {};
  for (double& value : values.reshaped()) {
    const double product = value * factor;
    const bool exact = value == 0 || (std::isfinite(product) && std::abs(product) > 0x1p-900 &&
                                      std::fma(value, factor, -product) == 0);
    if (!exact) {
      return call.refuse(ErrorCode::kBadValue,
                         "attribute " + name + ": expected a factor that rounds no weight");
    }
    value = product;
  }
  return {};
}

/// A matrix (out x in) for samples of `inputs` numbers, stored as it is or transposed.
Expected<Matrix> dense_weights(const OnnxCall& call, std::size_t input, bool stored_as_is,
                               const OnnxChain& chain) {
  const NdArray* array = call.constant(input);
  if (array == nullptr) {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected constant weights as input " + std::to_string(input));
  }
  const bool is_matrix = array->shape.size() == 2 && array->shape[0] > 0 && array->shape[1] > 0;
  const bool fits = is_matrix && chain.shape.size() == 1 &&
                    array->shape[stored_as_is ? 1 : 0] == chain.shape.front();
  if (!fits) {
    return call.refuse(ErrorCode::kBadShape,
                       "expected weights that fit vectors, found " + describe_shape(array->shape) +
                           " for samples of shape " + describe_shape(chain.shape));
  }
  const Eigen::Map<const RowMajor> stored(array->values.data(), array->shape[0], array->shape[1]);
  return stored_as_is ? Matrix(stored) : Matrix(stored.transpose());
}

void append_dense(const OnnxCall& call, Matrix weights, OnnxChain& chain) {
  chain.shape = {weights.rows()};
  chain.layers.push_back(
      {.kind = Kind::kDense, .label = describe(call.node), .weights = std::move(weights)});
}

/// Adds a constant to the last layer, one number for each of its outputs or channels.
Expected<void> add_bias(const OnnxCall& call, const NdArray& array, double factor,
                        OnnxChain& chain) {
  OnnxLayer* layer = chain.layers.empty() ? nullptr : &chain.layers.back();
  const bool takes = layer != nullptr && !layer->bias &&
                     (layer->kind == Kind::kDense || layer->kind == Kind::kConvolution);
  if (!takes) {
    return call.refuse(
        ErrorCode::kUnsupported,
        "expected a constant to be added as the one bias of a layer, right behind it");
  }
  const Index outputs = layer->weights.rows();
  const std::size_t rank = chain.shape.size() + 1;
  bool fits = array.shape.size() <= rank && !array.values.empty();
  for (std::size_t i = 0; i < array.shape.size() && fits; ++i) {
    const bool channel = i + rank - array.shape.size() == 1 && chain.shape.front() == outputs;
    fits = array.shape[i] == 1 || (channel && array.shape[i] == outputs);
  }
  if (!fits) {
    return call.refuse(ErrorCode::kBadShape,
                       "expected a bias with one number for each of " + std::to_string(outputs) +
                           " outputs, found shape " + describe_shape(array.shape));
  }
  Matrix bias(outputs, 1);
  for (Index j = 0; j < outputs; ++j) {
    bias(j, 0) = array.values[array.values.size() == 1 ? 0 : static_cast<std::size_t>(j)];
  }
  if (auto scaled = scale(call, "beta", factor, bias); !scaled) return scaled;
  layer->bias = bias;
  return {};
}

Expected<void> apply_gemm(const OnnxCall& call, OnnxChain& chain) {
  const auto alpha = float_attribute(call, "alpha", 1);
  const auto beta = float_attribute(call, "beta", 1);
  const auto transposed = int_attribute(call, "transA", 0);
  const auto stored_as_is = int_attribute(call, "transB", 0);
  for (const auto* factor : {&alpha, &beta}) {
    if (!*factor) return tl::unexpected(factor->error());
  }
  for (const auto* flag : {&transposed, &stored_as_is}) {
    if (!*flag) return tl::unexpected(flag->error());
  }
  if (*transposed != 0) {
    return call.refuse(ErrorCode::kUnsupported, "expected transA 0, as a sample is a row");
  }
  auto weights = dense_weights(call, 1, *stored_as_is != 0, chain);
  if (!weights) return tl::unexpected(weights.error());
  if (auto scaled = scale(call, "alpha", *alpha, *weights); !scaled) return scaled;
  append_dense(call, std::move(*weights), chain);
  const NdArray* bias = call.constant(2);
  return bias == nullptr ? Expected<void>{} : add_bias(call, *bias, *beta, chain);
}

Expected<void> apply_matmul(const OnnxCall& call, OnnxChain& chain) {
  auto weights = dense_weights(call, 1, false, chain);
  if (!weights) return tl::unexpected(weights.error());
  append_dense(call, std::move(*weights), chain);
  return {};
}

Expected<void> apply_add(const OnnxCall& call, OnnxChain& chain) {
  const NdArray* constant = call.constant(1 - std::min<std::size_t>(call.data, 1));
  if (constant == nullptr) {
    return call.refuse(ErrorCode::kMalformed, "expected two inputs");
  }
  return add_bias(call, *constant, 1, chain);
}

Expected<void> apply_relu(const OnnxCall& call, OnnxChain& chain) {
  chain.layers.push_back({.kind = Kind::kRelu, .label = describe(call.node)});
  return {};
}

Expected<void> apply_conv(const OnnxCall& call, OnnxChain& chain) {
  if (auto applied = apply_convolution(call, chain); !applied) return applied;
  const NdArray* given = call.constant(2);
  if (given == nullptr) return {};
  NdArray bias = *given;
  // A bias of channels is a list here, which addition would spread over the last axis.
  if (bias.shape.size() == 1) bias.shape.resize(chain.shape.size(), 1);
  return add_bias(call, bias, 1, chain);
}

}  // namespace

const std::map<std::string, OnnxOperator>& onnx_layer_operators() {
  static const std::map<std::string, OnnxOperator> table = {
      {"Gemm", apply_gemm},
      {"MatMul", apply_matmul},
      {"Add", apply_add},
      {"Relu", apply_relu},
      {"Conv", apply_conv},
      {"AveragePool", apply_pool},
      {"MaxPool", apply_pool},
      {"GlobalAveragePool", apply_global_pool},
      {"GlobalMaxPool", apply_global_pool},
      {"ReduceSum", apply_reduction},
      {"ReduceMean", apply_reduction},
      {"ReduceMax", apply_reduction},
  };
  return table;
}

}  // namespace thalweg::io
