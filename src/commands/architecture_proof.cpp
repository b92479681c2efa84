#include "commands/architecture_proof.hpp"

#include <algorithm>

#include "commands/exit_code.hpp"
#include "thalweg/reformulation/filter_problem.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg::commands {

bool has_certificate(const ArchitectureDescription& description) {
  switch (description.kind) {
    case ArchitectureKind::kCnn:
    case ArchitectureKind::kThreeLayer:
      return true;
    case ArchitectureKind::kPath:
      return !description.fan_in.empty();
    default:
      return false;
  }
}

void require_certificate(const std::string& path, const ArchitectureDescription& description) {
  if (path.empty() || has_certificate(description)) return;
  throw Failure(ExitCode::kUsage, "--certificate: the architecture " +
                                      std::string(to_string(description.kind)) +
                                      " has no exact certificate");
}

Proof prove_branches(const BranchProofRequest& request) {
  const BranchProblem& problem = request.setup.problem;
  if (!has_certificate(request.setup.description) ||
      !request.setup.outputs.problem.has_exact_certificate()) {
    return {};
  }
  CertificateRequest certificate;
  certificate.dual = &request.dual;
  certificate.slack = std::clamp(0.01 * request.relative_gap, 1e-12, 1e-6);
  certificate.dataset_sha256 = request.dataset_sha256;
  certificate.network_sha256 = request.network_sha256;
  certificate.threads = request.threads;
  certificate.control = request.control;
  const Architecture& architecture = problem.architecture();
  if (const auto* filters = dynamic_cast<const ConvolutionalNetwork*>(&architecture)) {
    const ConvolutionProblem convolution = filter_problem(*filters, problem.X(), problem.affine());
    const TwoLayerNetwork network = filter_network(*filters, request.network, request.output_bias);
    certificate.convolution = &convolution;
    certificate.network = &network;
    return write_proof(certificate, request.path);
  }
  const auto& parallel = dynamic_cast<const ParallelNetwork&>(architecture);
  const ParallelProblem trees{problem.X(), parallel.fan_ins(), parallel.cost(), problem.forms(),
                              problem.affine()};
  certificate.parallel = &trees;
  certificate.branches = &request.network;
  certificate.branches_bias = request.output_bias;
  return write_proof(certificate, request.path);
}

ProvedBounds proved_bounds(const Proof& proof) {
  return {number(proof.statement.objective_upper), number(proof.statement.lower_bound),
          number(proof.statement.gap), number(proof.statement.relative_gap)};
}

Json describe_proved(const Proof& proof) {
  if (proof.level != Level::kVerified) return nullptr;
  const ProvedBounds proved = proved_bounds(proof);
  return {{"objective", proved.objective},
          {"lower_bound", proved.lower_bound},
          {"gap", proved.gap},
          {"relative_gap", proved.relative_gap}};
}

bool proves_less(const Proof& proof, double relative_gap) {
  return proof.level == Level::kVerified && proved_bounds(proof).relative_gap > relative_gap;
}

void add_proof(TextReport& text, const Proof& proof, const std::string& path, double relative_gap) {
  if (proves_less(proof, relative_gap)) {
    const ProvedBounds proved = proved_bounds(proof);
    text.add("proved", "lower bound " + exact_digits(proved.lower_bound) + ", gap " +
                           rounded_up(proved.gap) + " (relative " +
                           rounded_up(proved.relative_gap) +
                           "), which the checker confirms; the numbers above are floating point");
  }
  if (!path.empty() && proof.bytes > 0) text.add("certificate", path);
}

}  // namespace thalweg::commands
