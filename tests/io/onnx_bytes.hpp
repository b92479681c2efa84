#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/test_bytes.hpp"

/// Writes ONNX files field by field, by the numbers of ONNX's schema and without its library.
namespace thalweg::io::onnx_bytes {

inline std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
  return text + static_cast<char>(value);
}

/// A field that is an integer.
inline std::string number(unsigned field, std::int64_t value) {
  return varint(field << 3) + varint(static_cast<std::uint64_t>(value));
}

/// A field that is text, bytes, a message or a packed list.
inline std::string block(unsigned field, const std::string& content) {
  return varint(field << 3 | 2) + varint(content.size()) + content;
}

using Shape = std::vector<std::int64_t>;

inline std::string floats(const std::vector<float>& values) {
  std::string text;
  for (const float value : values) text += little(bits(value), 4);
  return text;
}

inline std::string doubles(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += little(bits(value), 8);
  return text;
}

/// A tensor of ONNX's element type (1 float, 7 int64, 11 double) with further fields, its data.
inline std::string tensor(const std::string& name, const Shape& shape, int type,
                          const std::string& data) {
  std::string text;
  for (const std::int64_t extent : shape) text += number(1, extent);
  return text + number(2, type) + block(8, name) + data;
}

inline std::string raw(const std::string& data) { return block(9, data); }

/// A constant of floats.
inline std::string constant(const std::string& name, const Shape& shape,
                            const std::vector<float>& values) {
  return tensor(name, shape, 1, raw(floats(values)));
}

inline std::string constant_ints(const std::string& name, const Shape& values) {
  std::string data;
  for (const std::int64_t value : values) data += little(static_cast<std::uint64_t>(value), 8);
  return tensor(name, {static_cast<std::int64_t>(values.size())}, 7, raw(data));
}

inline std::string int_attribute(const std::string& name, std::int64_t value) {
  return block(5, block(1, name) + number(3, value) + number(20, 2));
}

inline std::string float_attribute(const std::string& name, float value) {
  return block(5, block(1, name) + varint(2 << 3 | 5) + little(bits(value), 4) + number(20, 1));
}

inline std::string text_attribute(const std::string& name, const std::string& value) {
  return block(5, block(1, name) + block(4, value) + number(20, 3));
}

inline std::string ints_attribute(const std::string& name, const Shape& values) {
  std::string text = block(1, name);
  for (const std::int64_t value : values) text += number(8, value);
  return block(5, text + number(20, 7));
}

/// A node; its name is "/" and its operator.
inline std::string node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::string& output, const std::string& attributes = "") {
  std::string text;
  for (const std::string& input : inputs) text += block(1, input);
  return text + block(2, output) + block(3, "/" + op) + block(4, op) + attributes;
}

/// A name with a shape; an extent of 0 is open.
inline std::string value(const std::string& name, const Shape& shape) {
  std::string dims;
  for (const std::int64_t extent : shape) {
    dims += block(1, extent == 0 ? block(2, "n") : number(1, extent));
  }
  return block(1, name) + block(2, block(1, number(1, 1) + block(2, dims)));
}

/// A model from "x" to "y".
struct Model {
  Shape input;
  std::vector<std::string> constants;
  std::vector<std::string> nodes;
  std::int64_t opset = 14;
  std::string more = "";  ///< further fields of the graph
  std::string output = "y";

  [[nodiscard]] std::string text() const {
    std::string graph;
    for (const std::string& each : nodes) graph += block(1, each);
    for (const std::string& each : constants) graph += block(5, each);
    graph += block(11, value("x", input)) + block(12, value(output, {0, 1})) + more;
    return number(1, 7) + block(7, graph) + block(8, number(2, opset));
  }
  [[nodiscard]] Bytes bytes() const { return to_bytes(text()); }
};

}  // namespace thalweg::io::onnx_bytes
