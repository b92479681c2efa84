#pragma once

#include <filesystem>
#include <optional>

#include "thalweg/certificate/certificate.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg {

/// The number m 2^e, exactly.
[[nodiscard]] double to_double(const verify::Dyad53& dyad);

/// A certificate and what the independent checker recomputed from it.
struct CheckedCertificate {
  CertificateResult written;
  /// Absent when nothing could be written (ProofStatus::kUnsupported) or the checker's own limits
  /// on memory or digits stopped it; then no file is kept.
  std::optional<verify::Statement> statement;
};

/// Writes a certificate, runs the independent checker on the file and only then gives it its name.
///
/// The file is made beside `path` and renamed once the checker has accepted it, so no file of that
/// name is ever unchecked or half-written; a device or pipe is written into.
/// When the checker rejects the bound, only the network's value is claimed and a warning is logged.
/// Without a path the file is temporary. Throws InvalidArgument as write_certificate does. Errors:
/// kUnwritable; kUnreadable when the file cannot be read back; kMalformed when the checker rejects
/// even the value, which is an internal error.
[[nodiscard]] Expected<CheckedCertificate> write_checked_certificate(
    const CertificateRequest& request, const std::optional<std::filesystem::path>& path);

}  // namespace thalweg
