// The stub that stands for the ONNX reader in a build without the library.
#include <gtest/gtest.h>

#include "io/test_bytes.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

TEST(OnnxAbsent, SaysWhatToInstall) {
  EXPECT_FALSE(has_onnx());
  expect_error(read_network(THALWEG_TEST_DATA "/onnx/two_layer.onnx"), ErrorCode::kUnsupported,
               {"two_layer.onnx", "reads no ONNX", "libonnx-dev", "libprotobuf-dev"});
  expect_error(onnx_branch_network({}, {}, "m.onnx"), ErrorCode::kUnsupported,
               {"m.onnx", "libonnx-dev"});
}

}  // namespace
}  // namespace thalweg::io
