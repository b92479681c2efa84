#pragma once

#include <vector>

#include "oracle/dual_query.hpp"

namespace thalweg::oracle {

/// What the cone tree over both signs is asked.
struct TreeRequest {
  double relative_gap = 1e-6;
  double threshold = 0;       ///< positive: decide sigma <= threshold
  double maximiser_band = 0;  ///< positive: also collect local maximisers
  double start_value = 0;     ///< a proved lower bound of sigma
  int threads = 1;
  const RunControl* control = nullptr;
};

struct TreeOutcome {
  double upper = 0;       ///< rigorous
  bool stalled = false;   ///< some cone could not be closed
  bool stopped = false;   ///< by deadline or cancellation
  bool exceeded = false;  ///< threshold mode: `found` holds a direction above the threshold
  std::vector<DualDirection>
      found;  ///< improvements on start_value, violators, or maximisers of the band
  std::int64_t nodes = 0;
};

/// Branch and bound over the orthants of both signs. The outcome does not depend on the number of
/// threads unless stopped: a task sees the improvements of the tasks kWindow before it and its own,
/// and nothing else.
[[nodiscard]] TreeOutcome bound_by_tree(const DualQuery& query, const TreeRequest& request);

/// How deep each orthant is cut into tasks, so that two threads share one sign's work evenly: less
/// deep when the rows are so many that repeating the top would cost more than it gives.
[[nodiscard]] int task_depth(Index coordinates, Index rows);

}  // namespace thalweg::oracle
