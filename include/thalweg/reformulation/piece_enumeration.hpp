#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// How the enumeration of a form's pieces ended.
enum class PieceListStatus {
  kUnsolved,    ///< not run
  kComplete,    ///< every pattern whose cone has an interior is listed, proved exactly
  kRounded,     ///< the same for the cones as computed, but some of their rows were rounded
  kPieceLimit,  ///< max_pieces reached; what is listed are distinct patterns
  kStopped,     ///< deadline or cancellation; what is listed are distinct patterns
};

/// Pieces of one form.
struct PieceList {
  PieceListStatus status = PieceListStatus::kUnsolved;
  std::vector<BranchPattern> patterns;
  /// A point inside each cone, (p), exactly; empty where no point of doubles was found.
  std::vector<Vector> points;
  std::uint64_t excluded = 0;  ///< choices whose cone was proved to have no interior

  /// Whether no piece is missing, for the cones as computed.
  [[nodiscard]] bool complete() const {
    return status == PieceListStatus::kComplete || status == PieceListStatus::kRounded;
  }
};

struct PieceSettings {
  std::uint64_t max_pieces = std::numeric_limits<std::uint64_t>::max();
  RunControl control;
};

/// All patterns of a form whose cones have an interior, each once. Units whose input is zero on
/// the cone are closed, of equal candidates of a maximum the first is chosen, as evaluate() does.
///
/// *Lemma.* The cones of a complete list cover the form's domain. *Proof.* Take a cone with
/// interior on which the form is linear up to some unit; the domain within it is covered by the
/// closed cones of the unit's choices. Those without interior are nowhere dense and their union is
/// covered by the closures of the others, where the domain is the closure of its interior: always
/// without companions; with companions it is a union of products of the closed cells of one
/// arrangement in every slot, and these have an interior together or not at all. QED
/// A choice is left out only when the rows of its cone have an exact positive relation
/// (interior_point of the arrangement of these rows). Distinct patterns have cones with disjoint
/// interiors, so no two pieces are the same map on the same cone.
///
/// Forms of ReLUs without inputs: the cells of their rows' arrangement (enumerate_cells). Others:
/// depth-first over the units, a point inside decides one choice of most units, each other choice
/// costs one interior point, about 0.1 ms for 20 rows. Deterministic.
[[nodiscard]] PieceList enumerate_pieces(const BranchForm& form,
                                         const PieceSettings& settings = {});

/// Removes pieces with map zero, and of pieces that `symmetries` of the form (as in
/// Architecture::symmetries) carry into each other all but the first: blocks on these have the
/// same outputs and costs. Where two images cannot be told apart by exact points both stay.
void reduce_pieces(const BranchForm& form, const std::vector<std::vector<Index>>& symmetries,
                   PieceList& list);

/// Distinct patterns of `count` random blocks of an architecture's form, in order of appearance: a
/// restricted program, whose value is an upper bound. `form` is forms(X)[number].
[[nodiscard]] std::vector<BranchPattern> sample_patterns(const Architecture& architecture,
                                                         const BranchForm& form, Index number,
                                                         Index count, std::uint64_t seed);

}  // namespace thalweg
