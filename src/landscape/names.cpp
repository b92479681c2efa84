#include "thalweg/landscape/certify.hpp"

namespace thalweg {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUndecided:
      return "undecided";
    case Verdict::kGlobalMinimum:
      return "global_minimum";
    case Verdict::kSuboptimal:
      return "suboptimal";
  }
  return "undecided";
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kEstimate:
      return "estimate";
    case Level::kValue:
      return "value";
    case Level::kBound:
      return "bound";
    case Level::kVerified:
      return "verified";
    case Level::kRestricted:
      return "restricted";
  }
  return "estimate";
}

std::string_view to_string(BoundSource source) {
  switch (source) {
    case BoundSource::kOwnResidual:
      return "own_residual";
    case BoundSource::kColumnGeneration:
      return "column_generation";
    case BoundSource::kWholeSphere:
      return "whole_sphere";
  }
  return "own_residual";
}

std::string_view to_string(ImprovementKind kind) {
  switch (kind) {
    case ImprovementKind::kBalance:
      return "balance";
    case ImprovementKind::kMerge:
      return "merge";
    case ImprovementKind::kPrune:
      return "prune";
    case ImprovementKind::kNeuron:
      return "neuron";
    case ImprovementKind::kReplace:
      return "replace";
  }
  return "replace";
}

}  // namespace thalweg
