#pragma once

#include <algorithm>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// Patterns one after another; a derived class may hand them on instead of growing.
class PatternBuffer {
 public:
  PatternBuffer() = default;
  virtual ~PatternBuffer() = default;
  PatternBuffer(const PatternBuffer&) = delete;
  PatternBuffer& operator=(const PatternBuffer&) = delete;

  /// Empties the buffer; the storage stays.
  void reset(Index words) {
    words_ = words;
    count_ = 0;
    capacity_ = words == 0 ? 0 : static_cast<Index>(storage_.size()) / words;
  }

  [[nodiscard]] Index words() const { return words_; }
  [[nodiscard]] Index size() const { return count_; }
  [[nodiscard]] const PatternWord* pattern(Index i) const { return storage_.data() + i * words_; }
  [[nodiscard]] PatternWord* pattern(Index i) { return storage_.data() + i * words_; }

  /// Where the next patterns go, with room for `patterns` of them.
  [[nodiscard]] PatternWord* room(Index patterns) {
    if (count_ + patterns > capacity_) make_room(patterns);
    return storage_.data() + count_ * words_;
  }
  /// Takes over patterns that were written to room().
  void add(Index patterns) { count_ += patterns; }
  /// Keeps the first `count` patterns.
  void truncate(Index count) { count_ = count; }
  [[nodiscard]] Index capacity() const { return capacity_; }

  /// Whether nothing more is wanted.
  [[nodiscard]] bool closed() const { return closed_; }

 protected:
  virtual void make_room(Index patterns) { reserve(std::max(2 * capacity_, count_ + patterns)); }
  void reserve(Index patterns) {
    storage_.resize(static_cast<std::size_t>(patterns * words_));
    capacity_ = patterns;
  }
  void close() { closed_ = true; }

 private:
  Index words_ = 0;
  Index count_ = 0;
  Index capacity_ = 0;
  bool closed_ = false;
  std::vector<PatternWord> storage_;
};

}  // namespace thalweg
