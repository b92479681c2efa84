#pragma once

#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/proof.hpp"

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

}  // namespace thalweg::commands
