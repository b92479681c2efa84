#pragma once

#include <filesystem>

#include "thalweg/core/error.hpp"
#include "thalweg/io/network_reader.hpp"

namespace thalweg::io {

/// Writes a network as an `.npz` that read_network reads back to the same doubles.
///
/// `W` (m x d) without the bias column, `b` (m) when the network has a hidden bias, `alpha` (m) for
/// one output and (m x c) otherwise, `output_bias` (c) when the stored network has one, `skip`
/// (rows as read_network) when it has a skip connection;
/// `input_mean` and `input_scale` (d) when it is for standardised data, and `output_mean` and
/// `output_scale` (c) when the targets are too; `dual` (n) when one is given, which readers ignore.
/// The same network gives the same bytes. Errors:
/// kUnwritable. Precondition: finite values and fitting shapes, a path that ends in `.npz`, else
/// InvalidArgument.
[[nodiscard]] Expected<void> write_network(const std::filesystem::path& path,
                                           const StoredNetwork& stored, const Vector& dual = {});

}  // namespace thalweg::io
