#include "thalweg/exact/near_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thalweg {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
/// Relative distance, in the 1-norm, up to which rows count as parallel but for rounding.
constexpr double kNear = 16 * kEpsilon;

/// k and a bound of |x_row - k x_first|_1, each entry's difference rounded once.
NearRow relate(const Matrix& X, Index first, Index row) {
  Index leading = 0;
  X.row(first).cwiseAbs().maxCoeff(&leading);
  NearRow near{row, first, X(row, leading) / X(first, leading), 0};
  for (Index k = 0; k < X.cols(); ++k) {
    near.error += std::fabs(std::fma(-near.multiple, X(first, k), X(row, k)));
  }
  near.error *= 1 + static_cast<double>(X.cols() + 2) * kEpsilon;
  near.error += static_cast<double>(X.cols()) * std::numeric_limits<double>::min();
  return near;
}

bool is_near(const Matrix& X, const NearRow& near) {
  return near.multiple != 0 && std::isnormal(near.multiple) &&
         near.error <= kNear * X.row(near.row).lpNorm<1>();
}

/// One number for each group that near directions share up to rounding: |c . x| / |x|, c generic.
std::vector<double> direction_keys(const Matrix& X, const std::vector<Index>& rows) {
  std::vector<double> keys;
  for (const Index row : rows) {
    double product = 0;
    double weight = 0.5;
    for (Index k = 0; k < X.cols(); ++k) {
      weight = std::fmod(weight * 1.6180339887498949 + 0.7548776662466927, 1.0);
      product += (0.5 + weight) * X(row, k);
    }
    keys.push_back(std::fabs(product) / X.row(row).stableNorm());
  }
  return keys;
}

}  // namespace

std::vector<NearRow> join_near_parallel(const Matrix& X, RowGroups& groups) {
  const std::size_t count = groups.first_rows.size();
  const std::vector<double> keys = direction_keys(X, groups.first_rows);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  });
  // The key of a near direction differs by rounding: of the products, of the norm, and by kNear
  // itself.
  const double window = 4 * static_cast<double>(X.cols() + 16) * kNear;
  std::vector<std::size_t> host(count);
  std::iota(host.begin(), host.end(), std::size_t{0});
  const auto root = [&](std::size_t g) {
    while (host[g] != g) g = host[g] = host[host[g]];
    return g;
  };
  bool joined = false;
  for (std::size_t p = 0; p < count; ++p) {
    if (host[order[p]] != order[p]) continue;  // its host met the same neighbours
    for (std::size_t q = p + 1; q < count && keys[order[q]] - keys[order[p]] <= window; ++q) {
      const std::size_t low = std::min(root(order[p]), root(order[q]));
      const std::size_t high = std::max(root(order[p]), root(order[q]));
      if (low == high) continue;
      if (!is_near(X, relate(X, groups.first_rows[low], groups.first_rows[high]))) continue;
      host[high] = low;
      joined = true;
    }
  }
  if (!joined) return {};

  std::vector<Index> renumbered(count, -1);
  std::vector<Index> first_rows;
  for (std::size_t g = 0; g < count; ++g) {
    host[g] = root(g);
    if (host[g] != g) continue;
    renumbered[g] = static_cast<Index>(first_rows.size());
    first_rows.push_back(groups.first_rows[g]);
  }
  std::vector<NearRow> near_rows;
  for (Index row = 0; row < X.rows(); ++row) {
    Index& group = groups.group_of_row[static_cast<std::size_t>(row)];
    if (group < 0) continue;
    const auto old = static_cast<std::size_t>(group);
    group = renumbered[host[old]];
    if (host[old] == old) continue;
    near_rows.push_back(relate(X, first_rows[static_cast<std::size_t>(group)], row));
    groups.multiples[row] = near_rows.back().multiple;
  }
  groups.first_rows = std::move(first_rows);
  return near_rows;
}

}  // namespace thalweg
