#pragma once

#include "oracle/tree_driver.hpp"

namespace thalweg::oracle {

/// What the cone tree over both signs is asked.
struct TreeRequest {
  double relative_gap = 1e-6;
  double threshold = 0;       ///< positive: decide sigma <= threshold
  double floor = 0;           ///< bounds of at most this are closed, whatever relative_gap says
  double maximiser_band = 0;  ///< positive: also collect local maximisers
  double start_value = 0;     ///< a proved lower bound of sigma
  int threads = 1;
  const RunControl* control = nullptr;
};

/// Branch and bound over the orthants of both signs. In threshold mode `found` holds a direction
/// above the threshold when exceeded; else improvements on start_value, or maximisers of the band.
[[nodiscard]] TreeOutcome bound_by_tree(const DualQuery& query, const TreeRequest& request);

}  // namespace thalweg::oracle
