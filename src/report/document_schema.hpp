#pragma once

#include <span>

namespace thalweg::report {

/// What is known of one key: the types that it may have and, for words, which ones.
struct KeyRule {
  const char* command;  ///< "" for all
  const char* path;     ///< "atoms[].mass[]"; `*` stands for every member of an object
  /// Letters of the allowed types: n number, s string, b boolean, a array, o object, 0 null; with
  /// `!` the key has to be there (where what holds it is).
  const char* types;
  const char* words = "";  ///< separated by `|`; all when empty
};

/// The keys that a report reads, as docs/commands.md and the commands' own pages describe them.
[[nodiscard]] std::span<const KeyRule> key_rules();

}  // namespace thalweg::report
