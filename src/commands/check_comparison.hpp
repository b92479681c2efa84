#pragma once

#include <optional>
#include <string>

#include "commands/certificate_source.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "thalweg/model/dataset.hpp"

/// Whether a certificate is about given files: the first difference in words, none when it is.
namespace thalweg::commands {

/// The file's data, or those with a column of ones appended. residual: the targets are what a
/// network learns that is added to its input.
[[nodiscard]] std::optional<std::string> compare_dataset(const CertificateSource& source,
                                                         const Dataset& dataset, bool residual);

/// A fully connected network.
[[nodiscard]] std::optional<std::string> compare_network(const CertificateSource& source,
                                                         const io::StoredNetwork& stored);

/// The patches and pooling, or fan-ins and cost, of a description.
[[nodiscard]] std::optional<std::string> compare_architecture(
    const CertificateSource& source, const ArchitectureDescription& description);

/// The network of a file of branches. Failure when it cannot be read. Precondition:
/// compare_architecture finds no difference.
[[nodiscard]] std::optional<std::string> compare_branches(
    const CertificateSource& source, const ArchitectureDescription& description,
    const std::string& path);

}  // namespace thalweg::commands
