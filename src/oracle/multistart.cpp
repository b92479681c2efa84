#include <algorithm>
#include <cmath>
#include <thread>

#include "oracle/column_kernels.hpp"
#include "oracle/dual_query.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::oracle {
namespace {

/// Above this many rows the first climbs see a sample only.
constexpr Index kSampleAbove = 10000;
constexpr Index kSampleRows = 4096;

RowSet sample_set(const RowSet& set, Index wanted, Random& random) {
  if (set.count <= wanted) return set;
  RowSet result;
  result.count = wanted;
  result.stride = kernels::padded(wanted);
  result.columns = Matrix::Zero(result.stride, set.columns.cols());
  result.groups.resize(static_cast<std::size_t>(wanted), 0);
  const double scale = static_cast<double>(set.count) / static_cast<double>(wanted);
  for (Index i = 0; i < wanted; ++i) {
    const auto row = static_cast<Index>(random.below(static_cast<std::uint64_t>(set.count)));
    result.columns.row(i) = scale * set.columns.row(row);
  }
  return result;
}

SignedRows sample_rows(const SignedRows& rows, Random& random) {
  SignedRows result;
  result.linear = rows.linear;
  const double share =
      static_cast<double>(kSampleRows) / static_cast<double>(rows.up.count + rows.down.count);
  const auto wanted = [share](const RowSet& set) {
    return static_cast<Index>(std::ceil(share * static_cast<double>(set.count)));
  };
  result.up = sample_set(rows.up, wanted(rows.up), random);
  result.down = sample_set(rows.down, wanted(rows.down), random);
  return result;
}

void keep_best(std::vector<Summit>& summits, Index keep, double apart) {
  std::stable_sort(summits.begin(), summits.end(),
                   [](const Summit& a, const Summit& b) { return a.value > b.value; });
  std::vector<Summit> kept;
  for (Summit& summit : summits) {
    if (static_cast<Index>(kept.size()) == keep) break;
    const bool close = std::any_of(kept.begin(), kept.end(), [&](const Summit& other) {
      return (other.u - summit.u).norm() <= apart;
    });
    if (!close) kept.push_back(std::move(summit));
  }
  summits = std::move(kept);
}

std::vector<Vector> random_starts(Index count, Index dimension, Random& random) {
  std::vector<Vector> starts;
  for (Index i = 0; i < count; ++i) starts.push_back(random.direction(dimension));
  return starts;
}

std::vector<Summit> climb_all(LocalAscent& ascent, const std::vector<Vector>& starts,
                              const RunControl* control) {
  std::vector<Summit> summits;
  for (const Vector& start : starts) {
    if (control != nullptr && control->should_stop()) break;
    summits.push_back(ascent.climb(start));
  }
  return summits;
}

std::vector<DualDirection> summits_of_sign(const DualQuery& query, Sign sign, const ClimbPlan& plan,
                                           const std::vector<Vector>& extra) {
  const SignedRows& rows = query.climb_rows(sign);
  const Index rank = query.geometry().frame().cols();
  Random random(plan.seed * 2 + (sign == Sign::kPlus ? 0 : 1));
  std::vector<Vector> starts = random_starts(plan.starts, rank, random);
  if (rows.up.count + rows.down.count > kSampleAbove) {
    const SignedRows sample = sample_rows(rows, random);
    LocalAscent ascent(sample);
    std::vector<Summit> summits = climb_all(ascent, starts, plan.control);
    keep_best(summits, plan.keep + 2, 0.05);
    starts.clear();
    for (const Summit& summit : summits) starts.push_back(summit.u);
  }
  for (const Vector& u : extra) {
    const Vector point = query.geometry().frame().transpose() * u;
    if (point.norm() > 0) starts.push_back(point);
  }
  LocalAscent ascent(rows);
  std::vector<Summit> summits = climb_all(ascent, starts, plan.control);
  keep_best(summits, plan.keep + 2, plan.apart);
  std::vector<DualDirection> result;
  for (const Summit& summit : summits) {
    const Summit polished = ascent.polish(summit.u);
    result.push_back(query.describe(
        query.from_frame(polished.value >= summit.value ? polished.u : summit.u), sign));
  }
  keep_distinct(result, plan.apart);
  if (static_cast<Index>(result.size()) > plan.keep) {
    result.resize(static_cast<std::size_t>(plan.keep));
  }
  return result;
}

}  // namespace

std::vector<DualDirection> find_summits(const DualQuery& query, const ClimbPlan& plan,
                                        const std::vector<Vector>& starts) {
  std::vector<DualDirection> minus;
  std::vector<DualDirection> plus;
  if (plan.threads > 1) {
    std::thread other([&] { minus = summits_of_sign(query, Sign::kMinus, plan, starts); });
    plus = summits_of_sign(query, Sign::kPlus, plan, starts);
    other.join();
  } else {
    minus = summits_of_sign(query, Sign::kMinus, plan, starts);
    plus = summits_of_sign(query, Sign::kPlus, plan, starts);
  }
  plus.insert(plus.end(), minus.begin(), minus.end());
  keep_distinct(plus, plan.apart);
  return plus;
}

}  // namespace thalweg::oracle
