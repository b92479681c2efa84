#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

/// What a node says of itself: integers or floats (one entry for a single number), a word, or a
/// tensor.
struct OnnxAttribute {
  std::vector<std::int64_t> ints;
  std::vector<double> floats;
  std::string text;
  std::optional<NdArray> tensor;
};

/// One operation of a graph. An absent optional input is "".
struct OnnxNode {
  std::string op;  ///< with its domain in front, unless it is one of ONNX itself
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, OnnxAttribute> attributes;
};

/// An input of the graph; its shape if the file gives it, an extent that is open being none.
struct OnnxInput {
  std::string name;
  std::optional<std::vector<std::optional<std::int64_t>>> shape;
};

/// The graph of an ONNX file, free of the library that read it. Constants are decoded: finite
/// doubles, whatever their type.
struct OnnxGraph {
  std::string file;
  std::vector<OnnxNode> nodes;
  std::map<std::string, NdArray> constants;
  std::vector<OnnxInput> inputs;  ///< those that are no constants
  std::vector<std::string> outputs;
};

/// Decodes a file's bytes. Errors: kMalformed (no ONNX, a repeated name, a tensor whose data do not
/// fit its shape), kUnsupported (another operator set, another element type, data in another file,
/// sparse tensors, a build without ONNX), kTooLarge (2 GiB and more, more than 4096 nodes or
/// constants, a shape whose size overflows), kBadValue (NaN, infinity).
[[nodiscard]] Expected<OnnxGraph> parse_onnx_graph(std::span<const std::byte> bytes,
                                                   const std::string& file);

/// "Conv '/0/Conv'": a node without a name is called by its first output.
[[nodiscard]] std::string describe(const OnnxNode& node);

}  // namespace thalweg::io
