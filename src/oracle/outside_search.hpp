#pragma once

#include <algorithm>
#include <array>

#include "oracle/star_set.hpp"
#include "oracle/tree_driver.hpp"

namespace thalweg::oracle {

/// What the cone tree less the stars is asked.
struct OutsideRequest {
  double beta = 0;
  double accuracy = 0;
  double relative_gap = 0;
  double threshold = 0;    ///< positive: decide
  double start_value = 0;  ///< a proved lower bound
  int threads = 1;
  const RunControl* control = nullptr;

  /// How far above a proved value the maximum may be.
  [[nodiscard]] double tolerance(double value) const {
    return std::max(accuracy * (beta - value), relative_gap * beta);
  }
};

/// Branch and bound over the orthants of both signs, leaving out the stars of each sign; `found`
/// holds directions strictly outside. nu and its query, `stars` for plus and minus.
[[nodiscard]] TreeOutcome bound_outside(const DualQuery& query, const Vector& nu,
                                        const std::array<StarSet, 2>& stars,
                                        const OutsideRequest& request);

}  // namespace thalweg::oracle
