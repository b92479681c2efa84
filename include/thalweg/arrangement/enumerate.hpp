#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/arrangement/instruction_set.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg {

/// How cells are found.
enum class Engine {
  kAutomatic,     ///< the sign tree for constraints and heavily degenerate data, else pencils
  kVertexPencil,  ///< every cell at its lowest vertex, no linear programs
  kSignTree,      ///< one sign at a time, with witnesses, learned circuits and linear programs
};

/// Which cells are wanted, beyond all of them: those that meet the interior of a set. Only the sign
/// tree obeys constraints. With any of them the list is no longer symmetric, and every cell is
/// listed by itself.
struct CellConstraints {
  Matrix cone;                                ///< (q x d): cells that meet {u : cone u > 0}
  Vector lower;                               ///< (d) or empty: a box, with `upper`
  Vector upper;                               ///< (d) or empty
  std::vector<std::pair<Index, Sign>> signs;  ///< samples whose sign is prescribed

  [[nodiscard]] bool empty() const {
    return cone.rows() == 0 && lower.size() == 0 && upper.size() == 0 && signs.empty();
  }
};

/// A half-open range of the vertex-pencil engine's work units; disjoint ranges find disjoint sets
/// of cells, and all units together find every cell.
struct WorkRange {
  std::uint64_t begin = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

struct EnumerationSettings {
  Engine engine = Engine::kAutomatic;
  int threads = 1;
  std::uint64_t seed = 1;  ///< of the flag of generic subspaces; any seed finds the same cells
  std::uint64_t max_cells = std::numeric_limits<std::uint64_t>::max();  ///< both signs counted
  bool witnesses = false;                                               ///< an interior point each
  WorkRange range;
  CellConstraints constraints;
  RunControl control;
  /// Of the vertex-pencil engine, for comparisons; none: the best of this processor.
  std::optional<InstructionSet> instructions;
};

/// Why the enumeration ended.
enum class EnumerationStatus {
  kUnsolved,       ///< not run
  kComplete,       ///< every cell was delivered once
  kRangeComplete,  ///< every cell of the given range of work was delivered once
  kCellLimit,      ///< max_cells reached; what was delivered are distinct cells
  kStopped,        ///< deadline or cancellation; what was delivered are distinct cells
  kSinkStopped,    ///< the consumer asked to stop
  kUnluckyFlag,    ///< the random flag met a vertex at infinity; run again with another seed
};

/// What proves that a complete list is complete.
enum class CompletenessProof {
  kNone,                      ///< not complete, or the rank itself is not proved
  kGeneralPosition,           ///< the count is 2 sum_{k<r} C(N-1, k), which no arrangement exceeds
  kCharacteristicPolynomial,  ///< the count is |chi(-1)|, by exact deletion and restriction
  kExactAccounting,           ///< the engine's own account: every sign exact, all the work done
};

struct EnumerationInfo {
  EnumerationStatus status = EnumerationStatus::kUnsolved;
  CompletenessProof proof = CompletenessProof::kNone;
  Engine engine = Engine::kAutomatic;  ///< the one that ran
  bool antipodal = true;        ///< each delivered pattern stands for itself and its negative
  std::uint64_t delivered = 0;  ///< patterns handed to the sink
  std::uint64_t degenerate_vertices = 0;  ///< vertices on more hyperplanes than the rank demands
  std::uint64_t exact_signs = 0;          ///< signs that floating point left open
  std::uint64_t missing_witnesses = 0;    ///< cells too thin for a point of doubles; their rows NaN

  [[nodiscard]] std::uint64_t cells() const { return antipodal ? 2 * delivered : delivered; }
  /// Whether the cells are provably all that were asked for.
  [[nodiscard]] bool complete() const {
    return status == EnumerationStatus::kComplete && proof != CompletenessProof::kNone;
  }
};

/// Delivers the activation patterns of all cells of {u : x_i^T u = 0} in blocks.
///
/// Without constraints one pattern of each antipodal pair is delivered, the one whose first nonzero
/// row has sign -1. With several threads the order of blocks is not fixed. Memory is O(N r^2) a
/// thread plus one block, and for degenerate data up to 16 MiB of remembered local topes (pencils)
/// or 64 MiB of learned relations (tree) a thread. Errors: InvalidArgument (threads < 1, a
/// constraint of the wrong shape, a range or constraints where the engine has none, instructions
/// that this processor lacks). Method, lemma and proof: docs/theory/arrangements.md.
[[nodiscard]] EnumerationInfo enumerate_cells(const HyperplaneArrangement& arrangement,
                                              const EnumerationSettings& settings,
                                              const CellSink& sink);

/// Compares the number of cells of a complete enumeration, unconstrained and over the whole range,
/// with the characteristic polynomial where that takes at most `max_work` steps, and raises
/// info.proof when they agree. Returns false when they differ: a defect of this program.
[[nodiscard]] bool confirm_count(const HyperplaneArrangement& arrangement, EnumerationInfo& info,
                                 std::uint64_t max_work = 10'000'000,
                                 const RunControl& control = {});

/// enumerate_cells into memory, in lexicographic order of the patterns (sample 0 first, minus
/// before plus). An unlucky flag is tried again with other seeds, unless a range of work units is
/// given: ranges of different flags do not fit together.
[[nodiscard]] std::pair<CellList, EnumerationInfo> list_cells(
    const HyperplaneArrangement& arrangement, const EnumerationSettings& settings = {});

/// Work units of the vertex-pencil engine, for splitting over processes or machines.
[[nodiscard]] std::uint64_t work_units(const HyperplaneArrangement& arrangement);

}  // namespace thalweg
