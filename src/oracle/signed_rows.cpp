#include "oracle/signed_rows.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;

RowSet collect(const RowGeometry& geometry, const GroupWeights& weights, double sign) {
  RowSet set;
  for (Index g = 0; g < geometry.groups(); ++g) {
    if (sign * weights.weight[g] > 0) set.groups.push_back(static_cast<std::int32_t>(g));
  }
  set.count = static_cast<Index>(set.groups.size());
  set.stride = kernels::padded(set.count);
  set.columns = Matrix::Zero(set.stride, geometry.coordinates());
  for (Index k = 0; k < geometry.coordinates(); ++k) {
    for (Index i = 0; i < set.count; ++i) {
      const Index g = set.groups[static_cast<std::size_t>(i)];
      set.columns(i, k) = std::fabs(weights.weight[g]) * geometry.rows()(g, k);
    }
  }
  return set;
}

double plus_sum(const RowSet& set, const Vector& z) {
  std::vector<const double*> columns;
  for (Index k = 0; k < z.size(); ++k) columns.push_back(set.column(k));
  return kernels::plus_sum(columns.data(), z.size(), z.data(), set.stride);
}

}  // namespace

double SignedRows::error_factor(int depth) const {
  return (base_depth + 3.0 * depth) * kUnit * 1.01;
}

double SignedRows::value(const Vector& z) const {
  return linear.dot(z) + plus_sum(up, z) - plus_sum(down, z);
}

SignedRows SignedRows::negated() const {
  SignedRows result = *this;
  std::swap(result.up, result.down);
  result.linear = -linear;
  return result;
}

SignedRows signed_rows(const RowGeometry& geometry, const GroupWeights& weights) {
  SignedRows rows;
  rows.up = collect(geometry, weights, 1.0);
  rows.down = collect(geometry, weights, -1.0);
  rows.linear = weights.linear;
  rows.exact_rows = geometry.basis().empty();
  const Matrix magnitudes = geometry.row_magnitudes();
  const double inflation = 1 + 0x1p-30;  // covers the rounding of these bounds themselves
  rows.magnitude = inflation * (magnitudes.transpose() * weights.absolute);
  if (geometry.groups() > 0) {
    rows.row_scale =
        inflation * (magnitudes.rowwise().maxCoeff().cwiseProduct(weights.absolute)).maxCoeff();
  }
  // Coordinates (d + 1 when reduced), weights (2 per row of a group, twice for the linear part),
  // products and the final few additions; the linear part is summed over the groups.
  rows.base_depth = 20.0 + (rows.exact_rows ? 0.0 : static_cast<double>(geometry.dimension()) + 2) +
                    2.0 * static_cast<double>(weights.largest_group) +
                    kernels::summation_depth(geometry.groups());
  if (weights.linear.cwiseAbs().maxCoeff() > 0) {
    rows.base_depth += static_cast<double>(geometry.groups());
  }
  return rows;
}

}  // namespace thalweg::oracle
