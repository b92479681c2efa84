#include "commands/stationary_report.hpp"

#include <cmath>

namespace thalweg::commands {
namespace {

Json level_of(const ProvedFinding& verdict) {
  if (verdict.finding == Finding::kUndecided) return nullptr;
  return verdict.proved ? "proved" : "estimate";
}

/// null when nothing was asked: a neuron is zero, or the network is too large.
Json strict_minimum_of(const Stationarity& found) {
  if (found.strict.status == StrictMinimumStatus::kUnsolved) return nullptr;
  return found.strict.status == StrictMinimumStatus::kCertified &&
         found.local_minimum.finding == Finding::kYes && found.local_minimum.proved;
}

std::string_view word(SolverStatus status) {
  switch (status) {
    case SolverStatus::kSolved:
      return "solved";
    case SolverStatus::kReducedAccuracy:
      return "reduced_accuracy";
    case SolverStatus::kStepLimit:
    case SolverStatus::kStopped:
      return "limit";
    case SolverStatus::kUnsolved:
      break;
  }
  return "unsolved";
}

Json program_document(const SubsampledProgram& program) {
  return {{"kind", to_string(program.kind)},
          {"patterns", program.patterns},
          {"objective", program.objective},
          {"lower_bound", program.lower_bound},
          {"gap", program.gap},
          {"dual_norm", program.dual_norm},
          {"status", word(program.status)},
          {"optimum", program.optimum},
          {"optimum_lower_bound", program.optimum_lower_bound}};
}

Json descent_document(const std::optional<DescentDirection>& descent) {
  if (!descent) return nullptr;
  const bool affine = descent->kind == DescentKind::kAffine;
  return {{"kind", to_string(descent->kind)},
          {"neuron", affine ? Json(nullptr) : Json(descent->neuron)},
          {"w", affine ? Json(nullptr) : to_json(descent->w)},
          {"alpha", affine ? Json(nullptr) : Json(descent->alpha)},
          {"affine", affine ? to_json(descent->affine) : Json(nullptr)},
          {"slope", descent->slope},
          {"step", descent->step},
          {"decrease", descent->decrease},
          {"verified", descent->decrease > 0}};
}

Json escape_document(const std::optional<Escape>& escape) {
  if (!escape) return nullptr;
  return {{"verdict", to_string(escape->verdict)},
          {"relative_gap", escape->relative_gap},
          {"improving_neuron", describe_improvement(escape->neuron)},
          {"decrease", escape->neuron ? Json(escape->neuron->decrease) : Json(nullptr)},
          {"free_slots", escape->zero_slots + escape->freed_slots},
          {"zero_slots", escape->zero_slots},
          {"freed_slots", escape->freed_slots},
          {"same_width", describe_improvement(escape->same_width)},
          {"advice", escape->advice}};
}

std::string verdict_text(const ProvedFinding& verdict) {
  std::string text(to_string(verdict.finding));
  if (verdict.finding == Finding::kUndecided) return text;
  return text + (verdict.proved ? " (proved)" : " (estimate)");
}

std::string minimum_text(const Stationarity& found) {
  std::string text = verdict_text(found.local_minimum);
  if (found.local_minimum.finding == Finding::kYes && found.local_minimum.proved) {
    text += ", strict within a radius of " + exact_digits(found.strict.radius);
  }
  return text;
}

std::string in_beta(double value, double beta) {
  return std::isfinite(value) ? rounded_up(value / beta) + " beta" : "unknown";
}

/// Floating-point training ends beside kinks and near stationary points, not on them.
std::string words_about_training(const StationaryAnswer& answer) {
  const Stationarity& found = answer.found;
  if (found.clarke.finding == Finding::kYes) return "";
  std::string text;
  if (found.near_ties > found.exact_ties) {
    text +=
        std::to_string(found.near_ties) +
        " pairs of a neuron and a sample are within 1e-3 of a kink without being on it: "
        "training stops beside kinks, where the gradient of the stored network is long although "
        "a point on the kink is stationary. ";
  }
  if (std::isfinite(found.stationary_within)) {
    text += "A stationary point to the residual is " + rounded_up(found.stationary_within) +
            " away (relative, per neuron): with --distance " +
            rounded_up(1.01 * found.stationary_within) + " the answer is yes.";
  } else if (found.clarke.finding == Finding::kNo) {
    text +=
        "No stationary point was found within a distance of 1e-2: this is not where training "
        "would end.";
  }
  return text;
}

std::string_view program_in_words(SubsampledKind kind) {
  switch (kind) {
    case SubsampledKind::kOwnPatterns:
      return "patterns of its own neurons, both signs";
    case SubsampledKind::kAdjacentCells:
      return "cells that touch its neurons, each with its neuron's sign";
    case SubsampledKind::kFaces:
      return "faces of its neurons, ties held at 0";
  }
  return "";
}

std::string program_text(const SubsampledProgram& program) {
  std::string text = std::to_string(program.patterns) + " " +
                     std::string(program_in_words(program.kind)) + "; gap at most " +
                     rounded_up(program.gap);
  if (program.status == SolverStatus::kUnsolved) return text;
  return text + "; solved: " + exact_digits(program.optimum) + ", here " +
         exact_digits(program.objective);
}

void describe_descent(TextReport& text, const DescentDirection& descent) {
  std::string what;
  switch (descent.kind) {
    case DescentKind::kNeuron:
      what = "turning neuron " + std::to_string(descent.neuron);
      break;
    case DescentKind::kRescale:
      what = "balancing neuron " + std::to_string(descent.neuron);
      break;
    case DescentKind::kAffine:
      what = "moving output bias and skip connection";
      break;
    case DescentKind::kEmptySlot:
      what = "growing empty neuron " + std::to_string(descent.neuron);
      break;
  }
  if (descent.decrease > 0) {
    what += " by " + exact_digits(descent.step) + " lowers the objective by at least " +
            exact_digits(descent.decrease);
  } else {
    what += ", slope " + exact_digits(descent.slope) + "; no step was lower beyond rounding";
  }
  text.add("descent", what);
}

}  // namespace

void add_stationarity(Json& document, const StationaryAnswer& answer) {
  const Stationarity& found = answer.found;
  document["balanced"] = to_string(found.balanced.finding);
  document["clarke"] = to_string(found.clarke.finding);
  document["d_stationary"] = to_string(found.d_stationary.finding);
  document["local_minimum"] = to_string(found.local_minimum.finding);
  document["level"] = {{"balanced", level_of(found.balanced)},
                       {"clarke", level_of(found.clarke)},
                       {"d_stationary", level_of(found.d_stationary)},
                       {"local_minimum", level_of(found.local_minimum)}};
  document["distance"] = answer.settings.distance;
  document["moved"] = found.moved;
  document["clarke_residual"] = found.clarke_residual;
  document["descent_rate"] = found.descent_rate;
  document["clarke_residual_at_least"] = found.clarke_residual_at_least;
  document["balance_defect"] = found.balance_defect;
  document["local_minimum_strict"] = strict_minimum_of(found);
  document["strict_radius"] = found.strict.radius;
  document["strict_reason"] = describe(found.strict.status);
  document["clarke_exact"] = to_string(found.clarke_exact);
  document["clarke_residual_stored"] = found.clarke_residual_stored;
  document["ties"] = found.ties;
  document["exact_ties"] = found.exact_ties;
  document["near_ties"] = found.near_ties;
  document["empty_slots"] = found.empty_slots;
  document["slot_dual_norm"] = {found.dual_norm_lower, found.dual_norm_upper};
  document["stationary_within"] = found.stationary_within;
  document["subsampled_patterns"] = answer.program.patterns;
  document["subsampled_gap"] = answer.program.gap;
  document["subsampled_program"] = program_document(answer.program);
  document["descent_direction"] = descent_document(found.descent);
  document["escape"] = escape_document(answer.escape);
  document["stopped_at_limit"] = found.stopped_at_limit;
}

void describe_stationarity(TextReport& text, const StationaryAnswer& answer, double beta) {
  const Stationarity& found = answer.found;
  text.paragraph("Is some point within a relative distance of " +
                 exact_digits(answer.settings.distance) +
                 " per neuron stationary, with a gradient of at most " +
                 exact_digits(answer.settings.residual) + " beta?");
  text.add("balanced", verdict_text(found.balanced));
  text.add("Clarke",
           verdict_text(found.clarke) + ", residual " + in_beta(found.clarke_residual, beta));
  text.add("d-stationary", verdict_text(found.d_stationary));
  text.add("local minimum", minimum_text(found));
  text.add("as stored",
           "Clarke stationary in exact arithmetic: " + std::string(to_string(found.clarke_exact)) +
               "; residual " + in_beta(found.clarke_residual_stored, beta) + ", balance defect " +
               rounded_up(found.balance_defect));
  Index ties = 0;
  for (const auto& rows : found.ties) ties += static_cast<Index>(rows.size());
  text.add("ties", std::to_string(ties) + " held, " + std::to_string(found.exact_ties) +
                       " exact as stored, " + std::to_string(found.near_ties) + " within 1e-3");
  text.add("convex program", program_text(answer.program));
  if (found.descent) describe_descent(text, *found.descent);
  const std::string training = words_about_training(answer);
  if (!training.empty()) text.paragraph(training);
  if (answer.escape) {
    const auto& escape = *answer.escape;
    if (escape.neuron) {
      text.add("new neuron", "lowers the objective by at least " +
                                 exact_digits(escape.neuron->decrease) +
                                 (escape.neuron->verified ? " (exact)" : " (estimate)"));
    }
    if (escape.same_width) {
      text.add("same width", "lower by at least " + exact_digits(escape.same_width->decrease) +
                                 (escape.same_width->verified ? " (exact)" : " (estimate)"));
    }
    text.paragraph(escape.advice);
  }
}

}  // namespace thalweg::commands
