#include "landscape/exact_check.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/landscape/checked_certificate.hpp"

namespace thalweg {

Expected<ExactComparison> compare_exactly(const TrainingProblem& problem,
                                          const TwoLayerNetwork& network,
                                          const TwoLayerNetwork& improved) {
  CertificateRequest request;
  request.problem = &problem;
  request.network = &network;
  request.improved = &improved;
  const auto checked = write_checked_certificate(request, std::nullopt);
  if (!checked) return tl::unexpected<Error>(checked.error());
  if (!checked->statement) {
    return fail(ErrorCode::kTooLarge, "the networks' values exceed the checker's limits");
  }
  return ExactComparison{to_double(checked->statement->objective_upper),
                         to_double(*checked->statement->improved_upper),
                         to_double(*checked->statement->decrease)};
}

Expected<Comparison> compare(const TrainingProblem& problem, const TwoLayerNetwork& network,
                             const TwoLayerNetwork& improved) {
  Comparison result;
  if (problem.has_exact_certificate()) {
    const auto exact = compare_exactly(problem, network, improved);
    if (!exact) return tl::unexpected<Error>(exact.error());
    static_cast<ExactComparison&>(result) = *exact;
    result.verified = true;
    return result;
  }
  const double before = problem.objective(network);
  const double after = problem.objective(improved);
  const double operations = static_cast<double>(problem.samples() + problem.dimension() +
                                                network.width() + improved.width());
  const double allowance = 1e-15 * operations * std::max(before, after);
  result.objective_before = before;
  result.objective_after = after;
  result.decrease = before - after - allowance;
  return result;
}

}  // namespace thalweg
