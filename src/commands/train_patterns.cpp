#include "commands/train_patterns.hpp"

#include <algorithm>
#include <utility>

#include "commands/gated_model.hpp"
#include "thalweg/convex/restricted_program.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/reformulation/gated_program.hpp"

namespace thalweg::commands {
namespace {

SolverSettings solver_settings(const TrainOptions& options, const RunControl& control) {
  SolverSettings settings;
  settings.relative_gap = options.requested_gap();
  settings.threads = thread_count(options.run);
  settings.control = control;
  return settings;
}

void solve_restricted(const TrainOptions& options, const TrainingProblem& problem,
                      const RunControl& control, PatternAnswer& answer) {
  const RestrictedSolution solution =
      restricted_program(problem, answer.choice.patterns, solver_settings(options, control));
  const std::vector<Neuron> neurons = solution.neurons();
  answer.bound = answer.choice.complete ? ReluBound::kOptimum : ReluBound::kUpper;
  answer.info = solution.info;
  answer.blocks = static_cast<Index>(neurons.size());
  answer.dual_norm = solution.dual_norm;
  answer.network = merge(to_network(neurons, problem.dimension(), solution.affine()));
  answer.dual = feasible_dual(problem, solution.dual, solution.dual_norm);
  answer.objective = problem.objective(*answer.network);
}

/// The patterns as 0 and 1, (p x n).
Matrix to_matrix(const PatternSet& patterns) {
  Matrix gates(patterns.size(), patterns.samples());
  for (Index cell = 0; cell < patterns.size(); ++cell) {
    gates.row(cell) = patterns.gate(cell).transpose();
  }
  return gates;
}

void solve_gated_program(const TrainOptions& options, const TrainingProblem& problem,
                         const RunControl& control, PatternAnswer& answer) {
  GatedSettings settings;
  settings.solver = solver_settings(options, control);
  const Matrix patterns = to_matrix(answer.choice.patterns);
  // The decomposition needs its share of the time.
  if (!options.patterns.decompose.empty()) {
    settings.solver.control.deadline = Deadline::after(0.5 * control.deadline.remaining());
  }
  answer.gated = solve_gated(problem, patterns, settings);
  const GatedSolution& solution = *answer.gated;
  answer.bound = answer.choice.complete ? ReluBound::kLower : ReluBound::kNone;
  answer.info = solution.info;
  answer.blocks = static_cast<Index>(solution.rows.size());
  answer.dual_norm = solution.dual_norm;
  answer.method = name(solution.method);
  answer.objective = solution.info.objective;
  if (options.patterns.decompose.empty()) return;
  const auto kind = options.patterns.decompose == "fast" ? Decomposition::kLeastSquares
                                                         : Decomposition::kMinimumNorm;
  answer.decomposition = cone_decomposition(problem, patterns, solution, kind, control);
  if (!answer.decomposition->feasible) return;
  const DecomposedNetwork& parts = *answer.decomposition;
  answer.network =
      merge(to_network(parts.neurons, problem.dimension(), AffinePart(parts.bias, parts.skip)));
}

/// "solved", "reduced_accuracy" or "limit", by the gap that was reached.
std::string status_word(const PatternAnswer& answer, const TrainOptions& options) {
  if (answer.relative_gap <= options.requested_gap()) return "solved";
  return answer.info.status == SolverStatus::kStopped ? "limit" : "reduced_accuracy";
}

std::string bound_word(ReluBound bound) {
  switch (bound) {
    case ReluBound::kOptimum:
      return "optimum";
    case ReluBound::kUpper:
      return "upper";
    case ReluBound::kLower:
      return "lower";
    case ReluBound::kNone:
      return "none";
  }
  return "none";
}

/// What the numbers are about, in one paragraph.
std::string bound_sentence(ReluBound bound) {
  switch (bound) {
    case ReluBound::kOptimum:
      return "All patterns, with their cones: objective and lower bound are about the optimum over "
             "ReLU networks of all widths, and the network reaches the objective.";
    case ReluBound::kUpper:
      return "Some patterns, with their cones: the objective is an upper bound of the optimum over "
             "ReLU networks of all widths, and the network reaches it; the lower bound is among "
             "networks whose neurons use these patterns.";
    case ReluBound::kLower:
      return "All patterns, without their cones: the lower bound is below every ReLU network of "
             "every width; the objective is that of a gated network, which no ReLU network needs "
             "to reach.";
    case ReluBound::kNone:
      return "Some patterns, without their cones: the numbers are about gated networks with these "
             "gates, and bound the optimum over ReLU networks neither from above nor from below.";
  }
  return "";
}

/// What the lower bound is about, a clause.
std::string bounded_programs(ReluBound bound) {
  return bound == ReluBound::kOptimum ? "no network of any width is below (floating point)"
                                      : "of the program over these patterns";
}

std::string level_in_words(const PatternAnswer& answer, Level level) {
  if (answer.bound != ReluBound::kOptimum) return commands::level_in_words(level);
  return std::string(to_string(level)) + ": floating point; all patterns are given";
}

Json describe_decomposition(const TrainOptions& options, const PatternAnswer& answer) {
  if (!answer.decomposition) return nullptr;
  const DecomposedNetwork& parts = *answer.decomposition;
  const bool feasible = parts.feasible;
  return {{"method", options.patterns.decompose},
          {"feasible", feasible},
          {"stopped", parts.stopped},
          {"objective", feasible ? Json(parts.objective) : Json(nullptr)},
          {"blow_up", feasible ? Json(parts.blow_up) : Json(nullptr)},
          {"worst_blow_up", feasible ? Json(parts.worst_blow_up) : Json(nullptr)}};
}

void add_decomposition(TextReport& text, const PatternAnswer& answer) {
  if (!answer.decomposition) return;
  const DecomposedNetwork& parts = *answer.decomposition;
  if (parts.stopped) {
    text.add("ReLU network", "none: the decomposition was cut by the limit");
    return;
  }
  if (!parts.feasible) {
    text.add("ReLU network", "none: a block is no difference of vectors of its cone");
    return;
  }
  text.add("ReLU network", "objective " + exact_digits(parts.objective) + " with " +
                               std::to_string(answer.network->width()) +
                               " neurons: an upper bound of the optimum over all widths");
  text.add("blow-up", rounded_up(parts.blow_up) + " of the penalised norm, " +
                          rounded_up(parts.worst_blow_up) + " of a block at most");
}

}  // namespace

PatternAnswer train_over_patterns(const TrainOptions& options, const ProblemSetup& setup,
                                  Inputs& inputs, const RunControl& control) {
  PatternAnswer answer{choose_patterns(options, setup.problem.X(), inputs, control)};
  if (options.patterns.mode == "restricted") {
    solve_restricted(options, setup.problem, control, answer);
  } else {
    solve_gated_program(options, setup.problem, control, answer);
  }
  answer.lower_bound = std::min(std::max(0.0, answer.info.lower_bound), answer.objective);
  const double gap = answer.objective - answer.lower_bound;
  answer.relative_gap = answer.objective > 0 ? gap / answer.objective : 0.0;
  return answer;
}

bool stopped_at_limit(const PatternAnswer& answer, const TrainOptions& options) {
  return status_word(answer, options) == "limit" ||
         (answer.decomposition && answer.decomposition->stopped);
}

void add_answer(Json& document, const TrainOptions& options, const PatternAnswer& answer) {
  const bool restricted = options.patterns.mode == "restricted";
  document["settings"]["gap"] = options.requested_gap();
  document["settings"]["patterns"] = options.patterns.mode;
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound;
  document["gap"] = answer.objective - answer.lower_bound;
  document["relative_gap"] = answer.relative_gap;
  document["width"] = answer.network ? Json(answer.network->width()) : Json(nullptr);
  document["status"] = status_word(answer, options);
  document["level"] = to_string(restricted ? Level::kRestricted : Level::kEstimate);
  document["patterns"] = describe_patterns(options.patterns.mode, answer.choice);
  document["relu_bound"] = bound_word(answer.bound);
  document["blocks"] = answer.blocks;
  document["dual_norm"] = answer.dual_norm;
  document["newton_steps"] = answer.info.steps;
  document["method"] = answer.method.empty() ? Json(nullptr) : Json(answer.method);
  document["decomposition"] = describe_decomposition(options, answer);
  if (answer.evaluations) add_evaluations(document, *answer.evaluations);
  const bool gated = writes_gated_model(options);
  const bool written = !options.out.empty() && (gated || answer.network);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["out_holds"] = written ? Json(gated ? "gated_model" : "relu_network") : Json(nullptr);
}

void add_answer(TextReport& text, const TrainOptions& options, const PatternAnswer& answer) {
  const bool restricted = options.patterns.mode == "restricted";
  const Level level = restricted ? Level::kRestricted : Level::kEstimate;
  text.paragraph(bound_sentence(answer.bound));
  text.add("patterns", std::to_string(answer.choice.patterns.size()) + " (" + answer.choice.source +
                           (answer.choice.complete ? ", all)" : ")"));
  text.add("objective", exact_digits(answer.objective));
  text.add("lower bound", exact_digits(answer.lower_bound) + ": " + bounded_programs(answer.bound));
  text.add("gap", "relative " + rounded_up(answer.relative_gap));
  text.add("status", std::string(describe(answer.info.status)));
  text.add("blocks", std::to_string(answer.blocks) + " that are not zero");
  if (restricted) text.add("width", std::to_string(answer.network->width()));
  add_decomposition(text, answer);
  text.add("level", level_in_words(answer, level));
  if (answer.evaluations) add_evaluations(text, *answer.evaluations);
  if (options.out.empty()) return;
  if (writes_gated_model(options)) text.add("gated model", options.out);
  if (answer.network) text.add("network", options.out);
}

}  // namespace thalweg::commands
