#include "commands/proof.hpp"

#include <algorithm>
#include <limits>

#include "commands/exit_code.hpp"
#include "thalweg/core/log.hpp"
#include "thalweg/landscape/checked_certificate.hpp"

namespace thalweg::commands {

double number(const std::optional<verify::Dyad53>& dyad) {
  return dyad ? to_double(*dyad) : std::numeric_limits<double>::quiet_NaN();
}

void warn_without_certificate(const std::string& path, const TrainingProblem& problem) {
  if (path.empty() || problem.has_exact_certificate()) return;
  const std::string what = problem.loss().has_rational_conjugate()
                               ? "a problem with sample weights or a skip connection"
                               : "the " + problem.loss().name() + " loss";
  log::warning(what + " has no exact certificate: " + path + " is not written");
}

void note_unwritten_certificate(const std::string& path, const TrainingProblem& problem,
                                std::int64_t bytes, Inputs& inputs) {
  if (path.empty() || bytes > 0 || !problem.has_exact_certificate()) return;
  inputs.notes.push_back(path +
                         " is not written: the proof is beyond the checker's limits on memory or "
                         "digits");
}

Proof write_proof(const CertificateRequest& certificate, const std::string& path) {
  std::optional<std::filesystem::path> file;
  if (!path.empty()) file = path;
  const CheckedCertificate checked = require(write_checked_certificate(certificate, file));

  Proof proof;
  if (!checked.statement) return proof;
  proof.statement = *checked.statement;
  proof.bytes = checked.written.bytes;
  proof.leaves = checked.written.leaves;
  proof.stopped_at_limit = checked.written.stopped_at_limit;
  proof.level = proof.statement.gap ? Level::kVerified : Level::kValue;
  return proof;
}

Proof prove_gap(const ProofRequest& request) {
  CertificateRequest certificate;
  certificate.problem = request.problem;
  certificate.network = request.network;
  certificate.dual = request.dual;
  certificate.slack = std::clamp(0.01 * request.relative_gap, 1e-12, 1e-6);
  certificate.dataset_sha256 = request.dataset_sha256;
  certificate.network_sha256 = request.network_sha256;
  certificate.threads = request.threads;
  certificate.control = request.control;
  return write_proof(certificate, request.path);
}

}  // namespace thalweg::commands
