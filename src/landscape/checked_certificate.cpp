#include "thalweg/landscape/checked_certificate.hpp"

#include <cmath>
#include <fstream>
#include <system_error>

#include "landscape/private_directory.hpp"

namespace thalweg {
namespace {

/// Where the file is to end: through a symbolic link, and whether it may be replaced there.
struct Target {
  std::filesystem::path path;
  bool replaceable = true;
};

Target resolve(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status)) return {path};
  if (std::filesystem::is_regular_file(status)) {
    return {std::filesystem::canonical(path, ignored)};
  }
  return {path, std::filesystem::is_directory(status)};  // a directory fails when renamed over
}

std::optional<Error> deliver(const std::filesystem::path& file, const Target& target) {
  std::error_code error;
  if (target.replaceable) {
    std::filesystem::rename(file, target.path, error);
    if (!error) return std::nullopt;
    return Error{ErrorCode::kUnwritable, target.path.string() + ": " + error.message()};
  }
  std::ifstream input(file, std::ios::binary);
  std::ofstream output(target.path, std::ios::binary);
  if (input && output && output << input.rdbuf() && output.flush()) return std::nullopt;
  return Error{ErrorCode::kUnwritable, target.path.string() + ": cannot be written"};
}

}  // namespace

double to_double(const verify::Dyad53& dyad) {
  return std::ldexp(static_cast<double>(dyad.mantissa), dyad.exponent);
}

Expected<CheckedCertificate> write_checked_certificate(
    const CertificateRequest& request, const std::optional<std::filesystem::path>& path) {
  const Target target = path ? resolve(*path) : Target{};
  const bool beside = path && target.replaceable;
  const PrivateDirectory folder(beside ? std::optional(target.path.parent_path()) : std::nullopt);
  if (folder.path().empty()) {
    return fail(ErrorCode::kUnwritable,
                (beside ? path->string() : "temporary folder") + ": " + folder.reason());
  }
  const std::filesystem::path file = folder.path() / "proof.cert";
  CheckedCertificate result;
  const auto written = write_certificate(request, file);
  if (!written) return tl::unexpected<Error>(written.error());
  result.written = *written;
  if (written->status == ProofStatus::kUnsupported) return result;

  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorCode::kUnreadable, file.string() + ": cannot be opened");
  const verify::Report report = verify::check(stream);
  if (report.outcome == verify::Outcome::kLimit) return result;
  if (report.outcome != verify::Outcome::kVerified) {
    return fail(ErrorCode::kMalformed, "internal error: the checker rejects the proof (" +
                                           report.reason + "); please report it with the data");
  }
  result.statement = report.statement;
  if (path) {
    if (auto error = deliver(file, target)) return tl::unexpected<Error>(std::move(*error));
  }
  return result;
}

}  // namespace thalweg
