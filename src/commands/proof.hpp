#pragma once

#include <optional>
#include <string>

#include "commands/inputs.hpp"
#include "thalweg/certificate/certificate.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg::commands {

/// The number m 2^e; NaN when absent.
[[nodiscard]] double number(const std::optional<verify::Dyad53>& dyad);

/// What is to be proved and where the proof is kept.
struct ProofRequest {
  const TrainingProblem* problem = nullptr;
  const TwoLayerNetwork* network = nullptr;
  const Vector* dual = nullptr;  ///< nu (n)
  double relative_gap = 1e-6;    ///< what the network is meant to reach; sets the proof's precision
  std::string path;              ///< empty: a temporary file, removed at once
  std::string dataset_sha256 = "-";
  std::string network_sha256 = "-";
  int threads = 1;
  RunControl control;
};

/// What the independent checker made of the proof.
struct Proof {
  Level level = Level::kEstimate;  ///< kVerified, or kValue when no bound could be proved
  verify::Statement statement;     ///< meaningful above kEstimate
  std::int64_t bytes = 0;
  std::int64_t leaves = 0;
  bool stopped_at_limit = false;  ///< more time might have proved a better bound
};

/// Warns on standard error when a certificate is asked for and the loss has none (logistic).
void warn_without_certificate(const std::string& path, const TrainingProblem& problem);
/// Notes that a certificate was asked for and none was written (`bytes` is 0) although the loss has
/// one.
void note_unwritten_certificate(const std::string& path, const TrainingProblem& problem,
                                std::int64_t bytes, Inputs& inputs);

/// Writes a certificate and runs the `verify` library on it; `path` as in ProofRequest. The level
/// is kEstimate when nothing could be written. Failure as prove_gap.
[[nodiscard]] Proof write_proof(const CertificateRequest& certificate, const std::string& path);

/// Writes the certificate of a network's gap and runs the `verify` library on it. The level is
/// kEstimate when the loss has no exact certificate (logistic). Failure when a file cannot be
/// written, or when the checker rejects the proof (an internal error).
[[nodiscard]] Proof prove_gap(const ProofRequest& request);

}  // namespace thalweg::commands
