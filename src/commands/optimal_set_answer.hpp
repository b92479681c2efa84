#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/inputs.hpp"
#include "commands/optimal_set_options.hpp"
#include "commands/problem_setup.hpp"
#include "thalweg/landscape/optimal_networks.hpp"

namespace thalweg::commands {

/// What was asked about other samples.
struct PredictionAnswer {
  Matrix X;  ///< (k x d), in the units of the problem, with the column of ones when there is one
  PredictionRanges ranges;
  Vector centre;                     ///< predictions of the centre (k)
  std::optional<OptimalRange> loss;  ///< per sample, without penalty; with targets only
};

/// What `optimal-set` found.
struct OptimalSetAnswer {
  OptimalSet set;
  std::optional<Membership> membership;         ///< of --network
  std::optional<PredictionAnswer> predictions;  ///< of --predict
  /// For each direction its cells as texts of + and -, a sign a sample, in lexicographic order (-
  /// before +, zero rows +); empty without --cells.
  std::vector<std::vector<std::string>> cells;
};

/// Samples that the predictions are wanted for, read before hours of work. Failure when a file is
/// missing, malformed or does not fit.
struct PredictionSamples {
  Matrix X;
  Vector y;  ///< empty without targets
};
[[nodiscard]] std::optional<PredictionSamples> load_prediction_samples(
    const OptimalSetOptions& options, Inputs& inputs, const ProblemSetup& setup);

/// Computes the optimal set and answers the questions of the options.
[[nodiscard]] OptimalSetAnswer answer_optimal_set(const OptimalSetOptions& options,
                                                  const ProblemSetup& setup, const Inputs& inputs,
                                                  const std::optional<PredictionSamples>& samples,
                                                  const RunControl& control);

/// Whether optimal networks are known: the optimum was located and a vertex is listed.
[[nodiscard]] bool has_networks(const OptimalSet& set);

/// Least and greatest mass of every direction over the polytope's listed vertices, (N).
[[nodiscard]] std::vector<OptimalRange> mass_ranges(const OptimalSet& set);

/// Writes the folder of --out: vertices.npz (`sign`, `u`, `masses` a row a vertex, `edges`,
/// `centre`, `fit`, `dual`) and networks. Failure (exit 3) when a file cannot be written, (exit 2)
/// when no optimal network has the width of the samples.
void write_optimal_set(const OptimalSetOptions& options, const ProblemSetup& setup,
                       const Inputs& inputs, const OptimalSet& set);

}  // namespace thalweg::commands
