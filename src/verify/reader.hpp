#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/verify/check.hpp"
#include "verify/number.hpp"

namespace thalweg::verify {

/// Why checking stopped; the only exception that leaves the checker's parts.
struct Failure {
  Outcome outcome;
  std::string reason;
};

/// Reads a certificate line by line and its tokens one by one; every function throws Failure with
/// the line number when the text is not what the grammar wants.
class Reader {
 public:
  Reader(std::istream& input, const Limits& limits)
      : buffer_(input.rdbuf()), limits_(limits), memory_left_(limits.memory_bytes) {}

  /// Reads the next line, which must exist and end in LF, and splits it at single spaces.
  void next_line();
  /// The current line must be used up.
  void end_line() const;
  /// Nothing may follow the current line.
  void end_of_file();

  [[nodiscard]] std::size_t tokens_left() const { return tokens_.size() - position_; }
  /// The next token without taking it; empty at the end of the line.
  [[nodiscard]] std::string_view peek() const;
  std::string_view token();
  void keyword(std::string_view word);
  /// Takes the next token if it is this word.
  [[nodiscard]] bool accept(std::string_view word);

  Int integer() { return parse_integer(token()); }
  Int natural();
  long small(long lowest, long highest);
  Dyad dyad();
  /// A count of things that must fit in memory.
  std::size_t size(std::size_t highest);

  /// Takes bytes from the memory limit; Failure (kLimit) when none are left.
  void charge(std::size_t bytes);

  [[noreturn]] void malformed(const std::string& what) const;
  [[noreturn]] void not_verified(const std::string& what) const;
  [[noreturn]] void limit(const std::string& what) const;

  /// Splits `a:b` at its colon.
  [[nodiscard]] std::pair<std::string_view, std::string_view> split_pair(
      std::string_view text) const;
  [[nodiscard]] Int parse_integer(std::string_view text) const;
  [[nodiscard]] long parse_small(std::string_view text, long lowest, long highest) const;

 private:
  [[noreturn]] void fail(Outcome outcome, const std::string& what) const;

  std::streambuf* buffer_;
  Limits limits_;
  std::size_t memory_left_;
  std::size_t line_number_ = 0;
  std::string line_;
  std::vector<std::string_view> tokens_;
  std::size_t position_ = 0;
};

}  // namespace thalweg::verify
