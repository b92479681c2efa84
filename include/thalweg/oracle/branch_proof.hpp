#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg {

/// The choices of a form's units as in BranchPattern, with kUndecided for some.
using BranchChoices = std::vector<std::int16_t>;
inline constexpr std::int16_t kUndecided = -1;  ///< of a choice that was not made

/// Multipliers of rows of a node's cone, each with its row of BranchForm::rows(): for a ReLU its
/// row or a companion, for a maximum the candidate that is not the choice, or the chosen one's row
/// for its being at least 0. The cone's row itself is what BranchForm::piece makes of it.
using RowMultipliers = std::vector<std::pair<Index, double>>;

/// -below <= l_u^T w <= above on a node's region, l_u the linear part of an undecided ReLU.
struct UnitRange {
  double below = 0;
  double above = 0;
  RowMultipliers below_multipliers;  ///< N_*(-l_u + G lambda) <= below
  RowMultipliers above_multipliers;  ///< N_*(l_u + G lambda) <= above
};

/// A closed node of the branch and bound as the writer of a proof sees it; terms as in the lemma of
/// branch_oracle.hpp. Whatever is not listed is to be computed again.
struct BranchLeaf {
  const BranchChoices& choices;
  /// lambda, of rows of G.
  RowMultipliers multipliers;
  /// mu over |a_u|, in [0, 1], of undecided units with a_u < 0: by the row that it multiplies (a
  /// ReLU's own, a candidate of a maximum).
  RowMultipliers shares;
  /// For every undecided ReLU with a_u > 0: its unit and range.
  std::vector<std::pair<Index, UnitRange>> ranges;
  double bound = 0;  ///< s nu^T f(w) is at most this on the region with N(w) <= 1
};

/// Receives the tree of one sign in preorder. `leaf` may refuse (return false): the node is then
/// split, unless every unit is decided.
class BranchProofSink {
 public:
  virtual ~BranchProofSink() = default;
  /// The node is split by the choices of this unit: its children follow in order of choices, 0
  /// first.
  virtual void split(Index unit) = 0;
  [[nodiscard]] virtual bool leaf(const BranchLeaf& leaf) = 0;
};

/// How proving one sign ended; kStalled: a node with every unit decided did not close, and `bound`
/// is its bound.
struct BranchProof {
  SignProofStatus status = SignProofStatus::kUnsolved;
  Vector w;      ///< kExceeded: N(w) = 1, (p); else empty
  double bound;  ///< kStalled; else NaN
  std::int64_t nodes = 0;
  std::int64_t leaves = 0;
};

}  // namespace thalweg
