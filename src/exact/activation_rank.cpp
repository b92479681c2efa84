#include "thalweg/exact/activation_rank.hpp"

#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg {

ActivationRank activation_rank(const Matrix& X) {
  if (!X.allFinite()) throw InvalidArgument("X must be finite");
  const RowGroups groups = group_parallel_rows(X);
  std::vector<Index> two_sided;  // first rows, once each
  std::vector<bool> listed(groups.first_rows.size(), false);
  for (Index row = 0; row < X.rows(); ++row) {
    if (groups.multiples[row] >= 0) continue;
    const auto group = static_cast<std::size_t>(groups.group_of_row[static_cast<std::size_t>(row)]);
    if (!listed[group]) two_sided.push_back(groups.first_rows[group]);
    listed[group] = true;
  }
  ActivationRank result;
  result.value = static_cast<Index>(groups.first_rows.size());
  if (two_sided.empty()) return result;
  Matrix rows(static_cast<Index>(two_sided.size()), X.cols());
  for (Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = X.row(two_sided[static_cast<std::size_t>(i)]);
  }
  const RowBasis basis = row_basis(rows);
  result.value += basis.rank();
  result.proved = basis.proved;
  return result;
}

}  // namespace thalweg
