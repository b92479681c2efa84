#pragma once

#include <optional>
#include <vector>

#include "certificate/leaf_cone.hpp"

namespace thalweg::certificate {

/// The rule "; w" of a leaf and what it gives.
struct Tangent {
  ConeVector weights;  ///< (R) nonnegative integers
  Vector s;            ///< (crossing), 0 or 1
};

/// Multipliers with which a cone closes, and the tangents near them.
struct Multipliers {
  Vector s;           ///< (crossing)
  int bits = 0;       ///< s_j are multiples of 2^-bits
  ConeVector demand;  ///< c(s)
  ConeVector p;       ///< shortest closing vector, in the frame
  std::vector<Tangent> tangents;
};

/// Multipliers of few bits that close the cone with a vector of length at most `target`: those of a
/// tangent with small weights where one serves, else the best multipliers, rounded. Empty when the
/// cone does not close so.
[[nodiscard]] std::optional<Multipliers> choose_multipliers(const LeafCone& cone, double target);

}  // namespace thalweg::certificate
