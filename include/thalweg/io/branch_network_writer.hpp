#pragma once

#include <filesystem>

#include "thalweg/core/error.hpp"
#include "thalweg/io/branch_network_reader.hpp"

namespace thalweg::io {

/// Writes a network as an `.npz` that read_branch_network reads back to the same doubles: each
/// layer of the format under its name, (K x its shape), `output_bias` (1) when the network has one,
/// and `dual` (n) when one is given, which readers ignore. The same network gives the same bytes.
/// Errors: kUnwritable. Precondition: the network has the format's layers, finite, and the path
/// ends in `.npz`, else InvalidArgument.
[[nodiscard]] Expected<void> write_branch_network(const std::filesystem::path& path,
                                                  const StoredBranchNetwork& stored,
                                                  const BranchFormat& format,
                                                  const Vector& dual = {});

}  // namespace thalweg::io
