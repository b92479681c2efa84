#include <algorithm>

#include "io/onnx_call.hpp"

namespace thalweg::io {
namespace {

Index rank_of(const OnnxChain& chain) { return static_cast<Index>(chain.shape.size()) + 1; }

Expected<void> keep(const OnnxCall& /*call*/, OnnxChain& /*chain*/) { return {}; }

/// Dropout does nothing unless the file itself asks for training.
Expected<void> apply_dropout(const OnnxCall& call, OnnxChain& /*chain*/) {
  const NdArray* training = call.constant(2);
  const bool open = call.node.inputs.size() > 2 && !call.node.inputs[2].empty() && !training;
  if (open || (training != nullptr && training->values != std::vector<double>{0})) {
    return call.refuse(ErrorCode::kUnsupported, "expected a model exported for inference");
  }
  return {};
}

Expected<void> apply_flatten(const OnnxCall& call, OnnxChain& chain) {
  const auto axis = int_attribute(call, "axis", 1);
  if (!axis) return tl::unexpected(axis.error());
  if (*axis != 1 && *axis != 1 - rank_of(chain)) {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected axis 1, as samples stay apart, found " + std::to_string(*axis));
  }
  const auto size = size_of(call, chain.shape);
  if (!size) return tl::unexpected(size.error());
  chain.shape = {*size};
  return {};
}

/// The extents that a Reshape asks for, 0 replaced by those that it keeps.
Expected<std::vector<std::int64_t>> asked_extents(const OnnxCall& call, const OnnxChain& chain) {
  const NdArray* given = call.constant(1);
  if (given == nullptr) {
    return call.refuse(ErrorCode::kUnsupported, "expected a constant shape, or sizes of data");
  }
  auto extents = ints_of(call, *given);
  if (!extents) return extents;
  const auto zero = int_attribute(call, "allowzero", 0);
  if (!zero) return tl::unexpected(zero.error());
  if (*zero != 0) return call.refuse(ErrorCode::kUnsupported, "expected allowzero 0");
  for (std::size_t i = 1; i < extents->size(); ++i) {
    if ((*extents)[i] == 0 && i <= chain.shape.size()) (*extents)[i] = chain.shape[i - 1];
  }
  return extents;
}

/// Another shape for each sample: the first extent must stay the samples'.
Expected<void> apply_reshape(const OnnxCall& call, OnnxChain& chain) {
  const auto size = size_of(call, chain.shape);
  if (!size) return tl::unexpected(size.error());
  const auto extents = asked_extents(call, chain);
  if (!extents) return tl::unexpected(extents.error());
  const auto refuse = [&] {
    std::vector<Index> found(extents->begin(), extents->end());
    return call.refuse(ErrorCode::kUnsupported,
                       "expected a shape that keeps the samples apart, " + std::to_string(*size) +
                           " numbers each, found " + describe_shape(found));
  };
  if (extents->empty()) return refuse();
  const std::int64_t samples = extents->front();
  if (samples != 0 && samples != -1 && samples != call.batch) return refuse();
  std::vector<Index> shape(extents->begin() + 1, extents->end());
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open != shape.end()) {
    // With two open extents, or an open one beside a size that does not divide, nothing fits.
    *open = 1;
    const auto rest = size_of(call, shape);
    if (!rest || samples == -1 || *size % *rest != 0) return refuse();
    *open = *size / *rest;
  }
  const auto product = size_of(call, shape);
  if (!product || *product != *size) return refuse();
  chain.shape = std::move(shape);
  return {};
}

Expected<void> apply_squeeze(const OnnxCall& call, OnnxChain& chain) {
  const auto axes = axes_of(call, rank_of(chain));
  if (!axes) return tl::unexpected(axes.error());
  std::vector<Index> shape;
  for (std::size_t i = 0; i < chain.shape.size(); ++i) {
    const Index axis = static_cast<Index>(i) + 1;
    const bool named = *axes && std::find((*axes)->begin(), (*axes)->end(), axis) != (*axes)->end();
    if (named && chain.shape[i] != 1) {
      return call.refuse(ErrorCode::kMalformed,
                         "expected extent 1 on axis " + std::to_string(axis));
    }
    if (!named && (*axes || chain.shape[i] != 1)) shape.push_back(chain.shape[i]);
  }
  if (*axes && std::find((*axes)->begin(), (*axes)->end(), 0) != (*axes)->end()) {
    return call.refuse(ErrorCode::kUnsupported, "expected the axis of the samples to stay");
  }
  chain.shape = std::move(shape);
  return {};
}

Expected<void> apply_unsqueeze(const OnnxCall& call, OnnxChain& chain) {
  const auto unchanged = ints_attribute(call, "axes");
  const std::size_t count = call.constant(1) != nullptr ? call.constant(1)->values.size()
                            : unchanged && *unchanged   ? (*unchanged)->size()
                                                        : 0;
  const std::size_t rank = chain.shape.size() + 1 + count;
  const auto axes = axes_of(call, static_cast<Index>(rank));
  if (!axes) return tl::unexpected(axes.error());
  if (!*axes || rank > 8) return call.refuse(ErrorCode::kMalformed, "expected constant axes");
  std::vector<Index> shape;
  auto next = chain.shape.begin();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool added =
        std::find((*axes)->begin(), (*axes)->end(), static_cast<Index>(axis)) != (*axes)->end();
    if (axis == 0 && added) {
      return call.refuse(ErrorCode::kUnsupported, "expected the axis of the samples to stay first");
    }
    if (axis > 0) shape.push_back(added ? 1 : *next++);
  }
  chain.shape = std::move(shape);
  return {};
}

/// A transposition that moves no number: the extents other than 1 keep their order.
Expected<void> apply_transpose(const OnnxCall& call, OnnxChain& chain) {
  const auto order = ints_attribute(call, "perm");
  if (!order) return tl::unexpected(order.error());
  const Index rank = rank_of(chain);
  const auto refuse = [&] {
    return call.refuse(ErrorCode::kUnsupported, "expected a transposition that moves no number");
  };
  if (!*order || static_cast<Index>((*order)->size()) != rank) return refuse();
  std::vector<Index> shape;
  std::vector<bool> seen(static_cast<std::size_t>(rank), false);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < (*order)->size(); ++i) {
    const std::int64_t axis = (**order)[i];
    if (axis < 0 || axis >= rank || seen[static_cast<std::size_t>(axis)]) return refuse();
    seen[static_cast<std::size_t>(axis)] = true;
    if ((i == 0) != (axis == 0)) return refuse();
    if (i == 0) continue;
    shape.push_back(chain.shape[static_cast<std::size_t>(axis) - 1]);
    if (shape.back() == 1) continue;
    if (axis < last) return refuse();
    last = axis;
  }
  chain.shape = std::move(shape);
  return {};
}

/// Padding by nothing, as PyTorch writes it in front of an average pooling.
Expected<void> apply_pad(const OnnxCall& call, OnnxChain& /*chain*/) {
  auto pads = ints_attribute(call, "pads");
  if (!pads) return tl::unexpected(pads.error());
  if (const NdArray* input = call.constant(1)) {
    auto listed = ints_of(call, *input);
    if (!listed) return tl::unexpected(listed.error());
    *pads = std::move(*listed);
  }
  const auto is_zero = [](std::int64_t pad) { return pad == 0; };
  if (!*pads || !std::all_of((*pads)->begin(), (*pads)->end(), is_zero)) {
    return call.refuse(
        ErrorCode::kUnsupported,
        "expected a padding by nothing: that of a convolution is an attribute of Conv");
  }
  return {};
}

}  // namespace

const std::map<std::string, OnnxOperator>& onnx_shape_operators() {
  static const std::map<std::string, OnnxOperator> table = {
      {"Identity", keep},
      {"Dropout", apply_dropout},
      {"Flatten", apply_flatten},
      {"Reshape", apply_reshape},
      {"Squeeze", apply_squeeze},
      {"Unsqueeze", apply_unsqueeze},
      {"Transpose", apply_transpose},
      {"Pad", apply_pad},
  };
  return table;
}

}  // namespace thalweg::io
