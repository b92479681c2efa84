#include "arrangement/tope_memo.hpp"

#include <algorithm>

namespace thalweg {
namespace {

/// 16 MiB.
constexpr std::size_t kMostWords = std::size_t{1} << 21;

std::uint64_t hash_of(TopeMemo::Key key) {
  std::uint64_t hash = 0x9e3779b97f4a7c15u;
  for (const PatternWord word : key) {
    hash = (hash ^ word) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

/// Where the key is, or the free place where it would be. Linear probing.
std::size_t TopeMemo::slot(Key key, std::uint64_t hash) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t place = hash & mask;
  for (; table_[place] != 0; place = (place + 1) & mask) {
    const Entry& entry = entries_[table_[place] - 1];
    if (entry.hash == hash && entry.key_words == key.size() &&
        std::equal(key.begin(), key.end(),
                   arena_.begin() + static_cast<std::ptrdiff_t>(entry.key))) {
      break;
    }
  }
  return place;
}

std::optional<PatternView> TopeMemo::find(Key key) const {
  if (table_.empty()) return std::nullopt;
  const std::uint32_t found = table_[slot(key, hash_of(key))];
  if (found == 0) return std::nullopt;
  const Entry& entry = entries_[found - 1];
  return PatternView{arena_.data() + entry.list, entry.count, entry.words};
}

void TopeMemo::store(Key key, PatternView list) {
  const auto size = static_cast<std::size_t>(list.count * list.words);
  if (arena_.size() + key.size() + size > kMostWords) {
    arena_.clear();
    entries_.clear();
    std::fill(table_.begin(), table_.end(), 0);
  }
  if (2 * (entries_.size() + 1) > table_.size()) grow();
  const std::uint64_t hash = hash_of(key);
  const std::size_t place = slot(key, hash);
  entries_.push_back(
      {hash, arena_.size(), key.size(), arena_.size() + key.size(), list.count, list.words});
  arena_.insert(arena_.end(), key.begin(), key.end());
  arena_.insert(arena_.end(), list.patterns, list.patterns + size);
  table_[place] = static_cast<std::uint32_t>(entries_.size());
}

void TopeMemo::grow() {
  table_.assign(std::max<std::size_t>(2 * table_.size(), 256), 0);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t place = entries_[i].hash & mask;
    while (table_[place] != 0) place = (place + 1) & mask;
    table_[place] = static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace thalweg
