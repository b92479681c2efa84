#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/io/safetensors.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "thalweg/model/branch_network.hpp"
#include "thalweg/model/network.hpp"

namespace thalweg::io {

/// Whether PyTorch's names are accepted beside the own ones.
enum class TorchNames {
  kRefused,
  /// nn.Sequential(Conv, ReLU, pooling and Flatten as may be, Linear), for arrays that are a
  /// filter, perhaps its bias, and output weights.
  kConvolution,
};

/// What a file of branches must hold.
struct BranchFormat {
  std::vector<BranchLayer> layers;  ///< what an architecture says of its branches
  TorchNames torch = TorchNames::kRefused;
  ArchitectureDescription description = {};  ///< what the layers of an ONNX graph must agree with
  /// Whether the last input is a column of ones, a bias in an ONNX graph.
  HiddenBias hidden_bias = HiddenBias::kNone;
};

struct StoredBranchNetwork {
  BranchNetwork network;
  std::optional<double> output_bias;  ///< none when the file has none, be it zero
};

/// Reads a sum of K branches from `.npz`, `.safetensors` or `.onnx` (onnx.hpp), by the ending.
///
/// Each array of the format is stored under its name with K in front of its shape, the last axis
/// fastest; `output_bias` (1) is optional. Or, with TorchNames::kConvolution, `0.weight` (K x the
/// filter), `0.bias` (K) where the format has a filter's bias, and one later layer's `N.weight`
/// (1 x K s, s weights for each filter; or 1 x K x 1 x 1 of a convolution) and optional `N.bias`.
/// K may be 0. `dual` is passed over, any other array refused.
///
/// Errors: those of the format's reader; kUnsupported (another ending, a pickle, more PyTorch
/// layers, standardised data, an array that is not read), kMissing, kMalformed (both schemes),
/// kBadShape.
[[nodiscard]] Expected<StoredBranchNetwork> read_branch_network(const std::filesystem::path& path,
                                                                const BranchFormat& format);
/// The network inside an open archive or file. Errors: as read_branch_network.
[[nodiscard]] Expected<StoredBranchNetwork> branch_network_from(const NpzArchive& archive,
                                                                const BranchFormat& format);
[[nodiscard]] Expected<StoredBranchNetwork> branch_network_from(const SafetensorsFile& file,
                                                                const BranchFormat& format);

}  // namespace thalweg::io
