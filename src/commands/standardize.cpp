#include "commands/standardize.hpp"

#include <string>

#include "commands/exit_code.hpp"

namespace thalweg::commands {
namespace {

std::string in_words(const AppliedStandardization& applied, const Inputs& inputs) {
  const bool targets = applied.map.targets && inputs.dataset.y.cols() > 0;
  std::string words = applied.from_network ? "standardised as the network's file says"
                                           : "standardised (scales are powers of two)";
  words += targets ? ": X and y are" : ": X is";
  words += " centred and scaled by column, ";
  if (!applied.untouched.empty()) {
    words += std::to_string(applied.untouched.size()) + " of " +
             std::to_string(inputs.dataset.X.cols()) + " columns of X stay as they are, ";
  }
  words += applied.rounded_entries == 0
               ? "without rounding"
               : std::to_string(applied.rounded_entries) + " entries were rounded";
  return words + "; the problem, its bounds and its proof are about these data";
}

}  // namespace

void standardize(const Standardization& map, bool from_network, Inputs& inputs) {
  AppliedStandardization& applied = inputs.standardization.emplace();
  const Dataset& original = inputs.dataset;
  applied.map = map;
  applied.from_network = from_network;
  for (Index k = 0; k < original.X.cols(); ++k) {
    if (map.inputs.identity(k)) applied.untouched.push_back(k);
  }
  applied.rounded_entries = map.inputs.rounded_entries(original.X);
  if (map.targets && original.y.cols() > 0) {
    applied.rounded_entries += map.targets->rounded_entries(original.y);
  }
  inputs.dataset = map.apply(original);
  inputs.notes.push_back(in_words(applied, inputs));
}

void standardize_on_request(const ProblemOptions& options, Inputs& inputs) {
  if (!options.standardize) return;
  if (inputs.network) {
    const bool targets = inputs.standardization && inputs.standardization->map.targets;
    if (inputs.standardization && (targets || !options.standardize_targets)) return;
    const std::string option = inputs.standardization ? "--standardize-targets" : "--standardize";
    throw Failure(ExitCode::kUsage, option + ", but the network " + options.network +
                                        " is for data as they are: train without --network, or "
                                        "from a network that was trained like this");
  }
  Standardization map{choose_scaling(inputs.dataset.X), std::nullopt};
  if (options.standardize_targets) map.targets = choose_scaling(inputs.dataset.y);
  standardize(map, false, inputs);
}

}  // namespace thalweg::commands
