#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/io/branch_network_reader.hpp"
#include "thalweg/io/network_reader.hpp"

namespace thalweg::io {

/// Whether this build reads ONNX files; without, the functions below fail with kUnsupported.
[[nodiscard]] bool has_onnx();

/// The two-layer network in the bytes of an ONNX file: a graph that does Gemm (or MatMul and Add),
/// Relu, Gemm to its one input (N x d, or N x .. flattened first), beside operators that move no
/// number (docs/onnx.md lists them). A bias of the first layer is the hidden bias, of the second
/// the output bias. Weights are exact: Float32 is widened, and a factor alpha or beta of Gemm that
/// would round is refused.
///
/// Errors: kMalformed (no ONNX; nodes in no order, or with inputs that nothing defines),
/// kUnsupported (operators, attributes or operator sets that are not read; a graph that is another
/// network; a build without ONNX), kTooLarge, kBadShape, kBadValue (NaN, infinity).
[[nodiscard]] Expected<StoredNetwork> onnx_network(std::span<const std::byte> bytes,
                                                   const std::string& file);

/// The network of the architecture `format.description` in the bytes of an ONNX file: convolution,
/// Relu, pooling and dense layer as the description has them, or dense layers with Relu between for
/// three-layer and path networks. There, neurons that branches share are copied into each of them:
/// function and penalty are the same. Errors: as onnx_network; kBadShape also for dense layers that
/// are no branches of the format's layers.
[[nodiscard]] Expected<StoredBranchNetwork> onnx_branch_network(std::span<const std::byte> bytes,
                                                                const BranchFormat& format,
                                                                const std::string& file);

}  // namespace thalweg::io
