#pragma once

#include <optional>

#include "commands/report.hpp"
#include "commands/train_options.hpp"
#include "thalweg/reformulation/low_rank.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg::commands {

/// What training on the truncated data, or on all of them, gave; of any architecture.
struct TrainedValue {
  TrainingStatus status = TrainingStatus::kUnsolved;
  double objective = 0;
  double lower_bound = 0;  ///< at least 0
  Vector dual;             ///< nu (n), in the domain of D
  double dual_norm = 0;    ///< upper bound of |nu^T f| over branches of cost 1
  Index width = 0;         ///< neurons or branches
};

/// What the network trained on data of rank kappa is on the data themselves. All are estimates.
struct LowRankAnswer {
  Index rank = 0;
  Index full_rank = 0;  ///< min(n, d)
  double sigma_next = 0;
  double epsilon = 0;  ///< e of the factor 1 + e; NaN for losses without a Lipschitz constant
  double factor = 0;   ///< p_k / p is at most this
  double factor_lower_bound = 0;
  double dual_lower_bound = 0;
  double objective = 0;  ///< of the lifted network on X
  TrainedValue truncated;
  std::optional<TrainedValue> full;

  /// The better one of the two bounds of p that the truncated data give.
  [[nodiscard]] double lower_bound() const;
  /// Between the objective and that bound, relative to the objective.
  [[nodiscard]] double relative_gap() const;
  /// objective / p is at least this, by the network trained on X; with `full` only.
  [[nodiscard]] double measured_ratio() const;
  /// objective / p is at most this, by the best lower bound known; with `full` only.
  [[nodiscard]] double largest_ratio() const;
};

/// Of a network trained on X_k with that objective on X; `affine` has the problem's loss, targets,
/// beta and biases, `paths` is M. epsilon and factor as LowRankGuarantee, dual_lower_bound as
/// low_rank_dual_bound().
[[nodiscard]] LowRankAnswer answer_about_full_data(const TrainingProblem& affine,
                                                   const LowRankData& data, Index paths,
                                                   TrainedValue truncated, double objective);

/// All keys of the answer but those that every document has.
void add_answer(Json& document, const TrainOptions& options, const LowRankAnswer& answer);
/// The same for people.
void add_answer(TextReport& text, const LowRankAnswer& answer);

}  // namespace thalweg::commands
