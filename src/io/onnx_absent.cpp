// Stands for onnx_protobuf.cpp in a build without the ONNX library.
#include "io/onnx_graph.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {

bool has_onnx() { return false; }

Expected<OnnxGraph> parse_onnx_graph(std::span<const std::byte> /*bytes*/,
                                     const std::string& file) {
  return fail(ErrorCode::kUnsupported,
              file +
                  ": this build of Thalweg reads no ONNX: the library was not there. On Debian, "
                  "install libonnx-dev and libprotobuf-dev and build again");
}

}  // namespace thalweg::io
