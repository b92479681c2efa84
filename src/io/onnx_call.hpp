#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/onnx_chain.hpp"

namespace thalweg::io {

/// A node whose inputs are known: one of them is what the chain puts out so far.
struct OnnxCall {
  const std::string& file;
  const OnnxNode& node;
  std::size_t data;                       ///< which one
  std::vector<const NdArray*> constants;  ///< one an input; null where it is absent or no constant
  std::optional<Index> batch;             ///< how many samples the file is for, if it says so

  /// The constant at an input, null when there is none.
  [[nodiscard]] const NdArray* constant(std::size_t input) const;
  /// An error at this node.
  [[nodiscard]] tl::unexpected<Error> refuse(ErrorCode code, const std::string& what) const;
};

/// A number among the attributes, `otherwise` when absent. Errors: kMalformed (not one number).
[[nodiscard]] Expected<std::int64_t> int_attribute(const OnnxCall& call, const std::string& name,
                                                   std::int64_t otherwise);
[[nodiscard]] Expected<double> float_attribute(const OnnxCall& call, const std::string& name,
                                               double otherwise);
/// A list among the attributes, none when absent. Errors: kMalformed (no list of integers).
[[nodiscard]] Expected<std::optional<std::vector<std::int64_t>>> ints_attribute(
    const OnnxCall& call, const std::string& name);
/// Integers given as a constant. Errors: kMalformed (more than one dimension, no integers).
[[nodiscard]] Expected<std::vector<std::int64_t>> ints_of(const OnnxCall& call,
                                                          const NdArray& array);
/// Axes of the attribute "axes" or, in newer operator sets, of the second input, counted from the
/// batch's 0 on; none when absent. `rank` counts the batch. Errors: kMalformed (no axis, twice).
[[nodiscard]] Expected<std::optional<std::vector<Index>>> axes_of(const OnnxCall& call, Index rank);

/// Product of extents. Errors: kTooLarge (2^40 and more).
[[nodiscard]] Expected<Index> size_of(const OnnxCall& call, const std::vector<Index>& shape);

/// The value of a node without data: a constant, or a given one as it is, a number as a list or a
/// matrix transposed. None for other nodes.
[[nodiscard]] std::optional<NdArray> constant_of(const OnnxNode& node, const NdArray* from);

/// Stands for the number of samples among sizes.
inline constexpr std::int64_t kOnnxSamples = std::numeric_limits<std::int64_t>::min();
/// Sizes of data, from which graphs compute the shapes that they ask Reshape for.
struct OnnxSizes {
  std::vector<std::int64_t> values;
  bool is_list;  ///< one number otherwise
};
/// What Shape puts out where a sample has this shape.
[[nodiscard]] OnnxSizes sizes_of(const std::vector<Index>& shape);
/// What a node computes of sizes; `computed` has those that are no constants, null elsewhere.
/// Errors: kUnsupported (other operators, or inputs that they do not take here), kMalformed.
[[nodiscard]] Expected<OnnxSizes> compute_sizes(const OnnxCall& call,
                                                const std::vector<const OnnxSizes*>& computed);

/// An operator: appends to the chain what the node does to its output.
using OnnxOperator = Expected<void> (*)(const OnnxCall& call, OnnxChain& chain);

/// Operators that give another shape to the numbers of a sample: Flatten, Reshape, ..
[[nodiscard]] const std::map<std::string, OnnxOperator>& onnx_shape_operators();
/// Operators that compute: Gemm, Relu, ..
[[nodiscard]] const std::map<std::string, OnnxOperator>& onnx_layer_operators();

/// Conv and the poolings, which onnx_layer_operators lists.
[[nodiscard]] Expected<void> apply_convolution(const OnnxCall& call, OnnxChain& chain);
[[nodiscard]] Expected<void> apply_pool(const OnnxCall& call, OnnxChain& chain);
[[nodiscard]] Expected<void> apply_global_pool(const OnnxCall& call, OnnxChain& chain);
[[nodiscard]] Expected<void> apply_reduction(const OnnxCall& call, OnnxChain& chain);

}  // namespace thalweg::io
