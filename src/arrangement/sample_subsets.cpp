#include "arrangement/sample_subsets.hpp"

#include <utility>

namespace thalweg {
namespace {

/// Bits of a digit.
constexpr unsigned kDigit = 62;
constexpr std::uint64_t kBase = std::uint64_t{1} << kDigit;

std::vector<Index> sampled_levels(Index rank) {
  std::vector<Index> levels;
  for (Index m = rank; m >= 1; m -= 2) levels.push_back(m);
  return levels;
}

}  // namespace

ExactChoice::ExactChoice(std::span<const mpz_class> weights) {
  mpz_class sum = 0;
  for (const mpz_class& weight : weights) cumulated_.push_back(sum += weight);
  for (const mpz_class& part : cumulated_) {
    const mpz_class digit = (part << kDigit) / total();
    first_digits_.push_back(digit.get_ui());
  }
}

std::size_t ExactChoice::draw(Random& random) const {
  const std::uint64_t digit = random.below(kBase);
  for (std::size_t i = 0; i < first_digits_.size(); ++i) {
    if (digit < first_digits_[i]) return i;
    if (digit == first_digits_[i]) break;
  }
  return refine(mpz_class(static_cast<unsigned long>(digit)), random);
}

std::size_t ExactChoice::refine(mpz_class digits, Random& random) const {
  for (unsigned scale = kDigit;; scale += kDigit) {
    // The real number drawn lies in [digits, digits + 1) / 2^scale.
    const mpz_class low = digits * total();
    const mpz_class high = low + total();
    for (std::size_t i = 0; i < cumulated_.size(); ++i) {
      const mpz_class end = cumulated_[i] << scale;
      if (high <= end) return i;
      if (low < end) break;
    }
    digits = (digits << kDigit) + mpz_class(static_cast<unsigned long>(random.below(kBase)));
  }
}

mpz_class binomial(Index n, Index k) {
  mpz_class result;
  if (k < 0 || k > n) return result;
  mpz_bin_uiui(result.get_mpz_t(), static_cast<unsigned long>(n), static_cast<unsigned long>(k));
  return result;
}

void draw_subset(Random& random, Index count, Index size, std::int32_t* subset, Index stride) {
  for (Index i = 0; i < size; ++i) {
    const Index top = count - size + i;
    auto row = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(top + 1)));
    for (Index j = 0; j < i; ++j) {
      if (subset[j * stride] != row) continue;
      row = static_cast<std::int32_t>(top);
      break;
    }
    subset[i * stride] = row;
  }
}

LevelChoice::LevelChoice(std::vector<Index> levels, std::span<const mpz_class> weights)
    : levels_(std::move(levels)), choice_(weights) {}

LevelChoice LevelChoice::for_vertices(Index hyperplanes, Index rank) {
  std::vector<Index> levels = sampled_levels(rank);
  std::vector<mpz_class> weights;
  for (const Index m : levels) weights.push_back(binomial(hyperplanes, m - 1));
  return {std::move(levels), weights};
}

/// A set of m - 1 rows contains m - 1 of the C(N, m - 2) subsets: the weights are C(N, m - 2) /
/// (m - 1), times a common denominator.
LevelChoice LevelChoice::for_pencils(Index hyperplanes, Index rank) {
  std::vector<Index> levels = sampled_levels(rank);
  mpz_class denominator = 1;
  for (const Index m : levels) {
    if (m > 1) denominator = lcm(denominator, mpz_class(static_cast<unsigned long>(m - 1)));
  }
  std::vector<mpz_class> weights;
  for (const Index m : levels) {
    weights.push_back(denominator);
    if (m == 1) continue;
    weights.back() *= binomial(hyperplanes, m - 2);
    weights.back() /= static_cast<unsigned long>(m - 1);
  }
  return {std::move(levels), weights};
}

}  // namespace thalweg
