#pragma once

#include <cstdint>
#include <string_view>

#include "thalweg/core/error.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// The answer to "is this network the best of its width?".
enum class BestOfWidth {
  kUnknown,  ///< no lower network of the width was found, and the bound over all widths is below
  kYes,      ///< no network of any width is lower by more than the tolerance
  kNo,       ///< an explicit network of at most the width is lower by more than the tolerance
};

/// "yes", "no", "unknown".
[[nodiscard]] std::string_view to_string(BestOfWidth answer);

struct WidthAnswerSettings {
  double tolerance = 1e-8;  ///< as in CertifySettings
  int threads = 1;
  std::uint64_t seed = 0;
  bool verify = true;  ///< compare objectives in exact arithmetic where the loss allows it
  RunControl control;
};

struct WidthAnswer {
  BestOfWidth answer = BestOfWidth::kUnknown;
  TwoLayerNetwork network;  ///< for kNo the lower network, else the given one
  double objective = 0;     ///< of `network`, rounded up when `verified`
  double decrease = 0;      ///< for kNo a lower bound of how much lower it is, else 0
  bool verified = false;  ///< objective and decrease are exact (the certificate's level otherwise)
  bool stopped = false;   ///< the search was cut; more time might find a lower network
};

/// Answers as far as it can be answered, after `certified` = certify(problem, network): the bound
/// over all widths proves a yes, a lower network of at most the same width a no (the best network
/// that certification saw, its improvement, or one found by train_width_limited). Otherwise the
/// truth lies between `certified.lower_bound` and the objective. Errors: as certify.
[[nodiscard]] Expected<WidthAnswer> best_of_width(const TrainingProblem& problem,
                                                  const TwoLayerNetwork& network,
                                                  const CertifyResult& certified,
                                                  const WidthAnswerSettings& settings);

}  // namespace thalweg
