// Checks many certificates in one process, for the mutation test: reads `<bytes>\n<certificate>`
// again and again from standard input and answers each with one line, the outcome and the
// statement.
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "thalweg/verify/check.hpp"

namespace {

using thalweg::verify::Dyad53;

const char* name(thalweg::verify::Outcome outcome) {
  using thalweg::verify::Outcome;
  switch (outcome) {
    case Outcome::kVerified:
      return "verified";
    case Outcome::kNotVerified:
      return "not-verified";
    case Outcome::kMalformed:
      return "malformed";
    case Outcome::kUnreadable:
      return "unreadable";
    case Outcome::kLimit:
      return "limit";
  }
  return "unknown";
}

void print(const std::optional<Dyad53>& number) {
  if (number) {
    std::cout << ' ' << number->mantissa << ':' << number->exponent;
  } else {
    std::cout << " -";
  }
}

}  // namespace

int main() {
  std::string size;
  while (std::getline(std::cin, size)) {
    std::string text(std::stoul(size), '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    std::istringstream input(text);
    const thalweg::verify::Report report = thalweg::verify::check(input);
    const thalweg::verify::Statement& s = report.statement;
    std::cout << name(report.outcome);
    for (const auto& number : {std::optional(s.objective_upper), std::optional(s.objective_lower),
                               s.lower_bound, s.gap, s.relative_gap, s.improved_upper, s.decrease,
                               s.path_increase, s.path_maximum, s.path_final}) {
      print(number);
    }
    std::cout << " # " << report.reason << '\n';
  }
}
