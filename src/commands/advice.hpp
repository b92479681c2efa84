#pragma once

#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::commands {

/// What `info` found out about a data set.
struct DataFacts {
  Index samples = 0;
  Index dimension = 0;  ///< columns of X, the column of ones included
  Index rank = 0;
  Index zero_rows = 0;
  Index parallel_rows = 0;
  bool hidden_bias = false;
  bool squared_loss = true;
  bool mean_scale = false;
  double beta_max = 0;        ///< upper bound
  double beta_max_lower = 0;  ///< lower bound
  std::optional<double> beta;
};

/// Short sentences on what to expect and what to watch for.
[[nodiscard]] std::vector<std::string> advise(const DataFacts& facts);

}  // namespace thalweg::commands
