#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// One simplicial cone of the branch and bound as the writer of a proof sees it. All sums and products were formed in floating
/// point; `margin` bounds the error of every entry of `fixed` plus any selection of `crossing` columns.
///
/// Rays are integer vectors in the coordinates z of RowGeometry (z = u, or u = B^T z when the rank is reduced); a split forms
/// r_k + r_l exactly, so that the proof's rays are these.
struct ConeView {
  Index rank = 0;                      ///< R
  Matrix rays;                         ///< (R x R), column k is the integer ray r_k
  Vector fixed;                        ///< (R): c_k without the crossing rows of negative weight
  std::vector<Index> crossing;         ///< group index (first row of the group) of each crossing row of negative weight
  Matrix crossing_values;              ///< (crossing x R): |w_j| v_j.r_k
  double margin = 0;
  Vector primal;                       ///< (R) hint: cone coordinates lambda >= 0 of the relaxation's maximiser
  Vector multipliers;                  ///< (crossing) hint: s_j in [0, 1] with which the cone closes; may be empty
};

/// Receives the proof of one sign in preorder. `leaf` may refuse (return false): the cone is then split.
class ProofSink {
 public:
  virtual ~ProofSink() = default;
  virtual void split(Index k, Index l) = 0;
  [[nodiscard]] virtual bool leaf(const ConeView& cone) = 0;
};

}  // namespace thalweg
