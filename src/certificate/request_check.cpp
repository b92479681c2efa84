#include "certificate/request_check.hpp"

#include <optional>
#include <string>

#include "certificate/exact_path.hpp"
#include "certificate/row_problem.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::certificate {
namespace {

void check_parallel(const CertificateRequest& request) {
  const ParallelProblem& problem = *request.parallel;
  if (problem.X.rows() != problem.outputs.samples() || problem.fan_ins.empty()) {
    throw InvalidArgument("write_certificate: expected a row of X a target, and fan-ins");
  }
  std::vector<Index> sizes{problem.X.cols()};
  Index nodes = 1;
  for (const Index m : problem.fan_ins) nodes *= m;
  sizes[0] *= nodes;
  for (const Index m : problem.fan_ins) {
    sizes.push_back(nodes);
    nodes /= m;
  }
  sizes.push_back(1);
  const BranchNetwork& network = *request.branches;
  bool fits = network.layers.size() == sizes.size();
  for (std::size_t l = 0; fits && l < sizes.size(); ++l) {
    const Matrix& layer = network.layers[l];
    fits = layer.cols() == sizes[l] && layer.rows() == network.branches() && layer.allFinite();
  }
  if (!fits) throw InvalidArgument("write_certificate: branches do not have the fan-ins");
}

void check_networks(const CertificateRequest& request) {
  const int problems = (request.problem != nullptr ? 1 : 0) +
                       (request.convolution != nullptr ? 1 : 0) +
                       (request.parallel != nullptr ? 1 : 0);
  const bool parallel = request.parallel != nullptr;
  if (problems != 1 || (request.network == nullptr) != parallel ||
      (request.branches != nullptr) != parallel) {
    throw InvalidArgument("write_certificate: one problem and its network are required");
  }
  if (request.path != nullptr && request.problem == nullptr) {
    throw InvalidArgument("write_certificate: paths are of fully connected networks");
  }
  if (parallel) {
    if (request.improved != nullptr) {
      throw InvalidArgument("write_certificate: no improved network of a parallel problem");
    }
    check_parallel(request);
    return;
  }
  for (const TwoLayerNetwork* network : {request.network, request.improved}) {
    if (network == nullptr) continue;
    request.problem != nullptr ? request.problem->check(*network)
                               : request.convolution->check(*network);
  }
}

bool same(const TwoLayerNetwork& a, const TwoLayerNetwork& b) {
  return a.width() == b.width() && a.W == b.W && a.alpha == b.alpha &&
         a.output_bias == b.output_bias;
}

}  // namespace

void check_request(const CertificateRequest& request) {
  check_networks(request);
  if (request.dual != nullptr) {
    const Index targets = outputs_of(request).samples();
    if (request.dual->size() != targets) {
      throw InvalidArgument("write_certificate: dual has " + std::to_string(request.dual->size()) +
                            " entries but there are " + std::to_string(targets) + " targets");
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

void check_path(const CertificateRequest& request) {
  const NetworkPath& path = *request.path;
  if (!same(path.start, *request.network)) {
    throw InvalidArgument("write_certificate: expected a path that begins at the network");
  }
  if (path.end && !same(*path.end, *request.improved)) {
    throw InvalidArgument("write_certificate: expected a path that ends at the improved network");
  }
  const auto arithmetic = exact_path(*request.problem, path);
  if (const auto fault = find_path_fault(arithmetic, path)) {
    throw InvalidArgument("write_certificate: path: " + *fault);
  }
}

}  // namespace thalweg::certificate
