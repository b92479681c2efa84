#pragma once

#include <cstddef>
#include <initializer_list>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verify/number.hpp"

namespace thalweg::verify {

/// Why checking stopped; the only exception that the checker's parts throw.
struct Failure {
  Outcome outcome;
  std::string what;
};

/// Each goes on when its condition holds and throws Failure with its outcome when it does not.
inline void grammar(bool holds, const char* what) {
  if (!holds) throw Failure{Outcome::kMalformed, what};
}
inline void demand(bool holds, const char* what) {
  if (!holds) throw Failure{Outcome::kNotVerified, what};
}
inline void limit(bool holds, const char* what) {
  if (!holds) throw Failure{Outcome::kLimit, what};
}

/// Reads a certificate line by line and a line token by token, strictly as the grammar spells them.
class Reader {
 public:
  Reader(std::istream& input, const Limits& limits)
      : buffer_(input.rdbuf()), limits_(limits), memory_left_(limits.memory_bytes) {}

  /// Reads the next line, which must exist and end in LF, and splits it at single spaces.
  void next_line();
  /// Reads the next line and takes its first word.
  void next_line(std::string_view word) { next_line(), keyword(word); }
  void end_line() const { grammar(tokens_left() == 0, "the line has too many tokens"); }
  void end_of_file();
  [[nodiscard]] std::size_t line_number() const { return line_number_; }

  [[nodiscard]] std::size_t tokens_left() const { return tokens_.size() - position_; }
  std::string_view token();
  /// Whether the next token is this word.
  [[nodiscard]] bool next_is(std::string_view word) const {
    return tokens_left() != 0 && tokens_[position_] == word;
  }
  /// Takes the next token if it is this word.
  [[nodiscard]] bool accept(std::string_view word);
  void keyword(std::string_view word) { grammar(accept(word), "a word is missing"); }

  /// Takes one of these words and returns its place in the list.
  std::size_t choice(std::initializer_list<std::string_view> words);

  Int integer() { return to_integer(token()); }
  long small(long lowest, long highest) { return to_small(token(), lowest, highest); }
  /// A number of things that the following lines hold.
  std::size_t count() { return static_cast<std::size_t>(small(0, 1L << 40)); }
  Rational dyad();
  /// Both sides of `a:b`.
  std::pair<std::string_view, std::string_view> pair();

  [[nodiscard]] static Int to_integer(std::string_view text);
  [[nodiscard]] static long to_small(std::string_view text, long lowest, long highest);

  /// Takes bytes from the memory limit.
  void charge(std::size_t bytes);
  void charge(const Int& value) { charge(sizeof(Int) + 8 * mpz_size(value.get_mpz_t())); }

 private:
  std::streambuf* buffer_;
  Limits limits_;
  std::size_t memory_left_;
  std::size_t line_number_ = 0;
  std::string line_;
  std::vector<std::string_view> tokens_;
  std::size_t position_ = 0;
};

}  // namespace thalweg::verify
