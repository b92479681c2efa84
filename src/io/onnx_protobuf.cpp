// The only file that knows the ONNX library and protobuf; onnx_absent.cpp stands for it in a build
// without them.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "io/element_decoder.hpp"
#include "io/onnx_graph.hpp"
#include "io/text.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

constexpr int kMaxEntries = 4096;
// From 7 on arrays are broadcast as in NumPy; later sets than the last one may mean other things.
constexpr std::int64_t kFirstOperatorSet = 7;
constexpr std::int64_t kLastOperatorSet = 23;

/// Where a tensor's elements lie: bytes of the file, or a list of numbers in memory.
struct Elements {
  ElementType type;
  std::span<const std::byte> bytes;
};

template <class Numbers>
std::span<const std::byte> bytes_of(const Numbers& numbers) {
  return std::as_bytes(std::span(numbers.data(), static_cast<std::size_t>(numbers.size())));
}

std::optional<ElementType> element_type(int type) {
  switch (type) {
    case TensorProto::FLOAT:
      return ElementType::kFloat32;
    case TensorProto::DOUBLE:
      return ElementType::kFloat64;
    case TensorProto::FLOAT16:
      return ElementType::kFloat16;
    case TensorProto::BFLOAT16:
      return ElementType::kBfloat16;
    case TensorProto::INT32:
      return ElementType::kInt32;
    case TensorProto::INT64:
      return ElementType::kInt64;
    case TensorProto::BOOL:
      return ElementType::kBool;
    default:
      return std::nullopt;
  }
}

/// The elements as raw bytes or, for the types that have one, in a list of their own.
Expected<Elements> find_elements(const TensorProto& tensor, const ArrayLabel& label) {
  const auto type = element_type(tensor.data_type());
  if (!type) {
    return fail(ErrorCode::kUnsupported,
                describe(label) +
                    ": expected an element type float, double, float16, bfloat16, int32, int64 or "
                    "bool, found ONNX's number " +
                    std::to_string(tensor.data_type()));
  }
  if (tensor.data_location() == TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    return fail(ErrorCode::kUnsupported,
                describe(label) +
                    ": its data lie in another file: export the model with its weights inside");
  }
  if (tensor.has_raw_data()) return Elements{*type, bytes_of(tensor.raw_data())};
  switch (*type) {
    case ElementType::kFloat32:
      return Elements{*type, bytes_of(tensor.float_data())};
    case ElementType::kFloat64:
      return Elements{*type, bytes_of(tensor.double_data())};
    case ElementType::kInt64:
      return Elements{*type, bytes_of(tensor.int64_data())};
    case ElementType::kInt32:
      return Elements{*type, bytes_of(tensor.int32_data())};
    default:
      return fail(ErrorCode::kUnsupported,
                  describe(label) + ": expected this element type as raw_data");
  }
}

/// Integers, which are sizes and places: beyond 2^53 they mean "to the end" and stay so.
NdArray saturated(std::span<const std::byte> bytes, const std::vector<std::uint64_t>& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  NdArray array{{shape.begin(), shape.end()}, {}};
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::int64_t)) {
    std::int64_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    array.values.push_back(static_cast<double>(std::clamp(value, -kMost, kMost)));
  }
  return array;
}

Expected<NdArray> decode(const TensorProto& tensor, const ArrayLabel& label) {
  std::vector<std::uint64_t> shape;
  for (const std::int64_t extent : tensor.dims()) {
    if (extent < 0) {
      return fail(
          ErrorCode::kMalformed,
          describe(label) + ": expected extents of at least 0, found " + std::to_string(extent));
    }
    shape.push_back(static_cast<std::uint64_t>(extent));
  }
  const auto elements = find_elements(tensor, label);
  if (!elements) return tl::unexpected(elements.error());
  const auto count = element_count(shape, elements->type, label);
  if (!count) return tl::unexpected(count.error());
  const std::size_t expected = *count * element_size(elements->type);
  if (elements->bytes.size() != expected) {
    return fail(ErrorCode::kMalformed, describe(label) + ": expected " + std::to_string(expected) +
                                           " bytes of data for its shape, found " +
                                           std::to_string(elements->bytes.size()));
  }
  if (elements->type == ElementType::kInt64) return {saturated(elements->bytes, shape)};
  return decode_elements(elements->bytes, shape, {elements->type}, label);
}

Expected<OnnxAttribute> convert(const AttributeProto& attribute, const std::string& where) {
  OnnxAttribute result;
  switch (attribute.type()) {
    case AttributeProto::INT:
      result.ints = {attribute.i()};
      break;
    case AttributeProto::INTS:
      result.ints = {attribute.ints().begin(), attribute.ints().end()};
      break;
    case AttributeProto::FLOAT:
      result.floats = {static_cast<double>(attribute.f())};
      break;
    case AttributeProto::FLOATS:
      result.floats = {attribute.floats().begin(), attribute.floats().end()};
      break;
    case AttributeProto::STRING:
      result.text = attribute.s();
      break;
    case AttributeProto::TENSOR: {
      auto tensor = decode(attribute.t(), {where, attribute.name()});
      if (!tensor) return tl::unexpected(tensor.error());
      result.tensor = std::move(*tensor);
      break;
    }
    default:
      return fail(ErrorCode::kUnsupported, where + ": attribute " + quote(attribute.name()) +
                                               " is of a type that is not read");
  }
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(result.floats.begin(), result.floats.end(), is_finite)) {
    return fail(ErrorCode::kBadValue,
                where + ": attribute " + quote(attribute.name()) + ": expected finite numbers");
  }
  return result;
}

Expected<OnnxNode> convert(const onnx::NodeProto& proto, const std::string& file) {
  const bool own = proto.domain().empty() || proto.domain() == "ai.onnx";
  OnnxNode node{own ? proto.op_type() : proto.domain() + "::" + proto.op_type(),
                proto.name(),
                {proto.input().begin(), proto.input().end()},
                {proto.output().begin(), proto.output().end()},
                {}};
  for (const AttributeProto& attribute : proto.attribute()) {
    auto converted = convert(attribute, file + ": " + describe(node));
    if (!converted) return tl::unexpected(converted.error());
    node.attributes[attribute.name()] = std::move(*converted);
  }
  return node;
}

OnnxInput convert(const onnx::ValueInfoProto& proto) {
  OnnxInput input{proto.name(), std::nullopt};
  if (!proto.type().has_tensor_type() || !proto.type().tensor_type().has_shape()) return input;
  input.shape.emplace();
  for (const auto& extent : proto.type().tensor_type().shape().dim()) {
    input.shape->push_back(extent.has_dim_value() ? std::optional(extent.dim_value())
                                                  : std::nullopt);
  }
  return input;
}

Expected<void> check_model(const onnx::ModelProto& model, const std::string& file) {
  if (!model.has_graph()) {
    return fail(ErrorCode::kMalformed, file + ": expected an ONNX model, found none");
  }
  const auto& sets = model.opset_import();
  const auto own = std::find_if(sets.begin(), sets.end(), [](const auto& set) {
    return set.domain().empty() || set.domain() == "ai.onnx";
  });
  if (own == sets.end() || own->version() < kFirstOperatorSet ||
      own->version() > kLastOperatorSet) {
    return fail(ErrorCode::kUnsupported,
                file + ": expected ONNX's operator set (opset) " +
                    std::to_string(kFirstOperatorSet) + " to " + std::to_string(kLastOperatorSet) +
                    ", found " + (own == sets.end() ? "none" : std::to_string(own->version())));
  }
  const auto& graph = model.graph();
  if (graph.sparse_initializer_size() > 0) {
    return fail(ErrorCode::kUnsupported, file + ": sparse tensors are not read");
  }
  if (graph.node_size() > kMaxEntries || graph.initializer_size() > kMaxEntries) {
    return fail(ErrorCode::kTooLarge, file + ": expected at most " + std::to_string(kMaxEntries) +
                                          " nodes and constants");
  }
  return {};
}

}  // namespace

bool has_onnx() { return true; }

Expected<OnnxGraph> parse_onnx_graph(std::span<const std::byte> bytes, const std::string& file) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::kTooLarge, file + ": expected less than 2 GiB, ONNX's limit");
  }
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kMalformed,
                file + ": expected an ONNX model, found bytes that are none (or a part of one)");
  }
  if (auto checked = check_model(model, file); !checked) return tl::unexpected(checked.error());
  OnnxGraph graph;
  graph.file = file;
  for (const TensorProto& tensor : model.graph().initializer()) {
    auto array = decode(tensor, {file, tensor.name()});
    if (!array) return tl::unexpected(array.error());
    if (!graph.constants.emplace(tensor.name(), std::move(*array)).second) {
      return fail(ErrorCode::kMalformed,
                  file + ": two constants are named " + quote(tensor.name()));
    }
  }
  for (const onnx::NodeProto& proto : model.graph().node()) {
    auto node = convert(proto, file);
    if (!node) return tl::unexpected(node.error());
    graph.nodes.push_back(std::move(*node));
  }
  for (const onnx::ValueInfoProto& input : model.graph().input()) {
    // Before version 4 of the format constants were listed as inputs, too.
    if (!graph.constants.contains(input.name())) graph.inputs.push_back(convert(input));
  }
  for (const onnx::ValueInfoProto& output : model.graph().output()) {
    graph.outputs.push_back(output.name());
  }
  return graph;
}

}  // namespace thalweg::io
