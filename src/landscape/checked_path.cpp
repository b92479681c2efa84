#include "thalweg/landscape/checked_path.hpp"

#include <algorithm>

#include "landscape/path_walk.hpp"
#include "thalweg/certificate/path_value.hpp"
#include "thalweg/landscape/checked_certificate.hpp"

namespace thalweg {
namespace {

/// The same data and biases with the squared loss: what a path is does not depend on the loss.
TrainingProblem rational_twin(const TrainingProblem& problem) {
  return {problem.X(),     problem.y(),           problem.beta(),
          Loss::squared(), problem.output_bias(), problem.skip()};
}

/// In floating point, from state to state.
CheckedPath estimate(const TrainingProblem& problem, const NetworkPath& path) {
  CheckedPath result;
  result.start = problem.objective(path.start);
  NetworkPath opening = path;
  opening.states.resize(1);
  opening.kinds.clear();
  landscape::PathWalk walk(problem, std::move(opening));
  result.end = walk.objective(walk.here());
  result.maximum = std::max(result.start, result.end);
  for (std::size_t k = 0; k < path.kinds.size(); ++k) {
    result.increase += std::max(0.0, walk.floating_slope(path.states[k + 1]));
    walk.append(path.states[k + 1], path.kinds[k]);
    result.end = walk.objective(walk.here());
    result.maximum = std::max(result.maximum, result.end);
  }
  if (path.end) {
    const double last = problem.objective(*path.end);
    result.increase += std::max(0.0, last - result.end);
    result.end = last;
    result.maximum = std::max(result.maximum, last);
  }
  return result;
}

CheckedPath from_statement(const verify::Statement& statement) {
  CheckedPath result;
  result.level = statement.lower_bound ? Level::kVerified : Level::kValue;
  result.start = to_double(statement.objective_upper);
  result.increase = to_double(*statement.path_increase);
  result.maximum = to_double(*statement.path_maximum);
  result.end = to_double(*statement.path_final);
  if (statement.lower_bound) result.lower_bound = to_double(*statement.lower_bound);
  return result;
}

}  // namespace

Expected<CheckedPath> check_path(const TrainingProblem& problem, const NetworkPath& path,
                                 const CheckPathSettings& settings) {
  if (const auto fault = find_fault(rational_twin(problem), path)) {
    throw InvalidArgument("path: " + *fault);
  }
  if (!problem.has_exact_certificate() || !settings.verify) return estimate(problem, path);
  CertificateRequest request;
  request.problem = &problem;
  request.network = &path.start;
  request.path = &path;
  request.dual = settings.dual;
  request.dataset_sha256 = settings.dataset_sha256;
  request.network_sha256 = settings.network_sha256;
  request.threads = settings.threads;
  request.control = settings.control;
  auto checked = write_checked_certificate(request, settings.certificate);
  if (!checked) return tl::unexpected<Error>(checked.error());
  CheckedPath result =
      checked->statement ? from_statement(*checked->statement) : estimate(problem, path);
  result.certificate_bytes = checked->written.bytes;
  result.stopped_at_limit = checked->written.stopped_at_limit;
  return result;
}

}  // namespace thalweg
