#include "arrangement/pattern_table.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace thalweg {
namespace {

/// Keys on their way at once, enough to hide the latency of memory.
constexpr std::size_t kAhead = 32;

}  // namespace

PatternTable::PatternTable(std::span<const PatternWord> patterns, Index words)
    : patterns_(patterns), words_(static_cast<std::size_t>(words)) {
  const std::size_t count = patterns.size() / words_;
  const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(2 * count, 2));
  slots_.resize(capacity);
  shift_ = 64 - std::countr_zero(capacity);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t key = hash(patterns.data() + i * words_);
    std::size_t at = home(key);
    while (slots_[at].position != kAbsent) at = (at + 1) & (capacity - 1);
    slots_[at] = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(i)};
  }
}

/// Multiplication carries every bit upwards, the shift brings it back: high bits choose the home,
/// low bits are the tag.
std::uint64_t PatternTable::hash(const PatternWord* pattern) const {
  std::uint64_t value = 0;
  for (std::size_t w = 0; w < words_; ++w) {
    value = (value ^ pattern[w]) * 0x9e3779b97f4a7c15;
    value ^= value >> 32;
  }
  return value * 0xd6e8feb86659fd93;
}

std::uint32_t PatternTable::find_hashed(const PatternWord* key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = home(hash);; at = (at + 1) & mask) {
    const Slot slot = slots_[at];
    if (slot.position == kAbsent) return kAbsent;
    if (slot.tag != static_cast<std::uint32_t>(hash)) continue;
    const PatternWord* listed = patterns_.data() + slot.position * words_;
    // The first word apart: mostly it is the only one.
    if (key[0] == listed[0] && std::equal(key + 1, key + words_, listed + 1)) return slot.position;
  }
}

void PatternTable::find(std::span<const PatternWord> keys,
                        std::span<std::uint32_t> positions) const {
  std::array<std::uint64_t, kAhead> hashes;
  for (std::size_t first = 0; first < positions.size(); first += kAhead) {
    const std::size_t count = std::min(kAhead, positions.size() - first);
    const PatternWord* chunk = keys.data() + first * words_;
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash(chunk + i * words_);
      __builtin_prefetch(&slots_[home(hashes[i])]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t position = slots_[home(hashes[i])].position;
      if (position != kAbsent) __builtin_prefetch(patterns_.data() + position * words_);
    }
    for (std::size_t i = 0; i < count; ++i) {
      positions[first + i] = find_hashed(chunk + i * words_, hashes[i]);
    }
  }
}

}  // namespace thalweg
