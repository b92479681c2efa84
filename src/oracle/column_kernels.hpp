#pragma once

#include <cstdint>

#include "thalweg/core/types.hpp"

/// Loops over columns of doubles whose lengths are multiples of kLanes (columns are padded with
/// zeros). Every sum of n terms is formed in kLanes running sums per chunk; its rounding is bounded
/// through summation_depth(n).
namespace thalweg::kernels {

inline constexpr Index kLanes = 8;
inline constexpr Index kChunk = 512;

/// n rounded up to a multiple of kLanes.
[[nodiscard]] constexpr Index padded(Index n) { return (n + kLanes - 1) / kLanes * kLanes; }

/// A sum of n numbers a_i formed here is off by at most depth * 2^-53 * 1.01 * sum |a_i|.
[[nodiscard]] constexpr double summation_depth(Index n) {
  const Index chunk = n < kChunk ? n : kChunk;
  return static_cast<double>(padded(chunk) / kLanes + 4 + n / kChunk);
}

/// out_i = sum_k factors[k] columns[k][i].
void combine(const double* const* columns, Index count, const double* factors, Index n,
             double* out);

/// sums[k] = sum of columns[k][i] over the rows i with sum_l factors[l] columns[l][i] > 0.
void positive_sums(const double* const* columns, Index count, const double* factors, Index n,
                   double* sums);

/// sum_i max(0, sum_k factors[k] columns[k][i]).
[[nodiscard]] double plus_sum(const double* const* columns, Index count, const double* factors,
                              Index n);

/// out = fa a + fb b; returns sum_i max(0, out_i).
double add_columns(const double* a, double fa, const double* b, double fb, Index n, double* out);

/// sums[k] += sum_i factor_i columns[k][i] for a row vector of factors.
void weighted_sums(const double* const* columns, Index count, const double* row_factors, Index n,
                   double* sums);

/// out_i = in[index_i].
void gather(const double* in, const std::int32_t* index, Index n, double* out);

/// Marks in bit `bit` of positive/negative whether row i of the column may be positive (>
/// -tolerance) or negative
/// (< tolerance; both strict when the tolerance is 0), other bits copied. Returns how many rows
/// have both masks nonzero.
Index mark_signs(const double* column, double tolerance, std::uint16_t bit,
                 const std::uint16_t* positive_in, const std::uint16_t* negative_in,
                 std::uint16_t* positive, std::uint16_t* negative, Index n);

/// The largest of `t_i` over rows with s_i = 0 and `-t_i` over rows with s_i = 1, and its first row
/// (-1: no row).
struct Violation {
  double value;
  Index row;
};
[[nodiscard]] Violation worst_violation(const double* t, const double* s, Index n);

}  // namespace thalweg::kernels
