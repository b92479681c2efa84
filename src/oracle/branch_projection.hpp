#pragma once

#include <vector>

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {

/// The shortest c + H mu over the box, by Lawson and Hanson's active set: exact to rounding unless
/// the steps run out. The free columns are independent, so at most p multipliers are within their
/// bounds. O(q p + p^3) a step.
struct BoxProjection {
  Vector multipliers;       ///< mu (q)
  Vector z;                 ///< c + H mu, (p)
  std::vector<Index> free;  ///< columns whose multipliers are within their bounds
};
[[nodiscard]] BoxProjection project_to_box(const ConeProgram& program);

}  // namespace thalweg::oracle
