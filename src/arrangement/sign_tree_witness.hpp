#pragma once

#include <vector>

#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::sign_tree {

/// Turns the tree's points into interior points u of cells.
///
/// A point z in the coordinates of normals() becomes u by powers of two. With a box, u is rounded
/// from (u s, s), and so is verified again: against the rows of the tree, which imply the rest.
class WitnessWriter {
 public:
  WitnessWriter(const HyperplaneArrangement& arrangement, const TreeRows& rows);

  [[nodiscard]] Index dimension() const { return arrangement_.dimension(); }

  /// Writes u (d), or NaN and returns false when there is no point (null) or it does not survive.
  [[nodiscard]] bool write(const PatternWord* pattern, const double* point, double* u);

 private:
  [[nodiscard]] bool survives(const PatternWord* pattern, const double* point, double* u);
  [[nodiscard]] bool has_all_signs(const PatternWord* pattern, const Vector& u) const;
  [[nodiscard]] bool has_signs_of_tree(const PatternWord* pattern);

  const HyperplaneArrangement& arrangement_;
  const TreeRows& rows_;
  Vector lifted_;  ///< (u, 1)
  AlignedDoubles distances_;
  std::vector<PatternWord> plus_;
  std::vector<PatternWord> certain_;
};

}  // namespace thalweg::sign_tree
