#include "verify/reader.hpp"

#include <algorithm>

namespace thalweg::verify {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();

}  // namespace

void Reader::charge(std::size_t bytes) {
  limit(bytes <= memory_left_, "the memory limit is reached");
  memory_left_ -= bytes;
}

void Reader::next_line() {
  ++line_number_;
  line_.clear();
  for (int c = buffer_->sbumpc(); c != '\n'; c = buffer_->sbumpc()) {
    grammar(c != kEnd, "the text ends early");
    limit(line_.size() < limits_.line_bytes, "the line is too long");
    line_.push_back(static_cast<char>(c));
  }
  tokens_.clear();
  position_ = 0;
  const std::string_view line = line_;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t stop = std::min(line.find(' ', start), line.size());
    grammar(stop > start, "a token is empty");
    tokens_.push_back(line.substr(start, stop - start));
    start = stop + 1;
  }
}

void Reader::end_of_file() { grammar(buffer_->sbumpc() == kEnd, "text follows the last line"); }

std::string_view Reader::token() {
  grammar(tokens_left() != 0, "the line has too few tokens");
  return tokens_[position_++];
}

bool Reader::accept(std::string_view word) {
  if (!next_is(word)) return false;
  ++position_;
  return true;
}

std::size_t Reader::choice(std::initializer_list<std::string_view> words) {
  const auto found = std::find(words.begin(), words.end(), token());
  grammar(found != words.end(), "a word is not one of the grammar's");
  return static_cast<std::size_t>(found - words.begin());
}

Int Reader::to_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  grammar(!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
              (digits[0] != '0' || text == "0"),
          "an integer is misspelled");
  limit(digits.size() <= 1300, "an integer has more than 1300 digits");
  if (digits.size() > 18) return Int(std::string(text), 10);
  long value = 0;
  for (const char c : digits) value = 10 * value + (c - '0');
  return Int(negative ? -value : value);
}

long Reader::to_small(std::string_view text, long lowest, long highest) {
  const Int value = to_integer(text);
  grammar(lowest <= value && value <= highest, "an integer is out of its range");
  return value.get_si();
}

std::pair<std::string_view, std::string_view> Reader::pair() {
  const std::string_view text = token();
  const std::size_t colon = text.find(':');
  grammar(colon != std::string_view::npos, "a colon is missing");
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Rational Reader::dyad() {
  const auto [left, right] = pair();
  const Int mantissa = to_integer(left);
  const long exponent = to_small(right, -4096, 4096);
  grammar(mantissa == 0 ? exponent == 0 : mpz_odd_p(mantissa.get_mpz_t()) != 0,
          "a dyad is not canonical");
  return dyadic(mantissa, exponent);
}

}  // namespace thalweg::verify
