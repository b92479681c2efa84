#pragma once

#include <vector>

#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::sign_tree {

/// Turns the tree's points into interior points u of cells.
///
/// A point z in the coordinates of normals() becomes u by powers of two, and nothing needs to be
/// verified. With a box, u is rounded from (u s, s), and so is verified again, exactly.
class WitnessWriter {
 public:
  WitnessWriter(const HyperplaneArrangement& arrangement, const CellConstraints& constraints,
                const TreeRows& rows);

  [[nodiscard]] Index dimension() const { return arrangement_.dimension(); }

  /// Writes u (d), or NaN and returns false when there is no point (null) or it does not survive.
  [[nodiscard]] bool write(const PatternWord* pattern, const double* point, double* u) const;

 private:
  [[nodiscard]] bool verified(const PatternWord* pattern, const Vector& u) const;

  const HyperplaneArrangement& arrangement_;
  const CellConstraints& constraints_;
  const TreeRows& rows_;
};

}  // namespace thalweg::sign_tree
