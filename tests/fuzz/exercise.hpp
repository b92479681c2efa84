#pragma once

#include <cstddef>
#include <span>

namespace thalweg::fuzz {

/// Each function feeds bytes to one reader and everything above it, and says whether the reader
/// accepted them. It aborts when an accepted array is inconsistent or does not survive being
/// written and read again.
bool exercise_npy(std::span<const std::byte> bytes);
bool exercise_npz(std::span<const std::byte> bytes);
bool exercise_csv(std::span<const std::byte> bytes);
bool exercise_safetensors(std::span<const std::byte> bytes);
bool exercise_onnx(std::span<const std::byte> bytes);

}  // namespace thalweg::fuzz
