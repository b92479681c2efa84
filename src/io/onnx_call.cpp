#include "io/onnx_call.hpp"

#include <algorithm>
#include <cmath>

#include "io/text.hpp"

namespace thalweg::io {
namespace {

const OnnxAttribute* find(const OnnxCall& call, const std::string& name) {
  const auto found = call.node.attributes.find(name);
  return found == call.node.attributes.end() ? nullptr : &found->second;
}

tl::unexpected<Error> bad_attribute(const OnnxCall& call, const std::string& name,
                                    const std::string& expected) {
  return call.refuse(ErrorCode::kMalformed, "attribute " + name + ": expected " + expected);
}

}  // namespace

std::string describe(const OnnxNode& node) {
  const bool plain = std::all_of(node.op.begin(), node.op.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  const bool named = !node.name.empty() || node.outputs.empty();
  return (plain && node.op.size() <= 40 ? node.op : quote(node.op)) + " " +
         quote(named ? node.name : node.outputs.front());
}

const NdArray* OnnxCall::constant(std::size_t input) const {
  return input < constants.size() ? constants[input] : nullptr;
}

tl::unexpected<Error> OnnxCall::refuse(ErrorCode code, const std::string& what) const {
  return fail(code, file + ": " + describe(node) + ": " + what);
}

Expected<std::int64_t> int_attribute(const OnnxCall& call, const std::string& name,
                                     std::int64_t otherwise) {
  const OnnxAttribute* attribute = find(call, name);
  if (attribute == nullptr) return otherwise;
  if (attribute->ints.size() != 1) return bad_attribute(call, name, "an integer");
  return attribute->ints.front();
}

Expected<double> float_attribute(const OnnxCall& call, const std::string& name, double otherwise) {
  const OnnxAttribute* attribute = find(call, name);
  if (attribute == nullptr) return otherwise;
  if (attribute->floats.size() != 1) return bad_attribute(call, name, "a number");
  return attribute->floats.front();
}

Expected<std::optional<std::vector<std::int64_t>>> ints_attribute(const OnnxCall& call,
                                                                  const std::string& name) {
  const OnnxAttribute* attribute = find(call, name);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->ints.empty()) return bad_attribute(call, name, "integers");
  return attribute->ints;
}

Expected<std::vector<std::int64_t>> ints_of(const OnnxCall& call, const NdArray& array) {
  std::vector<std::int64_t> result;
  bool fits = array.shape.size() <= 1;
  for (const double value : array.values) {
    fits = fits && std::abs(value) <= 0x1p53 && value == std::floor(value);
    if (fits) result.push_back(static_cast<std::int64_t>(value));
  }
  if (!fits) return call.refuse(ErrorCode::kMalformed, "expected a list of integers as its input");
  return result;
}

Expected<std::optional<std::vector<Index>>> axes_of(const OnnxCall& call, Index rank) {
  auto axes = ints_attribute(call, "axes");
  if (!axes) return tl::unexpected(axes.error());
  if (const NdArray* input = call.constant(1)) {
    auto listed = ints_of(call, *input);
    if (!listed) return tl::unexpected(listed.error());
    *axes = std::move(*listed);
  }
  if (!*axes) return std::nullopt;
  if ((*axes)->size() > 8) return call.refuse(ErrorCode::kMalformed, "axes: expected at most 8");
  std::vector<Index> result;
  for (const std::int64_t axis : **axes) {
    const Index place = axis < 0 ? axis + rank : axis;
    const bool again = std::find(result.begin(), result.end(), place) != result.end();
    if (place < 0 || place >= rank || again) {
      return call.refuse(ErrorCode::kMalformed, "axes: expected different ones of " +
                                                    std::to_string(rank) + ", found " +
                                                    std::to_string(axis));
    }
    result.push_back(place);
  }
  return result;
}

Expected<Index> size_of(const OnnxCall& call, const std::vector<Index>& shape) {
  constexpr Index kMost = Index{1} << 40;
  Index size = 1;
  for (const Index extent : shape) {
    if (extent < 1 || extent > kMost / size) {
      return call.refuse(ErrorCode::kTooLarge,
                         "expected extents of at least 1 with a product up to 2^40, "
                         "found " +
                             describe_shape(shape));
    }
    size *= extent;
  }
  return size;
}

}  // namespace thalweg::io
