#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::bench {

struct PolymakeCount {
  std::uint64_t cells = 0;
  double seconds = 0;  ///< of processor time, without starting the program
};

/// Chambers of the arrangement of each integer matrix by polymake's
/// fan::HyperplaneArrangement::CHAMBER_DECOMPOSITION, in one process; none when the program is not
/// installed. Fewer than asked for when `seconds` were not enough.
[[nodiscard]] std::optional<std::vector<PolymakeCount>> polymake_cells(
    const std::vector<Matrix>& matrices, double seconds);

}  // namespace thalweg::bench
