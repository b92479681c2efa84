#include "commands/certify_text.hpp"

#include <algorithm>

namespace thalweg::commands {
namespace {

std::string verdict_sentence(const CertifyResult& result, const CertifyContext& context) {
  const std::string share = exact_digits(context.tolerance);
  switch (result.verdict) {
    case Verdict::kGlobalMinimum:
      return "GLOBAL MINIMUM. No network of any width has an objective that is lower by more than "
             "a share of " +
             share + ".";
    case Verdict::kSuboptimal:
      return "SUBOPTIMAL. There is an explicit network whose objective is lower by more than a "
             "share of " +
             share + ".";
    case Verdict::kUndecided:
      return "UNDECIDED. The network is at most the gap below away from a global minimum; that is "
             "more than a share of " +
             share + ", and no network that is lower by more was found.";
  }
  return "";
}

std::string improvement_sentence(const Improvement& improvement) {
  std::string action;
  switch (improvement.kind) {
    case ImprovementKind::kBalance:
      action = "rescale every neuron to |w| = |alpha|";
      break;
    case ImprovementKind::kMerge:
      action = "rescale every neuron to |w| = |alpha| and join those of equal direction";
      break;
    case ImprovementKind::kPrune:
      action = "balance, merge and prune to " + std::to_string(improvement.network.width()) +
               " neurons with independent activations";
      break;
    case ImprovementKind::kNeuron:
      action = "append one neuron";
      break;
    case ImprovementKind::kReplace:
      action = "train anew: a network of width " + std::to_string(improvement.network.width());
      break;
  }
  return action + "; lowers the objective by at least " + exact_digits(improvement.decrease) +
         " to at most " + exact_digits(improvement.objective_after) +
         (improvement.verified ? " (exact)" : " (estimate)");
}

std::string source_sentence(const CertifyResult& result, const CertifyContext& context) {
  const std::string own = rounded_up(result.own_dual_norm / context.beta);
  switch (result.bound_source) {
    case BoundSource::kOwnResidual:
      return "the network's own residual bounds every other network: its dual norm is " + own +
             " beta (1 at a global minimum)";
    case BoundSource::kColumnGeneration:
      return "the network's own residual (dual norm " + own +
             " beta) bounds too weakly; training from it by column generation gave a better bound";
    case BoundSource::kWholeSphere:
      return "one bound over the whole sphere of directions, without branching; the dual norm is "
             "at most " +
             rounded_up(result.dual_norm / context.beta) + " beta";
  }
  return "";
}

std::string next_step(const CertifyResult& result, const CertifyContext& context) {
  switch (result.verdict) {
    case Verdict::kGlobalMinimum:
      if (result.level == Level::kEstimate) {
        return "Nothing is left to improve, as far as floating point can tell.";
      }
      if (!context.certificate.empty()) {
        return "Nothing is left to improve. Anyone can check the proof: thalweg-check " +
               context.certificate;
      }
      return "Nothing is left to improve. --certificate FILE keeps the proof for others to check.";
    case Verdict::kSuboptimal:
      if (!context.improved.empty() &&
          (!context.same_width || context.of_width.answer == BestOfWidth::kNo)) {
        return "The improved network is in " + context.improved +
               ": certify it in turn. `thalweg train` writes a global minimum.";
      }
      return "--improved FILE.npz writes the lower network; `thalweg train --out FILE.npz` writes "
             "a global minimum.";
    case Verdict::kUndecided:
      if (context.unsearchable) {
        return "The inputs have too many dimensions for the exact search over directions; the gap "
               "stands.";
      }
      if (result.stopped_at_limit) return "Give it more time (--time-limit).";
      if (result.bound_source == BoundSource::kWholeSphere) {
        return "The exact search over directions does not close on these data; the gap stands.";
      }
      return "Ask for less precision (a larger --tolerance) if this gap is small enough for you.";
  }
  return "";
}

/// Is it the best of its width? In one sentence.
std::string width_sentence(const CertifyResult& result, const CertifyContext& context) {
  const WidthAnswer& answer = context.of_width;
  switch (answer.answer) {
    case BestOfWidth::kYes:
      return "yes: nothing of any width is lower by more than the tolerance";
    case BestOfWidth::kNo:
      return "no: a network of width " + std::to_string(answer.network.width()) +
             " is lower by at least " + exact_digits(answer.decrease) + ", at most " +
             exact_digits(answer.objective) + (answer.verified ? " (exact)" : " (estimate)") +
             (context.improved.empty() ? "; --improved FILE.npz --same-width writes it" : "");
    case BestOfWidth::kUnknown:
      return "unknown: no lower network of width " + std::to_string(context.width) + " was found" +
             (answer.stopped ? " in the time" : "") + "; the best one lies between the bound " +
             exact_digits(result.lower_bound) + " and " + exact_digits(answer.objective);
  }
  return "";
}

}  // namespace

Json describe_width_answer(const WidthAnswer& answer, const CertifyResult& result) {
  return {{"answer", to_string(answer.answer)},
          {"objective", answer.objective},
          {"width", answer.network.width()},
          {"decrease", answer.decrease},
          {"verified", answer.verified},
          {"lower_bound", result.lower_bound},
          {"gap", std::max(0.0, answer.objective - result.lower_bound)},
          {"stopped", answer.stopped}};
}

bool width_may_be_too_small(const CertifyResult& result, Index width) {
  return result.verdict != Verdict::kGlobalMinimum && width < result.optimum_width &&
         result.optimum_upper_bound < result.objective;
}

void describe_certification(TextReport& text, const CertifyResult& result,
                            const CertifyContext& context) {
  text.paragraph(verdict_sentence(result, context));
  text.add("objective", exact_digits(result.objective));
  text.add("lower bound", exact_digits(result.lower_bound) + ": no network of any width is below");
  text.add("gap", rounded_up(result.gap) + " (relative " + rounded_up(result.relative_gap) + ")");
  text.add("level", level_in_words(result.level));
  text.add("how", source_sentence(result, context));
  if (result.optimum_upper_bound < result.objective) {
    text.add("best network seen", exact_digits(result.optimum_upper_bound) + " with width " +
                                      std::to_string(result.optimum_width));
  }
  if (result.improvement) text.add("improvement", improvement_sentence(*result.improvement));
  text.add("best of its width", width_sentence(result, context));
  if (!result.balanced) {
    text.add("balance", "some neurons have |w| and |alpha| apart by " +
                            rounded_up(result.balance_defect) +
                            "; rescaling them lowers the penalty");
  }
  if (width_may_be_too_small(result, context.width)) {
    text.add("warning", "width " + std::to_string(context.width) +
                            " may be too small to reach the optimum: the best network seen has "
                            "width " +
                            std::to_string(result.optimum_width));
  }
  if (result.stopped_at_limit) {
    text.add("stopped", "before the end; every number here holds, more time may narrow the gap");
  }
  add_evaluations(text, context.evaluations);
  if (!context.certificate.empty() && result.certificate_bytes > 0) {
    text.add("certificate", context.certificate + " (" + std::to_string(result.certificate_bytes) +
                                " bytes, " + std::to_string(result.certificate_leaves) +
                                " leaves)");
  }
  text.paragraph("Next: " + next_step(result, context));
}

}  // namespace thalweg::commands
