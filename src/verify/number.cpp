#include "verify/number.hpp"

#include <algorithm>
#include <sstream>

#include "verify/reader.hpp"

namespace thalweg::verify {
namespace {

long bits(const Int& value) { return static_cast<long>(mpz_sizeinbase(value.get_mpz_t(), 2)); }

/// The integer next to value / base^exponent on the asked side, with the smallest exponent from
/// `exponent` on for which it stays below `top` in absolute value; sets the exponent.
Int scale_down(const Rational& value, unsigned base, const Int& top, Rounding side,
               long& exponent) {
  for (Int power, quotient;; ++exponent) {
    mpz_ui_pow_ui(power.get_mpz_t(), base, static_cast<unsigned long>(std::abs(exponent)));
    const Rational scaled = exponent < 0 ? Rational(value * power) : Rational(value / power);
    (side == Rounding::kUp ? mpz_cdiv_q : mpz_fdiv_q)(quotient.get_mpz_t(), scaled.get_num_mpz_t(),
                                                      scaled.get_den_mpz_t());
    if (abs(quotient) < top) return quotient;
  }
}

/// The decimal of five digits next to the number on the asked side.
std::string decimal(const Dyad53& number, Rounding side) {
  if (number.mantissa == 0) return "0";
  const Rational value = dyadic(Int(number.mantissa), -number.exponent);
  long exponent = (bits(value.get_num()) - bits(value.get_den())) * 30103 / 100000 - 8;
  const Int scaled = scale_down(value, 10, 100000, side, exponent);
  const std::string digits = Int(abs(scaled)).get_str();
  std::ostringstream text;
  text << (scaled < 0 ? "-" : "") << digits[0] << '.' << digits.substr(1) << 'e'
       << exponent + static_cast<long>(digits.size()) - 1;
  return text.str();
}

}  // namespace

Rational dyadic(const Int& mantissa, long exponent) {
  Rational value(shifted(mantissa, std::max(-exponent, 0L)), shifted(1, std::max(exponent, 0L)));
  value.canonicalize();
  return value;
}

Int dot(const Int* a, const Int* b, std::size_t count) {
  Int sum;
  for (std::size_t i = 0; i < count; ++i) {
    mpz_addmul(sum.get_mpz_t(), a[i].get_mpz_t(), b[i].get_mpz_t());
  }
  return sum;
}

Dyad53 round(const Rational& value, Rounding side) {
  if (value == 0) return {};
  long exponent = std::max(bits(value.get_num()) - bits(value.get_den()) - 53, -1074L);
  const Int mantissa = scale_down(value, 2, shifted(1, 53), side, exponent);
  limit(exponent <= 971, "a value of the statement reaches 2^1024");
  return {mantissa.get_si(), static_cast<int>(exponent)};
}

std::string verdict_line(const Report& report) {
  if (report.outcome != Outcome::kVerified) return "s NOT VERIFIED " + report.reason;
  const Statement& statement = report.statement;
  std::string line = "s VERIFIED";
  const auto say = [&](const char* name, const std::optional<Dyad53>& number, Rounding side) {
    if (!number) return;
    line += name;
    line += (side == Rounding::kUp ? " <= " : " >= ") + decimal(*number, side);
  };
  say(" gap", statement.gap, Rounding::kUp);
  say(" relgap", statement.relative_gap, Rounding::kUp);
  say(" value", statement.objective_upper, Rounding::kUp);
  say(" bound", statement.lower_bound, Rounding::kDown);
  say(" decrease", statement.decrease, Rounding::kDown);
  say(" increase", statement.path_increase, Rounding::kUp);
  say(" maximum", statement.path_maximum, Rounding::kUp);
  say(" final", statement.path_final, Rounding::kUp);
  return line;
}

}  // namespace thalweg::verify
