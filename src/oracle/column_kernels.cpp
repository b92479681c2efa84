#include "oracle/column_kernels.hpp"

#include <algorithm>
#include <limits>

#include "thalweg/core/multiversion.hpp"

namespace thalweg::kernels {
namespace {

// Eight doubles; the compiler maps them to one, two or four registers.
using Lanes = double __attribute__((vector_size(64), aligned(8), may_alias));
using LaneMask = long long __attribute__((vector_size(64), aligned(8), may_alias));

#define THALWEG_LOAD(pointer) (*reinterpret_cast<const Lanes*>(pointer))
#define THALWEG_STORE(pointer) (*reinterpret_cast<Lanes*>(pointer))

inline __attribute__((always_inline)) double sum_of(const Lanes& v) {
  return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
}

inline __attribute__((always_inline)) void combine_chunk(const double* const* columns, Index count,
                                                         const double* factors, Index begin,
                                                         Index length, double* out) {
  bool first = true;
  for (Index k = 0; k < count; ++k) {
    if (factors[k] == 0) continue;
    const double* column = columns[k] + begin;
    const Lanes factor = Lanes{} + factors[k];
    if (first) {
      for (Index i = 0; i < length; i += kLanes) {
        THALWEG_STORE(out + i) = factor * THALWEG_LOAD(column + i);
      }
    } else {
      for (Index i = 0; i < length; i += kLanes) {
        THALWEG_STORE(out + i) = THALWEG_LOAD(out + i) + factor * THALWEG_LOAD(column + i);
      }
    }
    first = false;
  }
  if (first) std::fill(out, out + length, 0.0);
}

}  // namespace

THALWEG_MULTIVERSION
void combine(const double* const* columns, Index count, const double* factors, Index n,
             double* out) {
  for (Index begin = 0; begin < n; begin += kChunk) {
    combine_chunk(columns, count, factors, begin, n - begin < kChunk ? n - begin : kChunk,
                  out + begin);
  }
}

THALWEG_MULTIVERSION
void positive_sums(const double* const* columns, Index count, const double* factors, Index n,
                   double* sums) {
  alignas(64) double t[kChunk];
  for (Index k = 0; k < count; ++k) sums[k] = 0;
  for (Index begin = 0; begin < n; begin += kChunk) {
    const Index length = n - begin < kChunk ? n - begin : kChunk;
    combine_chunk(columns, count, factors, begin, length, t);
    for (Index i = 0; i < length; i += kLanes) {
      const Lanes value = THALWEG_LOAD(t + i);
      *reinterpret_cast<LaneMask*>(t + i) = value > Lanes{};
    }
    for (Index k = 0; k < count; ++k) {
      const double* column = columns[k] + begin;
      Lanes total{};
      for (Index i = 0; i < length; i += kLanes) {
        const LaneMask bits = *reinterpret_cast<const LaneMask*>(column + i) &
                              *reinterpret_cast<const LaneMask*>(t + i);
        total += reinterpret_cast<const Lanes&>(bits);
      }
      sums[k] += sum_of(total);
    }
  }
}

THALWEG_MULTIVERSION
double plus_sum(const double* const* columns, Index count, const double* factors, Index n) {
  alignas(64) double t[kChunk];
  double sum = 0;
  for (Index begin = 0; begin < n; begin += kChunk) {
    const Index length = n - begin < kChunk ? n - begin : kChunk;
    combine_chunk(columns, count, factors, begin, length, t);
    Lanes total{};
    for (Index i = 0; i < length; i += kLanes) {
      const Lanes value = THALWEG_LOAD(t + i);
      total += value > Lanes{} ? value : Lanes{};
    }
    sum += sum_of(total);
  }
  return sum;
}

THALWEG_MULTIVERSION
double add_columns(const double* a, double fa, const double* b, double fb, Index n, double* out) {
  const Lanes factor_a = Lanes{} + fa;
  const Lanes factor_b = Lanes{} + fb;
  double sum = 0;
  for (Index begin = 0; begin < n; begin += kChunk) {
    const Index end = n - begin < kChunk ? n : begin + kChunk;
    Lanes total{};
    for (Index i = begin; i < end; i += kLanes) {
      const Lanes value = factor_a * THALWEG_LOAD(a + i) + factor_b * THALWEG_LOAD(b + i);
      THALWEG_STORE(out + i) = value;
      total += value > Lanes{} ? value : Lanes{};
    }
    sum += sum_of(total);
  }
  return sum;
}

THALWEG_MULTIVERSION
void weighted_sums(const double* const* columns, Index count, const double* row_factors, Index n,
                   double* sums) {
  for (Index k = 0; k < count; ++k) {
    for (Index begin = 0; begin < n; begin += kChunk) {
      const Index end = n - begin < kChunk ? n : begin + kChunk;
      Lanes total{};
      for (Index i = begin; i < end; i += kLanes) {
        total += THALWEG_LOAD(row_factors + i) * THALWEG_LOAD(columns[k] + i);
      }
      sums[k] += sum_of(total);
    }
  }
}

THALWEG_MULTIVERSION
void gather(const double* in, const std::int32_t* index, Index n, double* out) {
  for (Index i = 0; i < n; ++i) out[i] = in[index[i]];
}

THALWEG_MULTIVERSION
Index mark_signs(const double* column, double tolerance, std::uint16_t bit,
                 const std::uint16_t* positive_in, const std::uint16_t* negative_in,
                 std::uint16_t* positive, std::uint16_t* negative, Index n) {
  const auto others = static_cast<std::uint16_t>(~bit);
  Index both = 0;
  for (Index i = 0; i < n; ++i) {
    const auto up = static_cast<std::uint16_t>(column[i] > -tolerance ? bit : 0);
    const auto down = static_cast<std::uint16_t>(column[i] < tolerance ? bit : 0);
    const auto p = static_cast<std::uint16_t>((positive_in[i] & others) | up);
    const auto m = static_cast<std::uint16_t>((negative_in[i] & others) | down);
    positive[i] = p;
    negative[i] = m;
    both += (p != 0) & (m != 0);
  }
  return both;
}

THALWEG_MULTIVERSION
Violation worst_violation(const double* t, const double* s, Index n) {
  const Lanes none = Lanes{} - std::numeric_limits<double>::max();
  const Lanes one = Lanes{} + 1.0;
  Lanes best = none;
  for (Index i = 0; i < n; i += kLanes) {
    const Lanes value = THALWEG_LOAD(t + i);
    const Lanes factor = THALWEG_LOAD(s + i);
    const Lanes at_one = factor >= one ? -value : none;
    const Lanes excess = factor <= Lanes{} ? value : at_one;
    best = excess > best ? excess : best;
  }
  double largest = 0;
  for (Index k = 0; k < kLanes; ++k) largest = best[k] > largest ? best[k] : largest;
  if (largest <= 0) return {0, -1};
  for (Index i = 0; i < n; ++i) {
    if ((s[i] <= 0 && t[i] == largest) || (s[i] >= 1 && -t[i] == largest)) return {largest, i};
  }
  return {0, -1};
}

}  // namespace thalweg::kernels
