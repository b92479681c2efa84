#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "arrangement/restriction.hpp"
#include "thalweg/exact/row_dependence.hpp"

namespace thalweg::arrangement {

/// Proves that hyperplanes which coincide on a flat modulo a prime do so exactly. One circuit, a
/// smallest dependent set, stands behind many of those claims and is decided once.
template <class Field>
class CircuitProof {
 public:
  explicit CircuitProof(const Matrix& normals)
      : dependence_(normals), length_(static_cast<std::size_t>(normals.cols())) {
    for (Index i = 0; i < normals.rows(); ++i) {
      for (Index k = 0; k < normals.cols(); ++k) {
        residues_.push_back(Field::residue(normals(i, k)));
      }
    }
  }

  /// Whether the rows `flat`, which are independent, and the two of the merge are dependent; that
  /// they are modulo the prime is given.
  [[nodiscard]] bool proves(std::span<const Index> flat, const Merge& merge) {
    std::vector<Index> rows(flat.begin(), flat.end());
    rows.push_back(merge.kept);
    std::vector<Index> circuit = support(rows, merge.dropped);
    std::sort(circuit.begin(), circuit.end());
    if (proved_.contains(circuit)) return true;
    if (!dependence_.dependent(circuit)) return false;
    proved_.insert(std::move(circuit));
    return true;
  }

  [[nodiscard]] std::size_t circuits() const { return proved_.size(); }

 private:
  /// The row and those of the independent `rows` whose combination modulo the prime it is.
  std::vector<Index> support(const std::vector<Index>& rows, Index dependent) {
    // Each row carries its coefficients of the given rows behind its entries.
    const std::size_t width = length_ + rows.size() + 1;
    std::vector<std::uint64_t> table((rows.size() + 1) * width, 0);
    std::vector<std::size_t> pivots;
    for (std::size_t i = 0; i <= rows.size(); ++i) {
      const Index id = i < rows.size() ? rows[i] : dependent;
      std::uint64_t* row = &table[i * width];
      std::copy_n(&residues_[static_cast<std::size_t>(id) * length_], length_, row);
      row[length_ + i] = 1;
      for (std::size_t p = 0; p < pivots.size(); ++p) {
        const std::uint64_t factor = row[pivots[p]];
        if (factor == 0) continue;
        const std::uint64_t* pivot = &table[p * width];
        for (std::size_t k = 0; k < width; ++k) {
          row[k] = Field::subtract(row[k], Field::multiply(factor, pivot[k]));
        }
      }
      if (i == rows.size()) break;
      std::size_t column = 0;
      while (row[column] == 0) ++column;
      const std::uint64_t scale = Field::inverse(row[column]);
      for (std::size_t k = 0; k < width; ++k) row[k] = Field::multiply(row[k], scale);
      pivots.push_back(column);
    }
    std::vector<Index> result = {dependent};
    const std::uint64_t* coefficients = &table[rows.size() * width + length_];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (coefficients[i] != 0) result.push_back(rows[i]);
    }
    return result;
  }

  RowDependence dependence_;
  std::size_t length_;
  std::vector<std::uint64_t> residues_;
  std::set<std::vector<Index>> proved_;
};

}  // namespace thalweg::arrangement
