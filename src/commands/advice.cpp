#include "commands/advice.hpp"

#include "commands/report.hpp"

namespace thalweg::commands {
namespace {

// Measured reach of the branch and bound over directions; below kSpatialRank it is easy.
constexpr Index kSpatialRank = 3;
constexpr Index kNearRank = 5;
constexpr Index kBranchingRank = 12;

// The share of beta_max below which proofs were seen to take minutes.
constexpr double kSmallShare = 0.01;

// Bounds on beta_max that agree to this are one number to the reader.
constexpr double kClosedGap = 1e-6;

std::string on_search(const DataFacts& facts) {
  const std::string rank = "rank " + std::to_string(facts.rank) + ": ";
  if (facts.rank <= kNearRank) {
    return rank +
           "the exact search over directions is within reach; it takes longer with rank, samples "
           "and 1/beta, from seconds to minutes for thousands of samples";
  }
  if (facts.rank <= kBranchingRank) {
    return rank +
           "the exact search over directions grows steeply with rank, samples and 1/beta and may "
           "take minutes for hundreds of samples or not end; set --time-limit";
  }
  return rank +
         "too high for the exact search over directions; bounds come from the whole sphere and a "
         "verdict may stay undecided";
}

std::string on_pytorch(const DataFacts& facts) {
  const double samples = static_cast<double>(facts.samples);
  const double mean_factor = facts.mean_scale ? 0.5 : samples / 2;
  const double sum_factor = facts.mean_scale ? 0.5 / samples : 0.5;
  return "trained by PyTorch with weight_decay W (SGD or Adam): beta = " +
         exact_digits(mean_factor) + " W for nn.MSELoss(), " + exact_digits(sum_factor) +
         " W for reduction='sum'; AdamW's decoupled decay is no penalty";
}

std::string on_beta(const DataFacts& facts) {
  const std::string share = rounded_up(*facts.beta / facts.beta_max);
  if (*facts.beta >= facts.beta_max) {
    return "beta is at or above beta_max: the network without neurons is a global minimum";
  }
  std::string sentence = "beta is " + share + " beta_max";
  const bool hard = facts.rank >= kSpatialRank && *facts.beta < kSmallShare * facts.beta_max;
  if (hard) sentence += "; proofs take longest at so small a beta";
  return sentence;
}

/// Without a nonzero row there is nothing to search, train or compare.
std::vector<std::string> advise_without_rows() {
  return {
      "every row of X is zero: no neuron has an effect on the data, and the network without "
      "neurons "
      "is optimal",
      "--bias appends a column of ones, with which neurons reach these rows"};
}

}  // namespace

std::vector<std::string> advise(const DataFacts& facts) {
  if (facts.rank == 0) return advise_without_rows();
  std::vector<std::string> advice = {on_search(facts)};
  if (facts.squared_loss) advice.push_back(on_pytorch(facts));
  if (facts.beta_max > 0 && facts.beta) advice.push_back(on_beta(facts));
  if (facts.beta_max > 0 && !facts.beta) {
    advice.push_back(
        "beta at or above beta_max gives the network without neurons; useful values lie between "
        "about 0.001 and 0.5 beta_max");
  }
  if (facts.beta_max > facts.beta_max_lower * (1 + kClosedGap)) {
    advice.push_back(
        "beta_max is known to be at least " + exact_digits(facts.beta_max_lower) +
        " and at most the printed number" +
        (facts.rank <= kBranchingRank ? "; --time-limit SECONDS searches longer" : ""));
  }
  if (facts.beta_max == 0) {
    advice.emplace_back("the targets need no neuron: the network without neurons is optimal");
  }
  if (!facts.hidden_bias) {
    advice.emplace_back(
        "no hidden bias: every neuron's kink passes through the origin; --bias appends a column of "
        "ones (a network with b does so by itself)");
  }
  if (facts.zero_rows > 0) {
    advice.push_back("zero rows of X: " + std::to_string(facts.zero_rows) +
                     "; without a hidden bias no neuron reaches them");
  }
  if (facts.parallel_rows > 0) {
    advice.push_back("rows that are exact multiples of an earlier one: " +
                     std::to_string(facts.parallel_rows) + "; they share its hyperplane");
  }
  if (facts.rank < facts.dimension) {
    advice.push_back("X has rank " + std::to_string(facts.rank) + " below its " +
                     std::to_string(facts.dimension) +
                     " columns: all work is done in the row space");
  }
  return advice;
}

}  // namespace thalweg::commands
