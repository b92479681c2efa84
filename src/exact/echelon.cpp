#include "exact/echelon.hpp"

#include <utility>

namespace thalweg::exact {

bool Echelon::insert(std::vector<std::uint64_t> row) {
  using Field = MersenneField;
  const auto columns = static_cast<std::size_t>(columns_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::uint64_t factor = row[pivots_[i]];
    if (factor == 0) continue;
    for (std::size_t k = pivots_[i]; k < columns; ++k) {
      row[k] = Field::subtract(row[k], Field::multiply(factor, rows_[i][k]));
    }
  }
  std::size_t pivot = 0;
  while (pivot < columns && row[pivot] == 0) ++pivot;
  if (pivot == columns) return false;
  const std::uint64_t scale = Field::inverse(row[pivot]);
  for (std::size_t k = pivot; k < columns; ++k) row[k] = Field::multiply(row[k], scale);
  rows_.push_back(std::move(row));
  pivots_.push_back(pivot);
  return true;
}

}  // namespace thalweg::exact
