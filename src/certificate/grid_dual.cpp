#include "certificate/grid_dual.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "certificate/exact_number.hpp"

namespace thalweg::certificate {
namespace {

constexpr std::int64_t kLargestEntry = (std::int64_t{1} << 53) - 1;

/// The entries that the loss's conjugate admits, per sample.
struct Range {
  std::int64_t low = -kLargestEntry;
  std::int64_t high = kLargestEntry;
};

/// floor(delta * weight * 2^exponent), capped.
std::int64_t huber_limit(const TrainingProblem& problem, long exponent) {
  mpq_class limit = to_rational(to_dyad(problem.loss().delta()));
  if (problem.loss().scale() == LossScale::kMean) limit /= problem.samples();
  limit *= to_rational(Dyad{1, -exponent});
  mpz_class whole;
  mpz_fdiv_q(whole.get_mpz_t(), limit.get_num_mpz_t(), limit.get_den_mpz_t());
  return whole > kLargestEntry ? kLargestEntry : whole.get_si();
}

std::vector<Range> admitted_ranges(const TrainingProblem& problem, long exponent) {
  std::vector<Range> ranges(static_cast<std::size_t>(problem.samples()));
  if (problem.loss().kind() == LossKind::kHuber) {
    const std::int64_t limit = huber_limit(problem, exponent);
    std::fill(ranges.begin(), ranges.end(), Range{-limit, limit});
  } else if (problem.loss().kind() == LossKind::kSquaredHinge) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      (problem.y()[static_cast<Index>(i)] > 0 ? ranges[i].low : ranges[i].high) = 0;
    }
  }
  return ranges;
}

/// The exponent of a grid that moves the dual norm by at most slack * beta / 8 and the dual value
/// by at most about slack / 4 of itself: slack / 8 to first and to second order each.
long grid_exponent(const RowProblem& rows, const Vector& nu, double slack) {
  const TrainingProblem& problem = rows.outputs;
  const double largest = nu.cwiseAbs().maxCoeff();
  const double weight = problem.loss().weight(problem.samples());
  const Vector q = nu / weight;
  const double value = problem.dual_objective(nu);
  double finest = 4 * rows.X.rowwise().norm().sum() / (slack * rows.beta);
  if (value > 0) {
    finest = std::max(finest, 4 * (problem.y() - q).lpNorm<1>() / (slack * value));
    const auto samples = static_cast<double>(problem.samples());
    finest = std::max(finest, std::sqrt(samples / (weight * slack * value)));
  }
  const double wanted = finest > 0 ? std::ceil(std::log2(finest)) : 0.0;
  // 52 bits leave room for repairs of a free bias's sum.
  const double possible = 51.0 - std::ilogb(largest);
  return static_cast<long>(std::min(wanted, possible));
}

/// Moves entries within their ranges, by as equal amounts as possible, until they sum to zero.
bool balance_sum(std::vector<std::int64_t>& entries, const std::vector<Range>& ranges) {
  std::int64_t sum = std::accumulate(entries.begin(), entries.end(), std::int64_t{0});
  while (sum != 0) {
    const std::int64_t sign = sum > 0 ? 1 : -1;
    const auto room = [&](std::size_t i) {
      return sum > 0 ? entries[i] - ranges[i].low : ranges[i].high - entries[i];
    };
    std::int64_t movable = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) movable += room(i) > 0 ? 1 : 0;
    if (movable == 0) return false;
    const std::int64_t share = std::max<std::int64_t>(1, std::abs(sum) / movable);
    for (std::size_t i = 0; i < entries.size() && sum * sign > 0; ++i) {
      const std::int64_t step = std::min({share, room(i), std::abs(sum)});
      if (step <= 0) continue;
      entries[i] -= sign * step;
      sum -= sign * step;
    }
  }
  return true;
}

}  // namespace

double dual_scale(const RowProblem& problem, const Vector& nu, double norm, double slack) {
  return problem.outputs.best_dual_scale(nu, norm > 0 ? (1 - slack) * problem.beta / norm : 1.0);
}

std::optional<GridDual> round_to_grid(const RowProblem& rows, const Vector& nu, double slack) {
  const TrainingProblem& problem = rows.outputs;
  GridDual dual;
  const auto n = static_cast<std::size_t>(problem.samples());
  dual.entries.assign(n, 0);
  dual.nu = Vector::Zero(problem.samples());
  if (nu.isZero(0)) return dual;
  dual.exponent = grid_exponent(rows, nu, slack);
  const std::vector<Range> ranges = admitted_ranges(problem, dual.exponent);
  for (std::size_t i = 0; i < n; ++i) {
    const double scaled = std::ldexp(nu[static_cast<Index>(i)], static_cast<int>(dual.exponent));
    dual.entries[i] = std::clamp(static_cast<std::int64_t>(std::nearbyint(scaled)), ranges[i].low,
                                 ranges[i].high);
  }
  if (problem.output_bias() == OutputBias::kFree && !balance_sum(dual.entries, ranges)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < n; ++i) {
    dual.nu[static_cast<Index>(i)] =
        std::ldexp(static_cast<double>(dual.entries[i]), -static_cast<int>(dual.exponent));
  }
  return dual;
}

}  // namespace thalweg::certificate
