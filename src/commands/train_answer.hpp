#pragma once

#include <optional>
#include <string>

#include "commands/evaluation.hpp"
#include "commands/inputs.hpp"
#include "commands/problem_setup.hpp"
#include "commands/proof.hpp"
#include "commands/report.hpp"
#include "commands/train_options.hpp"
#include "thalweg/training/train.hpp"
#include "thalweg/training/width_limited.hpp"

namespace thalweg::commands {

/// An objective and a bound below every network.
struct Bounds {
  double objective = 0;
  double lower_bound = 0;
  double gap = 0;
  double relative_gap = 0;
};

/// What training over all patterns answered: estimates, or what the checker recomputed.
struct TrainAnswer {
  TrainingResult trained;                           ///< over all widths
  std::optional<WidthLimitedResult> width_limited;  ///< when the width that was asked for is less
  TwoLayerNetwork network;                          ///< the answer
  Proof proof;
  double requested_gap;
  Bounds estimate;                                    ///< in floating point
  std::optional<Bounds> proved;                       ///< what the checker recomputed, if anything
  Bounds bounds;                                      ///< the answer: one of the two
  Level level = Level::kEstimate;                     ///< of the answer
  TrainingStatus status = TrainingStatus::kUnsolved;  ///< of these numbers, not of the search
  Evaluations evaluations;

  /// Whether the width keeps the gap open, as far as was found.
  [[nodiscard]] bool limited_by_width() const {
    return width_limited && status != TrainingStatus::kSolved;
  }
};

/// Trains over all widths, then within --width, and proves the gap.
[[nodiscard]] TrainAnswer train_over_all_patterns(const TrainOptions& options,
                                                  const ProblemSetup& setup, const Inputs& inputs,
                                                  const RunControl& control);

/// The contract's word: unsolved, solved, reduced_accuracy, limit.
[[nodiscard]] std::string status_word(TrainingStatus status);

/// All keys of the answer but those that every document has.
void add_answer(Json& document, const TrainOptions& options, const TrainAnswer& answer);
/// The same for people.
void add_answer(TextReport& text, const TrainOptions& options, const TrainAnswer& answer);

}  // namespace thalweg::commands
