#include "commands/architecture_report.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace thalweg::commands {

Json describe_architecture(const Architecture& architecture) {
  Json layers = Json::array();
  for (const BranchLayer& layer : architecture.layers()) {
    layers.push_back({{"name", layer.name}, {"shape", layer.shape}});
  }
  return {{"name", architecture.name()},
          {"exactness", architecture.exactness() == Exactness::kExact ? "exact" : "lower_bound"},
          {"network", architecture.describe()},
          {"outputs", architecture.outputs()},
          {"layers", std::move(layers)}};
}

Json describe_settings(const RunOptions& options, const BranchSetup& setup, const Inputs& inputs) {
  Json settings = describe_settings(options, setup.outputs, inputs);
  settings["objective"] = objective_in_words(setup);
  return settings;
}

std::string objective_in_words(const BranchSetup& setup) {
  const BranchProblem& problem = setup.problem;
  std::string words = problem.describe() + ", beta = " + exact_digits(problem.beta());
  if (setup.description.residual) words += ", outputs + X";
  if (problem.affine().loss().scale() == LossScale::kMean) words += ", loss divided by n";
  switch (problem.affine().output_bias()) {
    case OutputBias::kNone:
      break;
    case OutputBias::kPenalised:
      words += ", output bias b with beta/2 b^2";
      break;
    case OutputBias::kFree:
      words += ", free output bias";
      break;
  }
  return words;
}

void add_objective(TextReport& text, const BranchSetup& setup) {
  text.add("minimised", objective_in_words(setup));
}

Json describe_branch(const BranchProblem& problem, const ActiveBlock& block) {
  const Architecture& architecture = problem.architecture();
  const BranchForm& form = problem.forms()[static_cast<std::size_t>(block.form)];
  Json json = {{"form", block.form},
               {"sign", block.sign == Sign::kPlus ? 1 : -1},
               {"cost", form.norm().value(block.w)},
               {"block", to_json(block.w)},
               {"weights", nullptr}};
  const auto branch = architecture.decode(block);
  if (!branch) return json;
  Json weights = Json::object();
  const std::vector<BranchLayer> layers = architecture.layers();
  for (std::size_t l = 0; l < layers.size(); ++l) weights[layers[l].name] = to_json((*branch)[l]);
  json["weights"] = std::move(weights);
  return json;
}

BranchBounds bounds_of(const BranchTrainingResult& result, double requested_gap) {
  BranchBounds bounds;
  bounds.objective = result.objective;
  bounds.lower_bound = std::max(0.0, result.lower_bound);
  if (bounds.lower_bound > bounds.objective) bounds.lower_bound = bounds.objective;
  bounds.gap = bounds.objective - bounds.lower_bound;
  bounds.relative_gap = bounds.objective > 0 ? bounds.gap / bounds.objective : bounds.gap;
  const double restricted = bounds.objective - result.restricted_lower_bound;
  if (bounds.relative_gap > requested_gap && restricted <= requested_gap * bounds.objective) {
    bounds.level = Level::kRestricted;
  }
  return bounds;
}

std::string branch_level_in_words(Level level, const Architecture& architecture, bool decoded) {
  if (level == Level::kRestricted) {
    return "restricted: floating point; the gap is closed only among networks whose branches use "
           "the pieces found, the bound above holds for all";
  }
  std::string words = level_in_words(level);
  if (architecture.exactness() == Exactness::kLowerBound) {
    words += decoded ? "; the convex program is a relaxation, but its optimum is a network (blocks "
                       "of rank one), so the bound is its optimum"
                     : "; the convex program is a relaxation whose optimum is no network here: the "
                       "optimum lies between bound and objective";
  }
  return words;
}

void note_unlike_columns(const BranchSetup& setup, Inputs& inputs) {
  constexpr double kAlike = 1e3;
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const auto column : setup.problem.X().colwise()) {
    const double length = column.stableNorm();
    if (length == 0) continue;
    least = std::min(least, length);
    most = std::max(most, length);
  }
  if (!(most > kAlike * least)) return;
  inputs.notes.push_back(
      "the columns of X are of very different sizes, with norms from " + rounded_up(least) +
      " to " + rounded_up(most) +
      ": rounding keeps the gap, or the proof of it, wide. Scale them to one size "
      "(another problem: the penalty then weighs them alike)");
}

TrainingSettings training_settings(const RunOptions& run, double relative_gap,
                                   const RunControl& control) {
  TrainingSettings settings;
  settings.relative_gap = relative_gap;
  settings.threads = thread_count(run);
  settings.seed = run.seed;
  settings.control = control;
  return settings;
}

}  // namespace thalweg::commands
