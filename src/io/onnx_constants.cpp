#include <algorithm>

#include "io/onnx_call.hpp"

namespace thalweg::io {
namespace {

/// More axes than any tensor here has.
constexpr std::size_t kMaxSizes = 16;

/// A matrix transposed, unless `perm` says that it stays.
NdArray transpose(const OnnxNode& node, const NdArray& from) {
  const auto order = node.attributes.find("perm");
  const bool stays =
      order != node.attributes.end() && order->second.ints == std::vector<std::int64_t>{0, 1};
  if (stays) return from;
  const Index rows = from.shape[0];
  const Index cols = from.shape[1];
  NdArray array{{cols, rows}, {}};
  array.values.reserve(from.values.size());
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) {
      array.values.push_back(from.values[static_cast<std::size_t>(i * cols + j)]);
    }
  }
  return array;
}

/// The number, list or tensor of a node Constant; none when it has no such attribute.
std::optional<NdArray> own_constant(const OnnxNode& node) {
  for (const auto& [name, value] : node.attributes) {
    if (name == "value" && value.tensor) return value.tensor;
    NdArray array{{}, value.floats};
    array.values.insert(array.values.end(), value.ints.begin(), value.ints.end());
    if (name == "value_ints" || name == "value_floats") {
      array.shape = {static_cast<Index>(array.values.size())};
      return array;
    }
    const bool number = name == "value_int" || name == "value_float";
    if (number && array.values.size() == 1) return array;
  }
  return std::nullopt;
}

using Inputs = std::vector<std::optional<OnnxSizes>>;

std::optional<OnnxSizes> gather(const Inputs& inputs) {
  if (inputs.size() != 2 || !inputs[1] || !inputs[0]->is_list) return std::nullopt;
  OnnxSizes result{{}, inputs[1]->is_list};
  const auto count = static_cast<std::int64_t>(inputs[0]->values.size());
  for (const std::int64_t index : inputs[1]->values) {
    const std::int64_t place = index < 0 ? index + count : index;
    if (index < -count || place < 0 || place >= count) return std::nullopt;
    result.values.push_back(inputs[0]->values[static_cast<std::size_t>(place)]);
  }
  return result;
}

/// From the second input's place to before the third's, along axis 0 in steps of 1.
std::optional<OnnxSizes> slice(const Inputs& inputs) {
  if (inputs.size() < 3 || !inputs[0]->is_list) return std::nullopt;
  const auto number = [&inputs](std::size_t input, std::int64_t otherwise) {
    if (input >= inputs.size()) return std::optional(otherwise);
    const bool one = inputs[input] && inputs[input]->values.size() == 1;
    return one ? std::optional(inputs[input]->values.front()) : std::nullopt;
  };
  const auto begin = number(1, 0);
  const auto end = number(2, 0);
  if (!begin || !end || number(3, 0) != 0 || number(4, 1) != 1) return std::nullopt;
  const auto count = static_cast<std::int64_t>(inputs[0]->values.size());
  const auto place = [count](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count);
  };
  const auto first = inputs[0]->values.begin();
  if (place(*end) < place(*begin)) return std::nullopt;
  return OnnxSizes{{first + place(*begin), first + place(*end)}, true};
}

std::optional<OnnxSizes> concatenate(const Inputs& inputs) {
  OnnxSizes result{{}, true};
  for (const auto& input : inputs) {
    if (!input || !input->is_list) return std::nullopt;
    result.values.insert(result.values.end(), input->values.begin(), input->values.end());
  }
  return result;
}

}  // namespace

std::optional<NdArray> constant_of(const OnnxNode& node, const NdArray* from) {
  if (node.op == "Constant") return own_constant(node);
  if (node.op == "Identity" && from != nullptr) return *from;
  if (node.op == "Unsqueeze" && from != nullptr && from->shape.empty()) {
    return NdArray{{1}, from->values};
  }
  const bool matrix = from != nullptr && from->shape.size() == 2;
  return node.op == "Transpose" && matrix ? std::optional(transpose(node, *from)) : std::nullopt;
}

OnnxSizes sizes_of(const std::vector<Index>& shape) {
  OnnxSizes sizes{{kOnnxSamples}, true};
  sizes.values.insert(sizes.values.end(), shape.begin(), shape.end());
  return sizes;
}

Expected<OnnxSizes> compute_sizes(const OnnxCall& call,
                                  const std::vector<const OnnxSizes*>& computed) {
  Inputs inputs;
  for (std::size_t i = 0; i < computed.size(); ++i) {
    inputs.emplace_back();
    if (computed[i] != nullptr) inputs.back() = *computed[i];
    const NdArray* constant = call.constant(i);
    if (constant == nullptr) continue;
    auto values = ints_of(call, *constant);
    if (!values) return tl::unexpected(values.error());
    inputs.back() = OnnxSizes{std::move(*values), !constant->shape.empty()};
  }
  const std::string& op = call.node.op;
  const auto axis = int_attribute(call, "axis", 0);
  if (!axis) return tl::unexpected(axis.error());
  std::optional<OnnxSizes> result;
  const bool given = !inputs.empty() && inputs.front() && (*axis == 0 || *axis == -1);
  if (given && op == "Gather") result = gather(inputs);
  if (given && op == "Slice") result = slice(inputs);
  if (given && op == "Concat") result = concatenate(inputs);
  const bool single = given && inputs.front()->values.size() == 1;
  if (single && op == "Unsqueeze" && !inputs.front()->is_list) {
    result = OnnxSizes{inputs.front()->values, true};
  }
  if (single && op == "Squeeze") result = OnnxSizes{inputs.front()->values, false};
  if (!result || result->values.size() > kMaxSizes) {
    return call.refuse(
        ErrorCode::kUnsupported,
        "of the sizes of data, expected Gather, Slice, Concat, Squeeze or Unsqueeze, "
        "for a Reshape");
  }
  return std::move(*result);
}

}  // namespace thalweg::io
