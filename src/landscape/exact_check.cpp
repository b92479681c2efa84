#include "landscape/exact_check.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "landscape/private_directory.hpp"
#include "thalweg/certificate/certificate.hpp"

namespace thalweg {

double to_double(const verify::Dyad53& dyad) {
  return std::ldexp(static_cast<double>(dyad.mantissa), dyad.exponent);
}

Expected<verify::Report> check_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kUnreadable, path.string() + ": cannot be opened");
  return verify::check(file);
}

Expected<ExactComparison> compare_exactly(const TrainingProblem& problem,
                                          const TwoLayerNetwork& network,
                                          const TwoLayerNetwork& improved) {
  const PrivateDirectory directory;
  if (directory.path().empty()) {
    return fail(ErrorCode::kUnwritable, "no temporary directory could be created");
  }
  const std::filesystem::path path = directory.path() / "values.cert";
  CertificateRequest request;
  request.problem = &problem;
  request.network = &network;
  request.improved = &improved;
  const auto written = write_certificate(request, path);
  if (!written) return tl::unexpected<Error>(written.error());
  const auto report = check_file(path);
  if (!report) return tl::unexpected<Error>(report.error());
  if (report->outcome != verify::Outcome::kVerified || !report->statement.decrease) {
    return fail(ErrorCode::kMalformed,
                "the checker does not confirm the networks' values: " + report->reason);
  }
  return ExactComparison{to_double(report->statement.objective_upper),
                         to_double(*report->statement.improved_upper),
                         to_double(*report->statement.decrease)};
}

Expected<Comparison> compare(const TrainingProblem& problem, const TwoLayerNetwork& network,
                             const TwoLayerNetwork& improved) {
  Comparison result;
  if (problem.loss().has_rational_conjugate()) {
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
