#include "thalweg/certificate/certificate.hpp"

#include <fstream>
#include <string>
#include <system_error>

#include "certificate/bound_writer.hpp"
#include "certificate/exact_branches.hpp"
#include "certificate/exact_path.hpp"
#include "certificate/exact_value.hpp"
#include "certificate/request_check.hpp"
#include "certificate/row_problem.hpp"
#include "certificate/text_output.hpp"
#include "certificate/unit_writer.hpp"
#include "thalweg/core/file_replacement.hpp"

namespace thalweg {
namespace {

using certificate::Rounding;

void write_claim(std::ostream& output, const char* word, const mpq_class& value,
                 Rounding rounding) {
  std::string text;
  certificate::append(text, certificate::round_to_dyad(value, rounding));
  output << "claim " << word << ' ' << text << '\n';
}

void write_claims(std::ostream& output, const CertificateRequest& request,
                  const std::optional<certificate::WrittenBound>& bound) {
  const TrainingProblem& outputs = certificate::outputs_of(request);
  const certificate::Enclosed enclosed = certificate::exact_objective(request);
  const mpq_class& objective = enclosed.above;
  write_claim(output, "value", objective, Rounding::kUp);
  if (bound) {
    const mpq_class dual_value = certificate::exact_dual_value(outputs, bound->dual);
    const mpq_class gap = objective - dual_value;
    write_claim(output, "bound", dual_value, Rounding::kDown);
    write_claim(output, "gap", gap, Rounding::kUp);
    if (enclosed.below > 0) {
      write_claim(output, "relgap", gap / enclosed.below, Rounding::kUp);
    }
  }
  if (request.improved != nullptr) {
    const mpq_class improved =
        certificate::exact_objective(certificate::row_problem(request), *request.improved);
    write_claim(output, "decrease", objective - improved, Rounding::kDown);
  }
  if (request.path != nullptr) {
    const auto arithmetic = certificate::exact_path(*request.problem, *request.path);
    const auto value = certificate::exact_path_value(arithmetic, *request.problem, *request.path);
    write_claim(output, "increase", value.increase, Rounding::kUp);
    write_claim(output, "maximum", value.maximum, Rounding::kUp);
    write_claim(output, "final", value.end, Rounding::kUp);
  }
}

tl::unexpected<Error> unwritable(const std::filesystem::path& target, const std::string& why) {
  return fail(ErrorCode::kUnwritable, target.string() + ": " + why);
}

/// Writes the whole text to the file at `path`, which exists, and cuts it to its length; errors
/// name the target.
Expected<CertificateResult> write_text(const CertificateRequest& request,
                                       const std::filesystem::path& path,
                                       const std::filesystem::path& target) {
  std::ofstream output(path, std::ios::binary | std::ios::in | std::ios::out);
  certificate::write_statement(output, request);
  certificate::BoundOutcome outcome;
  if (request.dual != nullptr) {
    outcome = certificate::has_units(request) ? certificate::write_unit_bound(output, request)
                                              : certificate::write_bound(output, path, request);
  }
  const std::optional<certificate::WrittenBound>& bound = outcome.bound;
  write_claims(output, request, bound);
  output << "end\n";
  CertificateResult result;
  result.bytes = static_cast<std::int64_t>(output.tellp());
  output.close();
  if (!output || result.bytes < 0) {
    return unwritable(target, "the certificate cannot be written");
  }
  std::error_code error;
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(result.bytes), error);
  if (error) return unwritable(target, error.message());
  result.stopped_at_limit = outcome.was_stopped;
  result.status = bound ? ProofStatus::kComplete : ProofStatus::kValueOnly;
  if (bound) {
    result.proof = bound->proof;
    result.dual_norm = bound->dual_norm;
    result.slack = bound->slack;
    result.leaves = bound->leaves;
  }
  return result;
}

/// Into a device or a pipe, where one cannot go back: the text is made elsewhere and copied.
Expected<CertificateResult> write_special(const CertificateRequest& request,
                                          const std::filesystem::path& path) {
  std::ofstream device(path, std::ios::binary);
  if (!device) return unwritable(path, "cannot be opened for writing");
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return unwritable(path, "no temporary folder: " + error.message());
  const auto file = FileReplacement::create(folder / "thalweg-certificate");
  if (!file) return tl::unexpected(file.error());
  auto result = write_text(request, file->path(), path);
  if (!result) return result;
  std::ifstream text(file->path(), std::ios::binary);
  device << text.rdbuf() << std::flush;
  if (!text || !device) return unwritable(path, "the certificate cannot be written");
  return result;
}

Expected<CertificateResult> write_file(const CertificateRequest& request,
                                       const std::filesystem::path& path) {
  auto file = FileReplacement::create(path);
  if (!file) return tl::unexpected(file.error());
  auto result = write_text(request, file->path(), path);
  if (!result) return result;
  if (const auto done = file->commit(); !done) return tl::unexpected(done.error());
  return result;
}

}  // namespace

Expected<CertificateResult> write_certificate(const CertificateRequest& request,
                                              const std::filesystem::path& path) {
  certificate::check_request(request);
  if (!certificate::outputs_of(request).has_exact_certificate()) {
    CertificateResult result;
    result.status = ProofStatus::kUnsupported;
    return result;
  }
  CertificateRequest complete = request;
  if (request.path != nullptr) {
    const auto& end = request.path->end;
    if (end && request.improved == nullptr) complete.improved = &*end;
    certificate::check_path(complete);
  }
  return FileReplacement::is_special(path) ? write_special(complete, path)
                                           : write_file(complete, path);
}

}  // namespace thalweg
