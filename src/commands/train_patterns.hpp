#pragma once

#include <optional>
#include <string>

#include "commands/evaluation.hpp"
#include "commands/inputs.hpp"
#include "commands/pattern_source.hpp"
#include "commands/problem_setup.hpp"
#include "commands/report.hpp"
#include "commands/train_options.hpp"
#include "thalweg/convex/solver_types.hpp"
#include "thalweg/reformulation/cone_decomposition.hpp"

namespace thalweg::commands {

/// What the value of a convex program over given patterns says about ReLU networks of all widths.
enum class ReluBound {
  kOptimum,  ///< it is their optimum: all patterns, with cones
  kUpper,    ///< their optimum is at most this: some patterns, with cones
  kLower,    ///< their optimum is at least its lower bound: all patterns, without cones
  kNone,     ///< nothing: some patterns, without cones
};

/// What training over given patterns answered, in floating point.
struct PatternAnswer {
  PatternChoice choice;
  ReluBound bound = ReluBound::kNone;
  SolverInfo info = {};
  double objective = 0;     ///< restricted: of the network; gated: of the gated program
  double lower_bound = 0;   ///< of the program over these patterns, at least 0
  double relative_gap = 0;  ///< in [0, 1]
  Index blocks = 0;         ///< that are not zero
  double dual_norm = 0;
  std::string method = {};  ///< the solver, for the gated program
  std::optional<DecomposedNetwork> decomposition = std::nullopt;  ///< with --decompose
  std::optional<TwoLayerNetwork> network = std::nullopt;  ///< a ReLU network, if there is one
  Vector dual = {};  ///< (n) scaled into the constraints: D(dual) is the lower bound
  std::optional<GatedSolution> gated = std::nullopt;      ///< the gated model
  std::optional<Evaluations> evaluations = std::nullopt;  ///< of the network, else of the model
};

/// Solves the program over the patterns that `options` ask for.
[[nodiscard]] PatternAnswer train_over_patterns(const TrainOptions& options,
                                                const ProblemSetup& setup, Inputs& inputs,
                                                const RunControl& control);

/// Whether --out holds the gated model, not a ReLU network.
[[nodiscard]] inline bool writes_gated_model(const TrainOptions& options) {
  return options.patterns.mode == "gated" && options.patterns.decompose.empty();
}

/// Whether the answer is partial because time ran out.
[[nodiscard]] bool stopped_at_limit(const PatternAnswer& answer, const TrainOptions& options);

/// All keys of the answer but those that every document has.
void add_answer(Json& document, const TrainOptions& options, const PatternAnswer& answer);
/// The same for people.
void add_answer(TextReport& text, const TrainOptions& options, const PatternAnswer& answer);

}  // namespace thalweg::commands
