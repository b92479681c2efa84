#pragma once

#include <vector>

#include "thalweg/oracle/vector_oracle.hpp"
#include "thalweg/training/multi_output_training.hpp"

namespace thalweg::detail {

/// The dual norm of either model: |N^T (X u)_+| for shared neurons, the largest of the columns'
/// scalar norms for independent outputs. Directions of the latter have a = +-e_k.
class ModelOracle {
 public:
  ModelOracle(const MultiOutputProblem& problem, OutputModel model);

  [[nodiscard]] const RowGeometry& geometry() const { return oracle_.scalar().geometry(); }
  [[nodiscard]] std::vector<VectorDirection> climb(const Matrix& N, double threshold, Index count,
                                                   std::uint64_t seed,
                                                   const std::vector<Vector>& starts, int threads,
                                                   const RunControl& control) const;
  [[nodiscard]] VectorNormResult maximise(const Matrix& N,
                                          const VectorNormSettings& settings) const;
  /// A bound that takes no branching.
  [[nodiscard]] double quick_bound(const Matrix& N) const;

 private:
  [[nodiscard]] VectorNormResult largest_column(const Matrix& N,
                                                const VectorNormSettings& settings) const;

  OutputModel model_;
  VectorOracle oracle_;
};

/// How far, relatively, the dual norm of N may exceed beta so that scaling costs at most
/// `wanted_loss` of the lower bound; between 1e-10 and 1e-1. `wanted_loss` is in units of the
/// objective.
[[nodiscard]] double tolerable_excess(const MultiOutputProblem& problem, const Matrix& N,
                                      double wanted_loss);

/// The bound that N and an upper bound of its dual norm give; objective and gap not set.
[[nodiscard]] MultiOutputBound scaled_bound(const MultiOutputProblem& problem, const Matrix& N,
                                            double norm);

/// (objective - lower_bound) / objective, in [0, infinity), 0 where both are rounding of zero.
[[nodiscard]] double gap_between(double objective, double lower_bound, double scale);

}  // namespace thalweg::detail
