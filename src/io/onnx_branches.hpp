#pragma once

#include "io/onnx_chain.hpp"
#include "thalweg/io/branch_network_reader.hpp"

namespace thalweg::io {

/// The chain as the convolutional network (cnn, cnn-flattened) of `format.description`. Errors:
/// kUnsupported (other layers, another stride, padding, pooling, ..; a bias that the description
/// does not have), kBadShape (another input or kernel, other sizes).
[[nodiscard]] Expected<StoredBranchNetwork> convolution_branches(const OnnxChain& chain,
                                                                 const BranchFormat& format);

/// The chain of dense layers with Relu between, of which the first may be a convolution
/// (cnn-three-layer), as parallel branches (three-layer, path). Errors: kUnsupported (other layers,
/// biases), kBadShape (layers whose neurons are no branches of the format's shapes), kTooLarge.
[[nodiscard]] Expected<StoredBranchNetwork> parallel_branches(const OnnxChain& chain,
                                                              const BranchFormat& format);

/// The filters U and biases b of the first layer, a convolution as the description has it, each of
/// them (K x numbers of a filter). Errors: as convolution_branches.
[[nodiscard]] Expected<std::vector<Matrix>> filters_of(const OnnxChain& chain,
                                                       const ArchitectureDescription& description);

/// "net.onnx: expected Conv, Relu, .. for cnn, found Gemm '/0/Gemm', ..".
[[nodiscard]] tl::unexpected<Error> other_layers(const OnnxChain& chain,
                                                 const ArchitectureDescription& description,
                                                 const std::string& expected);

}  // namespace thalweg::io
