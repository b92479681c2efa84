#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/exact/prime_field.hpp"

namespace thalweg::exact {

/// A growing echelon form modulo 2^61 - 1.
class Echelon {
 public:
  explicit Echelon(Index columns) : columns_(columns) {}

  /// Adds the row if it is independent of the rows so far; says whether it was.
  bool insert(std::vector<std::uint64_t> row);
  [[nodiscard]] Index rank() const { return static_cast<Index>(rows_.size()); }

 private:
  Index columns_;
  std::vector<std::vector<std::uint64_t>> rows_;  ///< pivot entry 1
  std::vector<std::size_t> pivots_;
};

}  // namespace thalweg::exact
