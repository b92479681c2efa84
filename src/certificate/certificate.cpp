#include "thalweg/certificate/certificate.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

#include "certificate/bound_writer.hpp"
#include "certificate/exact_value.hpp"
#include "certificate/text_output.hpp"

namespace thalweg {
namespace {

using certificate::Rounding;

void check(const CertificateRequest& request) {
  if (request.problem == nullptr || request.network == nullptr) {
    throw InvalidArgument("write_certificate: problem and network are required");
  }
  request.problem->check(*request.network);
  if (request.improved != nullptr) request.problem->check(*request.improved);
  if (request.dual != nullptr) {
    if (request.dual->size() != request.problem->samples()) {
      throw InvalidArgument("write_certificate: dual has " + std::to_string(request.dual->size()) +
                            " entries but there are " + std::to_string(request.problem->samples()) +
                            " samples");
    }
    if (!request.dual->allFinite()) {
      throw InvalidArgument("write_certificate: expected a finite dual");
    }
  }
  if (!(request.slack > 0 && request.slack <= 0.5)) {
    throw InvalidArgument("write_certificate: slack: expected a number in (0, 0.5], got " +
                          std::to_string(request.slack));
  }
}

void write_claim(std::ostream& output, const char* word, const mpq_class& value,
                 Rounding rounding) {
  std::string text;
  certificate::append(text, certificate::round_to_dyad(value, rounding));
  output << "claim " << word << ' ' << text << '\n';
}

void write_claims(std::ostream& output, const CertificateRequest& request,
                  const std::optional<certificate::WrittenBound>& bound) {
  const TrainingProblem& problem = *request.problem;
  const mpq_class objective = certificate::exact_objective(problem, *request.network);
  write_claim(output, "value", objective, Rounding::kUp);
  if (bound) {
    const mpq_class dual_value = certificate::exact_dual_value(problem, bound->dual);
    const mpq_class gap = objective - dual_value;
    write_claim(output, "bound", dual_value, Rounding::kDown);
    write_claim(output, "gap", gap, Rounding::kUp);
    if (objective > 0) write_claim(output, "relgap", gap / objective, Rounding::kUp);
  }
  if (request.improved != nullptr) {
    write_claim(output, "decrease",
                objective - certificate::exact_objective(problem, *request.improved),
                Rounding::kDown);
  }
}

/// A file beside the target that disappears unless it is kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : target_(target), path_(target.string() + ".part") {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Cuts the file to `bytes` and gives it the target's name.
  [[nodiscard]] std::error_code keep(std::int64_t bytes) {
    std::error_code error;
    std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(bytes), error);
    if (!error) std::filesystem::rename(path_, target_, error);
    kept_ = !error;
    return error;
  }

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace

Expected<CertificateResult> write_certificate(const CertificateRequest& request,
                                              const std::filesystem::path& path) {
  check(request);
  CertificateResult result;
  if (!request.problem->loss().has_rational_conjugate()) {
    result.status = ProofStatus::kUnsupported;
    return result;
  }
  TemporaryFile file(path);
  std::ofstream output(file.path(), std::ios::binary | std::ios::trunc);
  const auto unwritable = [&](const std::string& why) {
    return fail(ErrorCode::kUnwritable, path.string() + ": " + why);
  };
  if (!output) return unwritable("the certificate cannot be created");
  certificate::write_statement(output, request);
  std::optional<certificate::WrittenBound> bound;
  if (request.dual != nullptr) bound = certificate::write_bound(output, request);
  write_claims(output, request, bound);
  output << "end\n";
  result.bytes = static_cast<std::int64_t>(output.tellp());
  output.close();
  if (!output || result.bytes < 0) return unwritable("the certificate cannot be written");
  if (const std::error_code error = file.keep(result.bytes)) return unwritable(error.message());
  result.status = bound ? ProofStatus::kComplete : ProofStatus::kValueOnly;
  if (bound) {
    result.proof = bound->proof;
    result.dual_norm = bound->dual_norm;
    result.slack = bound->slack;
    result.leaves = bound->leaves;
  }
  return result;
}

}  // namespace thalweg
