#include <cstdint>

#include "fuzz/exercise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  thalweg::fuzz::exercise_onnx(std::as_bytes(std::span(data, size)));
  return 0;
}
