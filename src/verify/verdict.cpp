#include <algorithm>
#include <string>

#include "verify/number.hpp"

namespace thalweg::verify {
namespace {

constexpr long kDigits = 5;  ///< significant decimal digits

Int power_of_ten(long exponent) {
  Int power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(exponent));
  return power;
}

/// The decimal with kDigits digits next to the number on the asked side.
std::string decimal(const Dyad53& number, Rounding side) {
  if (number.mantissa == 0) return "0";
  const Rational value = rational(Dyad{Int(number.mantissa), -number.exponent});
  const auto divide = side == Rounding::kUp ? mpz_cdiv_q : mpz_fdiv_q;
  // The first exponent leaves more than kDigits digits, since 0.30103 is almost log10(2).
  const long bits = static_cast<long>(mpz_sizeinbase(value.get_num_mpz_t(), 2)) -
                    static_cast<long>(mpz_sizeinbase(value.get_den_mpz_t(), 2));
  for (long exponent = bits * 30103 / 100000 - kDigits - 3;; ++exponent) {
    const Int numerator = value.get_num() * power_of_ten(std::max(-exponent, 0L));
    const Int denominator = value.get_den() * power_of_ten(std::max(exponent, 0L));
    Int quotient;
    divide(quotient.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
    std::string digits = Int(abs(quotient)).get_str();
    if (static_cast<long>(digits.size()) > kDigits) continue;
    const long leading = exponent + static_cast<long>(digits.size()) - 1;
    std::string text = quotient < 0 ? "-" : "";
    text += digits[0];
    text += '.';
    text += digits.substr(1);
    text += 'e';
    text += std::to_string(leading);
    return text;
  }
}

}  // namespace

std::string verdict_line(const Report& report) {
  if (report.outcome != Outcome::kVerified) return "s NOT VERIFIED " + report.reason;
  const Statement& statement = report.statement;
  std::string line = "s VERIFIED";
  const auto say = [&](const char* name, const Dyad53& number, Rounding side) {
    line += std::string(name) + (side == Rounding::kUp ? " <= " : " >= ") + decimal(number, side);
  };
  if (statement.gap) say(" gap", *statement.gap, Rounding::kUp);
  if (statement.relative_gap) say(" relgap", *statement.relative_gap, Rounding::kUp);
  say(" value", statement.objective_upper, Rounding::kUp);
  if (statement.lower_bound) say(" bound", *statement.lower_bound, Rounding::kDown);
  if (statement.decrease) say(" decrease", *statement.decrease, Rounding::kDown);
  return line;
}

}  // namespace thalweg::verify
