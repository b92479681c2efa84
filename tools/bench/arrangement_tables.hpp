#pragma once

#include <cstdint>
#include <vector>

#include "cell_instances.hpp"
#include "measure.hpp"
#include "reference_kernel.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::bench {

// The tables of arrangement_bench, each with the rows whose names the choice wants.
void print_general_position(const Choice& choice, const ReferenceRates& reference);
void print_degenerate(const Choice& choice);
void print_polymake(const Choice& choice);
void print_graphs(const Choice& choice);
void print_samples(const Choice& choice);
void print_counts(const Choice& choice);
void print_threads(const Choice& choice, const char* program);

/// What print_threads runs in a process of its own, to know its memory: streams the cells of
/// gaussian(samples, dimension) and prints four numbers.
void stream_alone(Index samples, Index dimension, int threads);

/// All cells handed over in blocks, read once and forgotten.
struct StreamedCells {
  EnumerationInfo info;
  std::uint64_t checksum = 0;  ///< exclusive or of all words, the same in any order
};
[[nodiscard]] StreamedCells stream(const HyperplaneArrangement& arrangement,
                                   const EnumerationSettings& settings);

/// Settings with the first seed whose flag is not unlucky.
[[nodiscard]] EnumerationSettings lucky(const HyperplaneArrangement& arrangement,
                                        EnumerationSettings settings);

/// Ends the program unless the list is complete and of the known length.
void require_count(const CellInstance& instance, const EnumerationInfo& info);

}  // namespace thalweg::bench
