#pragma once

#include <gmpxx.h>

#include <optional>
#include <vector>

#include "thalweg/core/types.hpp"

/// Doubles as exact integers over one power of two, and exact numbers rounded back to doubles.
namespace thalweg::landscape {

/// The least e >= 0 with value * 2^e an integer; 0 for 0.
[[nodiscard]] long fraction_bits(double value);
/// The largest fraction_bits of the entries.
[[nodiscard]] long fraction_bits(const Eigen::Ref<const Matrix>& values);
/// value * 2^bits, an integer when bits >= fraction_bits(value).
[[nodiscard]] mpz_class scaled_integer(double value, long bits);
/// value * 2^shift for shift of either sign, exactly.
[[nodiscard]] mpq_class scaled(const mpz_class& value, long shift);

/// A double that is at least value.
[[nodiscard]] double rounded_up(const mpq_class& value);
/// A double that is at most value.
[[nodiscard]] double rounded_down(const mpq_class& value);
/// A rational that is at least sqrt(value), relatively at most 2^-200 above; value >= 0.
[[nodiscard]] mpq_class root_above(const mpq_class& value);

/// The least common denominator, positive.
[[nodiscard]] mpz_class common_denominator(const std::vector<mpq_class>& values);
/// Entries times their common denominator.
[[nodiscard]] std::vector<mpz_class> over_common_denominator(const std::vector<mpq_class>& values);

/// x with A x = b by elimination, A (k x k) given by rows; empty when A is singular. O(k^3)
/// rational operations.
[[nodiscard]] std::vector<mpq_class> solve_exactly(std::vector<std::vector<mpq_class>> A,
                                                   std::vector<mpq_class> b);

/// An x with A x = b, A (k x k) positive semidefinite given by rows; 0 at columns that depend on
/// earlier ones; none when there is no such x. O(k^3) rational operations.
[[nodiscard]] std::optional<std::vector<mpq_class>> solve_semidefinite(
    std::vector<std::vector<mpq_class>> A, std::vector<mpq_class> b);

}  // namespace thalweg::landscape
