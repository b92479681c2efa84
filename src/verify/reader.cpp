#include "verify/reader.hpp"

#include <algorithm>

namespace thalweg::verify {
namespace {

constexpr std::size_t kMaxDigits = 1300;
constexpr long kMaxExponent = 4096;

}  // namespace

void Reader::fail(Outcome outcome, const std::string& what) const {
  throw Failure{outcome, "line " + std::to_string(line_number_) + ": " + what};
}
void Reader::malformed(const std::string& what) const { fail(Outcome::kMalformed, what); }
void Reader::not_verified(const std::string& what) const { fail(Outcome::kNotVerified, what); }
void Reader::limit(const std::string& what) const { fail(Outcome::kLimit, what); }

void Reader::charge(std::size_t bytes) {
  if (bytes > memory_left_) limit("the memory limit is reached");
  memory_left_ -= bytes;
}

void Reader::next_line() {
  constexpr int kEnd = std::char_traits<char>::eof();
  ++line_number_;
  line_.clear();
  int c = buffer_->sbumpc();
  for (; c != '\n'; c = buffer_->sbumpc()) {
    if (c == kEnd) malformed("the text ends early");
    if (line_.size() >= limits_.line_bytes) limit("the line is too long");
    line_.push_back(static_cast<char>(c));
  }
  tokens_.clear();
  position_ = 0;
  const std::string_view line = line_;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t stop = std::min(line.find(' ', start), line.size());
    if (stop == start) malformed("a token is empty");
    tokens_.push_back(line.substr(start, stop - start));
    start = stop + 1;
  }
}

void Reader::end_line() const {
  if (tokens_left() != 0) malformed("the line has more tokens than expected");
}

void Reader::end_of_file() {
  if (buffer_->sbumpc() != std::char_traits<char>::eof()) malformed("text follows the last line");
}

std::string_view Reader::peek() const {
  return tokens_left() == 0 ? std::string_view{} : tokens_[position_];
}

std::string_view Reader::token() {
  if (tokens_left() == 0) malformed("the line has fewer tokens than expected");
  return tokens_[position_++];
}

void Reader::keyword(std::string_view word) {
  if (token() != word) malformed("expected the word " + std::string(word));
}

bool Reader::accept(std::string_view word) {
  if (peek() != word) return false;
  ++position_;
  return true;
}

Int Reader::parse_integer(std::string_view text) const {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit) ||
      (digits[0] == '0' && (negative || digits.size() > 1))) {
    malformed("expected an integer");
  }
  if (digits.size() > kMaxDigits) limit("an integer has more than 1300 digits");
  if (digits.size() > 18) return Int(std::string(text), 10);
  long value = 0;
  for (const char c : digits) value = 10 * value + (c - '0');
  return Int(negative ? -value : value);
}

Int Reader::natural() {
  Int value = integer();
  if (value < 0) malformed("expected a natural number");
  return value;
}

long Reader::parse_small(std::string_view text, long lowest, long highest) const {
  const Int value = parse_integer(text);
  if (value < lowest || value > highest) malformed("an integer is out of its range");
  return value.get_si();
}

long Reader::small(long lowest, long highest) { return parse_small(token(), lowest, highest); }

std::size_t Reader::size(std::size_t highest) {
  return static_cast<std::size_t>(small(0, static_cast<long>(highest)));
}

std::pair<std::string_view, std::string_view> Reader::split_pair(std::string_view text) const {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) malformed("expected two integers joined by a colon");
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Dyad Reader::dyad() {
  const auto [mantissa, exponent] = split_pair(token());
  Dyad value{parse_integer(mantissa), parse_small(exponent, -kMaxExponent, kMaxExponent)};
  const bool canonical =
      value.mantissa == 0 ? value.exponent == 0 : mpz_odd_p(value.mantissa.get_mpz_t()) != 0;
  if (!canonical) malformed("a dyad is not canonical");
  return value;
}

}  // namespace thalweg::verify
