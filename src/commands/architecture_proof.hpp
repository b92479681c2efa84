#pragma once

#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/proof.hpp"
#include "commands/report.hpp"

namespace thalweg::commands {

/// Whether the certificate's grammar knows the architecture: "cnn", "three-layer", and "path" with
/// a fan-in.
[[nodiscard]] bool has_certificate(const ArchitectureDescription& description);
/// Failure naming --certificate when a file is asked for and the architecture has none.
void require_certificate(const std::string& path, const ArchitectureDescription& description);

/// What is to be proved and where the proof is kept.
struct BranchProofRequest {
  const BranchSetup& setup;
  const BranchNetwork& network;
  double output_bias = 0;
  const Vector& dual;
  double relative_gap = 1e-6;  ///< sets the proof's precision
  std::string path;            ///< empty: a temporary file, removed at once
  std::string dataset_sha256 = "-";
  std::string network_sha256 = "-";
  int threads = 1;
  RunControl control;
};

/// prove_gap for a network of branches. The level is kEstimate when architecture or loss have no
/// exact certificate.
[[nodiscard]] Proof prove_branches(const BranchProofRequest& request);

/// The checker's numbers as bounds. Precondition: a proof of level kVerified.
struct ProvedBounds {
  double objective = 0;
  double lower_bound = 0;
  double gap = 0;
  double relative_gap = 0;
};
[[nodiscard]] ProvedBounds proved_bounds(const Proof& proof);

/// The bounds that the checker confirms; null where nothing was proved.
[[nodiscard]] Json describe_proved(const Proof& proof);
/// Whether the checker confirms a wider relative gap only.
[[nodiscard]] bool proves_less(const Proof& proof, double relative_gap);
/// "proved", where the checker confirms a wider gap than the printed relative one only, and
/// "certificate" where one is kept at `path`.
void add_proof(TextReport& text, const Proof& proof, const std::string& path, double relative_gap);

}  // namespace thalweg::commands
