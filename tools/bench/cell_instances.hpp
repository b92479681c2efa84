#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::bench {

/// Data whose cells are counted.
struct CellInstance {
  std::string name;
  Matrix X;
  std::optional<std::uint64_t> cells;  ///< both signs, where known from elsewhere
};

/// "(50,4)"
[[nodiscard]] std::string size_name(Index samples, Index dimension);

/// X ~ N(0, 1), seed 1; cells from the closed form.
[[nodiscard]] CellInstance gaussian(Index samples, Index dimension);

/// The same, entries rounded to integers of 20 bits: general position for exact rational codes.
[[nodiscard]] CellInstance rounded_gaussian(Index samples, Index dimension);

/// All nonzero 0/1 vectors in R^5 or R^6.
[[nodiscard]] CellInstance resonance(Index dimension);

/// The arrangements of the table of degenerate data.
[[nodiscard]] std::vector<CellInstance> degenerate_instances();

}  // namespace thalweg::bench
