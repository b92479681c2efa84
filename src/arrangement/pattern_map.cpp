#include "arrangement/pattern_map.hpp"

#include <algorithm>

namespace thalweg {

PatternMap::PatternMap(const HyperplaneArrangement& arrangement)
    : sample_words_(pattern_words(arrangement.samples())),
      hyperplane_words_(pattern_words(arrangement.hyperplanes())) {
  const auto words = static_cast<std::size_t>(sample_words_);
  const std::size_t bytes = static_cast<std::size_t>(arrangement.hyperplanes() + 7) / 8;
  constant_.assign(words, 0);
  identity_ = arrangement.samples() == arrangement.hyperplanes();
  std::vector<PatternWord> samples_of(static_cast<std::size_t>(arrangement.hyperplanes()) * words);
  for (Index i = 0; i < arrangement.samples(); ++i) {
    const Index h = arrangement.hyperplane_of_sample()[static_cast<std::size_t>(i)];
    const PatternWord bit = PatternWord{1} << (i % 64);
    const auto word = static_cast<std::size_t>(i / 64);
    const bool plus =
        arrangement.orientation_of_sample()[static_cast<std::size_t>(i)] == Sign::kPlus;
    if (h < 0 || !plus) constant_[word] |= bit;
    if (h >= 0) samples_of[static_cast<std::size_t>(h) * words + word] |= bit;
    identity_ = identity_ && h == i && plus;
  }
  if (identity_) return;
  flips_.assign(bytes * 256 * words, 0);
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    for (std::size_t value = 1; value < 256; ++value) {
      PatternWord* entry = flips_.data() + (byte * 256 + value) * words;
      for (std::size_t bit = 0; bit < 8; ++bit) {
        const std::size_t h = 8 * byte + bit;
        if ((value >> bit & 1) == 0 || h * words >= samples_of.size()) continue;
        for (std::size_t w = 0; w < words; ++w) entry[w] |= samples_of[h * words + w];
      }
    }
  }
}

void PatternMap::to_samples(const PatternWord* in, PatternWord* out) const {
  if (identity_) {
    std::copy_n(in, hyperplane_words_, out);
    return;
  }
  const auto words = static_cast<std::size_t>(sample_words_);
  std::copy(constant_.begin(), constant_.end(), out);
  const std::size_t bytes = flips_.size() / (256 * std::max<std::size_t>(words, 1));
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    const std::size_t value = in[byte / 8] >> (8 * (byte % 8)) & 255;
    const PatternWord* entry = flips_.data() + (byte * 256 + value) * words;
    for (std::size_t w = 0; w < words; ++w) out[w] ^= entry[w];
  }
}

}  // namespace thalweg
