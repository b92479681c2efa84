#pragma once

#include <string>

#include "commands/evaluation.hpp"
#include "commands/exit_code.hpp"
#include "commands/inputs.hpp"
#include "commands/options.hpp"
#include "commands/session.hpp"
#include "thalweg/landscape/certify.hpp"

namespace thalweg::commands {

/// What `certify` needs for several outputs and other architectures.
struct CertifyRequest {
  const RunOptions& run;
  const ProblemOptions& problem;
  const TestOptions& test;
  double tolerance;
  std::string improved;          ///< where to write a lower network, may be empty
  std::string certificate = {};  ///< of another architecture; where to keep the proof
  bool verify = true;            ///< likewise; false: no proof is built
};

/// The verdict beside what was printed; `stopped` says whether time cut the work.
struct ReducedVerdict {
  Verdict verdict = Verdict::kUndecided;
  bool stopped = false;
};

/// `certify` for several outputs: the gap by the network's own residual and, where that is open, by
/// training from it. Everything is an estimate: there is no certificate.
[[nodiscard]] ReducedVerdict certify_several_outputs(const CertifyRequest& request, Inputs& inputs,
                                                     Session& session);

}  // namespace thalweg::commands
