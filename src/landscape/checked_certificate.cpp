#include "thalweg/landscape/checked_certificate.hpp"

#include <cmath>
#include <fstream>

#include "landscape/private_directory.hpp"
#include "thalweg/core/file_replacement.hpp"
#include "thalweg/core/log.hpp"

namespace thalweg {
namespace {

/// Copies the file into a device or a pipe.
Expected<void> copy_into(const std::filesystem::path& file, const std::filesystem::path& special) {
  std::ifstream input(file, std::ios::binary);
  std::ofstream output(special, std::ios::binary);
  if (input && output && output << input.rdbuf() && output.flush()) return {};
  return fail(ErrorCode::kUnwritable, special.string() + ": cannot be written");
}

/// Writes to `file`, an existing or new one, and runs the checker on it.
Expected<CheckedCertificate> write_and_check(const CertificateRequest& request,
                                             const std::filesystem::path& file) {
  CheckedCertificate result;
  const auto written = write_certificate(request, file);
  if (!written) return tl::unexpected<Error>(written.error());
  result.written = *written;
  if (written->status == ProofStatus::kUnsupported) return result;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorCode::kUnreadable, file.string() + ": cannot be opened");
  const verify::Report report = verify::check(stream);
  if (report.outcome == verify::Outcome::kLimit) return result;
  if (report.outcome == verify::Outcome::kNotVerified && request.dual != nullptr) {
    // A defect, or numbers beyond what the producer's floating point can guide; the value holds.
    log::warning("the checker rejects the bound (" + report.reason +
                 "); only the objective is claimed");
    CertificateRequest value_only = request;
    value_only.dual = nullptr;
    return write_and_check(value_only, file);
  }
  if (report.outcome != verify::Outcome::kVerified) {
    return fail(ErrorCode::kMalformed, "internal error: the checker rejects the proof (" +
                                           report.reason + "); please report it with the data");
  }
  result.statement = report.statement;
  return result;
}

}  // namespace

double to_double(const verify::Dyad53& dyad) {
  return std::ldexp(static_cast<double>(dyad.mantissa), dyad.exponent);
}

Expected<CheckedCertificate> write_checked_certificate(
    const CertificateRequest& request, const std::optional<std::filesystem::path>& path) {
  if (path && !FileReplacement::is_special(*path)) {
    auto file = FileReplacement::create(*path);
    if (!file) return tl::unexpected<Error>(file.error());
    auto result = write_and_check(request, file->path());
    if (!result || !result->statement) return result;
    if (const auto done = file->commit(); !done) return tl::unexpected<Error>(done.error());
    return result;
  }
  const PrivateDirectory folder;
  if (folder.path().empty()) {
    return fail(ErrorCode::kUnwritable, "no temporary folder: " + folder.reason());
  }
  auto result = write_and_check(request, folder.path() / "proof.cert");
  if (!path || !result || !result->statement) return result;
  const auto copied = copy_into(folder.path() / "proof.cert", *path);
  if (!copied) return tl::unexpected<Error>(copied.error());
  return result;
}

}  // namespace thalweg
