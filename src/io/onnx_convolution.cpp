#include <algorithm>

#include "io/onnx_call.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Kind = OnnxLayer::Kind;

constexpr std::int64_t kMaxStep = std::int64_t{1} << 31;

/// A list with `count` numbers from `least` on, `count` times `otherwise` when absent.
Expected<std::vector<Index>> numbers(const OnnxCall& call, const std::string& name,
                                     std::size_t count, std::int64_t least,
                                     std::int64_t otherwise) {
  const auto given = ints_attribute(call, name);
  if (!given) return tl::unexpected(given.error());
  if (!*given) return std::vector<Index>(count, otherwise);
  const bool fits = (*given)->size() == count &&
                    std::all_of((*given)->begin(), (*given)->end(), [least](std::int64_t value) {
                      return value >= least && value < kMaxStep;
                    });
  if (!fits) {
    return call.refuse(ErrorCode::kMalformed, "attribute " + name + ": expected " +
                                                  std::to_string(count) + " numbers from " +
                                                  std::to_string(least) + " on");
  }
  return std::vector<Index>((*given)->begin(), (*given)->end());
}

/// What convolutions and poolings have in common.
struct Window {
  std::vector<Index> stride;
  std::vector<Index> padding;
};

/// Refuses dilations, uneven and automatic padding. `axes` is 1 or 2.
Expected<Window> read_window(const OnnxCall& call, std::size_t axes) {
  auto stride = numbers(call, "strides", axes, 1, 1);
  if (!stride) return tl::unexpected(stride.error());
  auto pads = numbers(call, "pads", 2 * axes, 0, 0);
  if (!pads) return tl::unexpected(pads.error());
  const auto dilations = numbers(call, "dilations", axes, 1, 1);
  if (!dilations) return tl::unexpected(dilations.error());
  const auto automatic = call.node.attributes.find("auto_pad");
  const std::string word =
      automatic == call.node.attributes.end() ? "NOTSET" : automatic->second.text;
  const auto is_one = [](Index value) { return value == 1; };
  if (!std::all_of(dilations->begin(), dilations->end(), is_one)) {
    return call.refuse(ErrorCode::kUnsupported, "expected no dilation");
  }
  if (word != "NOTSET" && word != "VALID") {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected its padding in numbers (pads, not auto_pad)");
  }
  const auto half = pads->begin() + static_cast<std::ptrdiff_t>(axes);
  const bool valid =
      word == "VALID" && std::count(pads->begin(), pads->end(), 0) != 2 * static_cast<Index>(axes);
  if (!std::equal(pads->begin(), half, half) || valid) {
    return call.refuse(ErrorCode::kUnsupported, "expected the same padding at both ends");
  }
  return Window{std::move(*stride), {pads->begin(), half}};
}

/// The shape of a sample as an image; a signal is one row.
Expected<OnnxImage> image_of(const OnnxCall& call, const std::vector<Index>& shape) {
  if (shape.size() == 2) return OnnxImage{shape[0], 1, shape[1]};
  if (shape.size() == 3) return OnnxImage{shape[0], shape[1], shape[2]};
  return call.refuse(ErrorCode::kUnsupported,
                     "expected samples (channels, length) or (channels, height, width), found " +
                         describe_shape(shape));
}

/// Refuses a kernel_shape that is not the given one.
Expected<void> check_kernel(const OnnxCall& call, const std::vector<Index>& expected,
                            const std::string& whose) {
  const auto given = ints_attribute(call, "kernel_shape");
  if (!given) return tl::unexpected(given.error());
  if (!*given) return {};
  const std::vector<Index> found((*given)->begin(), (*given)->end());
  if (found == expected) return {};
  return call.refuse(ErrorCode::kUnsupported, "expected a kernel of shape " +
                                                  describe_shape(expected) + ", " + whose +
                                                  ", found " + describe_shape(found));
}

Index steps(Index length, Index kernel, Index stride, Index padding) {
  return (length + 2 * padding - kernel) / stride + 1;
}

/// Appends a pooling of each channel over all its positions.
void append_pool(const OnnxCall& call, Pooling pooling, OnnxChain& chain) {
  Index positions = 1;
  for (std::size_t i = 1; i < chain.shape.size(); ++i) positions *= chain.shape[i];
  chain.layers.push_back({.kind = Kind::kPool,
                          .label = describe(call.node),
                          .channels = chain.shape.front(),
                          .positions = positions,
                          .pooling = pooling});
  std::fill(chain.shape.begin() + 1, chain.shape.end(), 1);
}

Pooling pooling_of(const std::string& op) {
  if (op.ends_with("Sum")) return Pooling::kSum;
  return op.find("Max") == std::string::npos ? Pooling::kAverage : Pooling::kMax;
}

/// The filters (K x channels x height x width, or x length) as a constant that fits the samples.
Expected<const NdArray*> find_filters(const OnnxCall& call, const std::vector<Index>& shape) {
  const NdArray* filters = call.constant(1);
  if (filters == nullptr) {
    return call.refuse(ErrorCode::kUnsupported, "expected constant weights as input 1");
  }
  const auto group = int_attribute(call, "group", 1);
  if (!group) return tl::unexpected(group.error());
  if (*group != 1) {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected group 1, found " + std::to_string(*group));
  }
  const bool fits = filters->shape.size() == shape.size() + 1 && filters->shape[1] == shape[0] &&
                    !filters->values.empty();
  if (!fits) {
    return call.refuse(ErrorCode::kBadShape, "expected filters that fit samples of shape " +
                                                 describe_shape(shape) + ", found " +
                                                 describe_shape(filters->shape));
  }
  return filters;
}

}  // namespace

Expected<void> apply_convolution(const OnnxCall& call, OnnxChain& chain) {
  const auto input = image_of(call, chain.shape);
  if (!input) return tl::unexpected(input.error());
  const auto found = find_filters(call, chain.shape);
  if (!found) return tl::unexpected(found.error());
  const NdArray& filters = **found;
  const std::size_t axes = chain.shape.size() - 1;
  const auto window = read_window(call, axes);
  if (!window) return tl::unexpected(window.error());
  const std::vector<Index> kernel(filters.shape.begin() + 2, filters.shape.end());
  if (auto checked = check_kernel(call, kernel, "as its weights have"); !checked) return checked;
  std::vector<Index> shape = {filters.shape[0]};
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const Index length = chain.shape[axis + 1];
    const Index padding = window->padding[axis];
    if (kernel[axis] > length + 2 * padding) {
      return call.refuse(ErrorCode::kBadShape, "its kernel is larger than its padded input");
    }
    shape.push_back(steps(length, kernel[axis], window->stride[axis], padding));
  }
  const auto size = size_of(call, shape);
  if (!size) return tl::unexpected(size.error());
  OnnxLayer layer{.kind = Kind::kConvolution, .label = describe(call.node)};
  layer.weights =
      Eigen::Map<const RowMajor>(filters.values.data(), filters.shape[0],
                                 static_cast<Index>(filters.values.size()) / filters.shape[0]);
  layer.input = *input;
  layer.kernel = {input->channels, axes == 1 ? 1 : kernel.front(), kernel.back()};
  layer.stride = {axes == 1 ? 1 : window->stride.front(), window->stride.back()};
  layer.padding = {axes == 1 ? 0 : window->padding.front(), window->padding.back()};
  layer.positions = *size / filters.shape[0];
  chain.layers.push_back(std::move(layer));
  chain.shape = std::move(shape);
  return {};
}

Expected<void> apply_pool(const OnnxCall& call, OnnxChain& chain) {
  const auto image = image_of(call, chain.shape);
  if (!image) return tl::unexpected(image.error());
  const std::vector<Index> all(chain.shape.begin() + 1, chain.shape.end());
  if (auto checked = check_kernel(call, all, "all positions"); !checked) return checked;
  const auto window = read_window(call, all.size());
  if (!window) return tl::unexpected(window.error());
  const bool whole = call.node.attributes.contains("kernel_shape") &&
                     std::count(window->padding.begin(), window->padding.end(), 0) ==
                         static_cast<Index>(all.size());
  if (!whole) {
    return call.refuse(ErrorCode::kUnsupported, "expected a kernel over all positions, no padding");
  }
  append_pool(call, pooling_of(call.node.op), chain);
  return {};
}

Expected<void> apply_global_pool(const OnnxCall& call, OnnxChain& chain) {
  const auto image = image_of(call, chain.shape);
  if (!image) return tl::unexpected(image.error());
  append_pool(call, pooling_of(call.node.op), chain);
  return {};
}

Expected<void> apply_reduction(const OnnxCall& call, OnnxChain& chain) {
  const Index rank = static_cast<Index>(chain.shape.size()) + 1;
  const auto axes = axes_of(call, rank);
  if (!axes) return tl::unexpected(axes.error());
  const auto kept = int_attribute(call, "keepdims", 1);
  if (!kept) return tl::unexpected(kept.error());
  const bool positions =
      rank >= 3 && *axes && static_cast<Index>((*axes)->size()) == rank - 2 &&
      std::all_of((*axes)->begin(), (*axes)->end(), [](Index axis) { return axis >= 2; });
  if (!positions) {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected constant axes, all but those of samples and channels");
  }
  append_pool(call, pooling_of(call.node.op), chain);
  if (*kept == 0) chain.shape.resize(1);
  return {};
}

}  // namespace thalweg::io
