#pragma once

#include <filesystem>
#include <optional>

#include "thalweg/core/error.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/io/safetensors.hpp"
#include "thalweg/model/dataset.hpp"
#include "thalweg/model/network.hpp"
#include "thalweg/model/standardization.hpp"

namespace thalweg::io {

/// A network as a file holds it.
struct StoredNetwork {
  TwoLayerNetwork network;       ///< a hidden bias is the last column of W
  bool has_output_bias = false;  ///< whether the file has an output bias, be it zero
  /// What is done to data before the network sees them, and to its outputs after.
  std::optional<Standardization> standardization = std::nullopt;
};

/// Reads a two-layer network from `.npz`, `.safetensors` or `.onnx` (onnx.hpp), by the ending.
///
/// Two naming schemes: `W` (m x d), `alpha` or `a` (m or m x c), optional `b` (m), `output_bias`
/// (c) and `skip` (d x c, or (d + 1) x c with `b`, the last row for the column of ones); or
/// PyTorch's for nn.Sequential(Linear, ReLU, Linear): `0.weight` (m x d), `2.weight` (c x m),
/// optional `0.bias` (m) and `2.bias` (c). A hidden bias becomes the last column of W. m may be 0;
/// d and c are at least 1. With either scheme optionally `input_mean` and `input_scale` (d), and
/// `output_mean` and `output_scale` (c): the network is for standardised data.
///
/// Errors: those of the format's reader; kUnsupported (another ending; a pickle, with the lines
/// that export it; more PyTorch layers), kMissing, kMalformed (both schemes, or both `alpha` and
/// `a`), kBadShape, kBadValue (a scale that is not positive).
[[nodiscard]] Expected<StoredNetwork> read_network(const std::filesystem::path& path);

/// Whether the network can be applied to the data: W has the data's d columns, or d + 1 with a
/// hidden bias, and alpha the data's c columns (any number when y has none, for questions about X
/// alone). Errors: kBadShape; a W with d + 1 columns and no
/// `b` is told how a hidden bias is stored.
[[nodiscard]] Expected<void> check_fits(const StoredNetwork& stored, const Dataset& dataset);

/// The network inside an open archive. Errors: as read_network.
[[nodiscard]] Expected<StoredNetwork> network_from(const NpzArchive& archive);
/// The network inside an open safetensors file. Errors: as read_network.
[[nodiscard]] Expected<StoredNetwork> network_from(const SafetensorsFile& file);

}  // namespace thalweg::io
