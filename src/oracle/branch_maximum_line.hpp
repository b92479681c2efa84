#pragma once

#include <memory>
#include <vector>

#include "oracle/branch_region.hpp"

namespace thalweg::oracle {

/// An undecided maximum t = max(0, r_1^T w, ..) on a node's region with N(w) <= 1:
///   t <= direction^T w + constant,  rigorous.
struct MaximumLine {
  Vector direction;
  double constant = 0;
};

/// Of each unit; empty where nothing is known but the whole ball. They hold for nodes below too.
using MaximumLines = std::vector<std::shared_ptr<const MaximumLine>>;

/// Lemma. For any m, t <= m^T w + max_j h(r_j - m), h(z) the maximum of z^T w over the region; and
/// h(r_j - m) <= h(r_j - r_b) + h(r_b - m) for candidates j that the best one, b, all but
/// dominates. h(z) <= N_*(z + G lambda) for any lambda >= 0. QED So a candidate that is nowhere
/// largest on the node costs nothing, and where one is largest everywhere the maximum is linear.
///
/// `from` (p) says which candidate is likely to be largest. Some 20 cone programs.
[[nodiscard]] MaximumLine maximum_line(const BranchRegion& region, Index unit, const Vector& from);

}  // namespace thalweg::oracle
