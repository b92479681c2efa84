#include "thalweg/reformulation/tied_filter_network.hpp"

#include <string>
#include <utility>

#include "reformulation/input_checks.hpp"
#include "reformulation/tied_filters.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {

TiedFilterNetwork::TiedFilterNetwork(PatchGeometry patches) : patches_(std::move(patches)) {
  if (patches_.patches() > kMaxTiedPatches) {
    throw InvalidArgument("patches: expected at most " + std::to_string(kMaxTiedPatches) +
                          ", got " + std::to_string(patches_.patches()));
  }
}

void TiedFilterNetwork::check(const ActiveBlock& block) const {
  check_block(block, form_count(), patches_.patches() * patches_.size());
}

Vector TiedFilterNetwork::random_block(Index form, Random& random) const {
  return random_tied_block(patches_.size(), signs(form), random);
}

std::optional<std::vector<Vector>> TiedFilterNetwork::decode(const ActiveBlock& block) const {
  check(block);
  const std::optional<TiedFactors> factors = factor_tied(block.w, signs(block.form));
  if (!factors) return std::nullopt;
  return split_factors(block.sign, factors->sigma, factors->left, factors->right);
}

ActiveBlock TiedFilterNetwork::nearest_branch(const ActiveBlock& block) const {
  check(block);
  const TiedFactors factors = nearest_factors(block.w, signs(block.form));
  return {block.form, block.sign, factors.sigma * tied_block(factors.left, factors.right)};
}

}  // namespace thalweg
