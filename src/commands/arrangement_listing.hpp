#pragma once

#include <cstdint>
#include <string>

#include "commands/arrangement_options.hpp"
#include "commands/session.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::commands {

/// Rows of int8 above this are better kept as bits: the contract of --packed.
inline constexpr std::uint64_t kMostUnpackedCells = 10'000'000;

/// Half of the machine's memory, in bytes.
[[nodiscard]] std::uint64_t usable_memory();
/// Patterns that fit there while they grow or are put in order, with witnesses when asked for.
[[nodiscard]] std::uint64_t cells_in_memory(const ArrangementOptions& options,
                                            const HyperplaneArrangement& arrangement);

/// How many cells a run may list: what --max-cells, memory, disk and format allow.
struct ListingLimit {
  std::uint64_t cells = 0;  ///< both signs counted
  std::string reason;       ///< why no more, a clause; empty when it is --max-cells
};

/// The limit. Failure (exit 2) when the arrangement certainly has more cells (by the closed form,
/// the exact count or the lower end of its confidence interval) and neither --max-cells nor --range
/// asks for less: told before hours of work, not after. Constraints leave fewer cells than can be
/// told beforehand, so they are never refused.
[[nodiscard]] ListingLimit plan_listing(const ArrangementOptions& options,
                                        const HyperplaneArrangement& arrangement,
                                        const RunControl& control);

struct Listing {
  EnumerationInfo info;
  std::uint64_t rows = 0;  ///< written to --out
  ListingLimit limit;
};

/// Lists the cells of samples X (n x d) that the options ask for, to --out where given. Failure
/// (exit 3) when the file cannot be written.
[[nodiscard]] Listing list_to_file(const ArrangementOptions& options, const Matrix& X,
                                   const HyperplaneArrangement& arrangement,
                                   const CellConstraints& constraints, const RunControl& control);

}  // namespace thalweg::commands
