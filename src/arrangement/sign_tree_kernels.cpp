#include "arrangement/sign_tree_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "thalweg/core/multiversion.hpp"

namespace thalweg::sign_tree {
namespace {

// Eight numbers; the compiler maps them to one, two or four registers.
using Lanes = double __attribute__((vector_size(64), aligned(8), may_alias));
using Integers = std::int64_t __attribute__((vector_size(64), aligned(8), may_alias));
using Words = std::uint64_t __attribute__((vector_size(64), aligned(8), may_alias));

#define THALWEG_LANES(pointer) (*reinterpret_cast<const Lanes*>(pointer))
#define THALWEG_WORDS(pointer) (*reinterpret_cast<const Words*>(pointer))

constexpr Lanes kInfinite = Lanes{} + std::numeric_limits<double>::infinity();
constexpr Integers kFirstLanes = {0, 1, 2, 3, 4, 5, 6, 7};
constexpr Words kLaneBits = {1, 2, 4, 8, 16, 32, 64, 128};

inline __attribute__((always_inline)) PatternWord any_of(const Words& v) {
  return ((v[0] | v[4]) | (v[1] | v[5])) | ((v[2] | v[6]) | (v[3] | v[7]));
}

}  // namespace

THALWEG_MULTIVERSION
void locate(const RowBlock& rows, const double* point, const double* error, double* distances,
            SignBits bits) {
  double size = 0;
  for (Index c = 0; c < rows.dimension; ++c) size = std::fmax(size, std::fabs(point[c]));
  for (Index word = 0; 64 * word < rows.stride; ++word) {
    Words plus{};
    Words certain{};
    for (Index group = 0; group < 64; group += kLanes) {
      const Index i = 64 * word + group;
      Lanes sum{};
      for (Index c = 0; c < rows.dimension; ++c) {
        sum += THALWEG_LANES(rows.values + c * rows.stride + i) * point[c];
      }
      const Lanes bound = THALWEG_LANES(error + i) * size + 1e-290;
      const Words positive = reinterpret_cast<Words>(sum > bound);
      const Words negative = reinterpret_cast<Words>(-sum > bound);
      const Words here = kLaneBits << static_cast<std::uint64_t>(group);
      plus |= positive & here;
      certain |= (positive | negative) & here;
      *reinterpret_cast<Lanes*>(distances + i) = sum < 0 ? -sum : sum;
    }
    bits.plus[word] = any_of(plus);
    bits.certain[word] = any_of(certain);
  }
}

THALWEG_MULTIVERSION
Walk<double> walk(const RowBlock& rows, Index count, const double* direction, const double* sigma,
                  const double* distances, const double* inverse_norms, double noise) {
  Lanes reach = kInfinite;
  Lanes steepest{};
  Integers first = Integers{} - 1;
  Integers against = first;
  for (Index i = 0; i < count; i += kLanes) {
    Lanes slope{};
    for (Index c = 0; c < rows.dimension; ++c) {
      slope += THALWEG_LANES(rows.values + c * rows.stride + i) * direction[c];
    }
    slope *= THALWEG_LANES(sigma + i);
    const Lanes scaled = slope * THALWEG_LANES(inverse_norms + i);
    const Lanes step = scaled < -noise ? THALWEG_LANES(distances + i) / -slope : kInfinite;
    first = step < reach ? kFirstLanes + i : first;
    reach = step < reach ? step : reach;
    against = scaled < steepest ? kFirstLanes + i : against;
    steepest = scaled < steepest ? scaled : steepest;
  }
  Walk<double> result{reach[0], static_cast<Index>(first[0]), steepest[0],
                      static_cast<Index>(against[0])};
  for (int lane = 1; lane < 8; ++lane) {
    if (reach[lane] < result.reach) {
      result.reach = reach[lane];
      result.first = static_cast<Index>(first[lane]);
    }
    if (steepest[lane] < result.steepest) {
      result.steepest = steepest[lane];
      result.against = static_cast<Index>(against[lane]);
    }
  }
  return result;
}

THALWEG_MULTIVERSION
Index find_covered(PatternWord pattern, const PatternWord* plus, const PatternWord* support,
                   Index count) {
  for (Index i = 0; i < count; i += kCircuitLanes) {
    Words covered{};
    for (Index k = 0; k < kCircuitLanes; k += kLanes) {
      const Words missed = (pattern ^ THALWEG_WORDS(plus + i + k)) & THALWEG_WORDS(support + i + k);
      covered |= reinterpret_cast<Words>(missed == 0);
    }
    if (any_of(covered) == 0) continue;
    Index found = i;
    while (((pattern ^ plus[found]) & support[found]) != 0) ++found;
    return found;
  }
  return -1;
}

}  // namespace thalweg::sign_tree
