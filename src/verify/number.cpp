#include "verify/number.hpp"

#include <algorithm>

#include "verify/reader.hpp"

namespace thalweg::verify {
namespace {

long bits(const Int& value) { return static_cast<long>(mpz_sizeinbase(value.get_mpz_t(), 2)); }

Int divide(const Int& a, const Int& b, Rounding side) {
  Int quotient;
  (side == Rounding::kUp ? mpz_cdiv_q : mpz_fdiv_q)(quotient.get_mpz_t(), a.get_mpz_t(),
                                                    b.get_mpz_t());
  return quotient;
}

/// The decimal of five digits next to the number on the asked side.
std::string decimal(const Dyad53& number, Rounding side) {
  if (number.mantissa == 0) return "0";
  const Rational value = dyadic(Int(number.mantissa), -number.exponent);
  for (long exponent = (bits(value.get_num()) - bits(value.get_den())) * 30103 / 100000 - 8;;
       ++exponent) {
    Int power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
    const Int scaled = exponent < 0 ? divide(value.get_num() * power, value.get_den(), side)
                                    : divide(value.get_num(), value.get_den() * power, side);
    const std::string digits = Int(abs(scaled)).get_str();
    if (digits.size() > 5) continue;
    std::string text = scaled < 0 ? "-" : "";
    text += digits[0];
    text += '.';
    text += digits.substr(1);
    text += 'e';
    return text += std::to_string(exponent + static_cast<long>(digits.size()) - 1);
  }
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
  const long size = bits(value.get_num()) - bits(value.get_den());
  for (long exponent = std::max(size - 53, -1074L); exponent <= 971; ++exponent) {
    const Int mantissa = divide(shifted(value.get_num(), std::max(-exponent, 0L)),
                                shifted(value.get_den(), std::max(exponent, 0L)), side);
    if (bits(mantissa) <= 53) return {mantissa.get_si(), static_cast<int>(exponent)};
  }
  throw Failure{Outcome::kLimit, "a value of the statement reaches 2^1024"};
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
  return line;
}

}  // namespace thalweg::verify
