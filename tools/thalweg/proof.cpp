#include "proof.hpp"

#include <stdlib.h>  // NOLINT: mkdtemp is POSIX

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "exit_code.hpp"
#include "thalweg/certificate/certificate.hpp"

namespace thalweg::cli {
namespace {

/// A folder of its own, removed with its content.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "thalweg-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw Failure(ExitCode::kFile, name + ": cannot create a temporary folder");
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

verify::Statement check_or_fail(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Failure(ExitCode::kFile, path.string() + ": cannot be opened");
  verify::Report report = verify::check(stream);
  if (report.outcome != verify::Outcome::kVerified) {
    throw std::runtime_error("the checker rejects the proof (" + report.reason + ")");
  }
  return report.statement;
}

}  // namespace

double to_double(const std::optional<verify::Dyad53>& dyad) {
  if (!dyad) return std::numeric_limits<double>::quiet_NaN();
  return std::ldexp(static_cast<double>(dyad->mantissa), dyad->exponent);
}

Proof prove_gap(const ProofRequest& request) {
  Proof proof;
  if (!request.problem->loss().has_rational_conjugate()) return proof;
  std::optional<TemporaryFolder> folder;
  if (request.path.empty()) folder.emplace();
  const std::filesystem::path path =
      folder ? folder->path() / "proof.cert" : std::filesystem::path(request.path);

  CertificateRequest certificate;
  certificate.problem = request.problem;
  certificate.network = request.network;
  certificate.dual = request.dual;
  certificate.slack = std::clamp(0.01 * request.relative_gap, 1e-12, 1e-6);
  certificate.dataset_sha256 = request.dataset_sha256;
  certificate.network_sha256 = request.network_sha256;
  certificate.threads = request.threads;
  certificate.control = request.control;
  const CertificateResult written = require(write_certificate(certificate, path));
  if (written.status == ProofStatus::kUnsupported) return proof;

  proof.bytes = written.bytes;
  proof.leaves = written.leaves;
  proof.statement = check_or_fail(path);
  if (!proof.statement.gap) {
    proof.level = Level::kValue;
  } else {
    const bool reached = to_double(proof.statement.relative_gap) <= request.relative_gap;
    proof.level = reached ? Level::kVerified : Level::kBound;
  }
  return proof;
}

}  // namespace thalweg::cli
