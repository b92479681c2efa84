#pragma once

// Included once by each pencil_kernel_*.cpp, which are compiled for different instruction sets.

#include "arrangement/lanes.hpp"
#include "arrangement/pencil_kernel.hpp"

namespace thalweg {
namespace {

using Index = PencilKernels::Index;
using PatternWord = PencilKernels::Word;
using Pencil = PencilKernels::Pencil;
using Pivot = PencilKernels::Pivot;
using Sibling = PencilKernels::Sibling;
using PivotSize = PencilKernels::PivotSize;

constexpr double kUnit = 0x1p-53;

/// Vertices j, ..., j + 7 of a pencil.
struct VertexGroup {
  Reals t[kParts];      ///< -alpha_j / beta_j
  Reals least[kParts];  ///< smallest |value| so far
  Bits bits[kParts];    ///< signs of the present word

  THALWEG_INLINE void begin(const double* beta, const double* alpha, Index j) {
    for (int p = 0; p < kParts; ++p) {
      t[p] = -load(alpha + j + p * kWidth) / load(beta + j + p * kWidth);
      least[p] = splat(1e300);
      bits[p] = Bits{};
    }
  }

  THALWEG_INLINE void visit(Reals beta, Reals alpha) {
    for (int p = 0; p < kParts; ++p) {
      const Reals value = beta * t[p] + alpha;
      bits[p] = shift_in_sign(bits[p], value);
      least[p] = smaller_magnitude(least[p], value);
    }
  }

  /// The same for row j + own, which vanishes at its own vertex.
  THALWEG_INLINE void visit_own(Reals beta, Reals alpha, Index own) {
    for (int p = 0; p < kParts; ++p) {
      Bits lane;
      for (int l = 0; l < kWidth; ++l) lane[l] = static_cast<std::uint64_t>(p * kWidth + l);
      const Reals value = beta * t[p] + alpha;
      const Reals kept = lane == splat_bits(static_cast<std::uint64_t>(own)) ? splat(1e300) : value;
      bits[p] = shift_in_sign(bits[p], kept);
      least[p] = smaller_magnitude(least[p], kept);
    }
  }

  /// Bit l when the signs of vertex j + l are certain. *Lemma.* Let every entry be within E of the
  /// exact one and M bound them. Then t is off by at most dt = E (1 + |t|) / (|beta_j| - E) + u |t|
  /// and beta_k t + alpha_k by at most M dt + E (1 + |t|) + 3 u M (1 + |t|). *Proof.* The quotient
  /// of numbers within E of a, b is off by (E + |a / b| E) / |b|; the rest is the perturbation of
  /// the product and three roundings. QED
  THALWEG_INLINE unsigned settled(const Pencil& pencil, const double* beta, Index j) const {
    const Reals error = splat(pencil.error);
    const Reals largest = splat(pencil.largest);
    unsigned mask = 0;
    for (int p = 0; p < kParts; ++p) {
      const Reals size = magnitude(load(beta + j + p * kWidth));
      const Reals height = magnitude(t[p]);
      const Reals spread = error * (height + 1.0);
      const Reals shift = spread / (size - error) + kUnit * height;
      const Reals tolerance =
          1.01 * (largest * shift + spread + 3 * kUnit * largest * (height + 1.0));
      mask |= (truth_mask(least[p] > tolerance) & truth_mask(size > error)) << (p * kWidth);
    }
    return mask;
  }
};

/// Rows from `last - 1` down to `first`, which lie in one word; groups begin at j.
template <int kGroups>
THALWEG_INLINE void visit_rows(VertexGroup* groups, const double* beta, const double* alpha,
                               Index j, Index first, Index last) {
  const Index end = j + 8 * kGroups;
  Index k = last - 1;
  const auto plain = [&](Index stop) {
    for (; k >= stop; --k) {
      const Reals b = splat(beta[k]);
      const Reals a = splat(alpha[k]);
      for (int g = 0; g < kGroups; ++g) groups[g].visit(b, a);
    }
  };
  plain(end > first ? end : first);
  for (; k >= first && k >= j; --k) {
    const Reals b = splat(beta[k]);
    const Reals a = splat(alpha[k]);
    for (int g = 0; g < kGroups; ++g) groups[g].visit_own(b, a, k - j - 8 * g);
  }
  plain(first);
}

/// Calls take(i, part, bits) with the sign bit of basis row i for each part of the lanes: s is
/// negative where D_js and beta_j have the same sign. Returns bit l when the signs of vertex j + l
/// are certain.
template <class Take>
THALWEG_INLINE unsigned basis_signs(const Pencil& pencil, const double* beta, Index j,
                                    const Take& take) {
  unsigned mask = 255;
  for (Index i = 0; i < pencil.basis_size; ++i) {
    const Index c = pencil.basis_columns[i];
    const double* entries = pencil.entries + c * pencil.stride + j;
    const Reals error = splat(pencil.errors[c]);
    unsigned certain = 0;
    for (int p = 0; p < kParts; ++p) {
      const Reals entry = load(entries + p * kWidth);
      certain |= truth_mask(magnitude(entry) > error) << (p * kWidth);
      const Bits differ =
          reinterpret_cast<Bits>(entry) ^ reinterpret_cast<Bits>(load(beta + j + p * kWidth));
      take(i, p, ~differ >> 63);
    }
    mask &= certain;
  }
  return mask;
}

/// Vertices j, ..., j + 8 kGroups - 1, of which `count` exist; patterns of one word.
template <int kGroups>
THALWEG_INLINE bool short_patterns(const Pencil& pencil, Index j, Index count,
                                   PatternWord* patterns, std::uint8_t* settled) {
  const double* beta = pencil.entries + pencil.beta * pencil.stride;
  const double* alpha = pencil.entries + pencil.alpha * pencil.stride;
  VertexGroup groups[kGroups];
  for (int g = 0; g < kGroups; ++g) groups[g].begin(beta, alpha, j + 8 * g);
  visit_rows<kGroups>(groups, beta, alpha, j, 0, pencil.rows);
  bool all = true;
  for (int g = 0; g < kGroups; ++g) {
    const Index first = j + 8 * g;
    VertexGroup& group = groups[g];
    const unsigned certain = basis_signs(pencil, beta, first, [&](Index i, int p, Bits sign) {
      group.bits[p] |= sign << static_cast<std::uint64_t>(pencil.basis_rows[i]);
    });
    for (int p = 0; p < kParts; ++p) {
      Bits own;
      for (int l = 0; l < kWidth; ++l) own[l] = static_cast<std::uint64_t>(first + p * kWidth + l);
      const Bits sign = reinterpret_cast<Bits>(load(beta + first + p * kWidth)) >> 63;
      store_bits(patterns + 8 * g + p * kWidth, group.bits[p] | (sign << (own & splat_bits(63))));
    }
    const Index present = count - 8 * g < 8 ? count - 8 * g : 8;
    const unsigned wanted = (1u << present) - 1;
    const unsigned mask = group.settled(pencil, beta, first) & certain & wanted;
    settled[g] = static_cast<std::uint8_t>(mask);
    all = all && mask == wanted;
  }
  return all;
}

/// The same for patterns of any number of words.
template <int kGroups>
THALWEG_INLINE bool long_patterns(const Pencil& pencil, Index j, Index count, Index words,
                                  PatternWord* patterns, std::uint8_t* settled) {
  constexpr Index kStride = 8 * kGroups;
  const double* beta = pencil.entries + pencil.beta * pencil.stride;
  const double* alpha = pencil.entries + pencil.alpha * pencil.stride;
  std::uint64_t* lanes = pencil.scratch;
  VertexGroup groups[kGroups];
  for (int g = 0; g < kGroups; ++g) groups[g].begin(beta, alpha, j + 8 * g);
  for (Index w = words; w-- > 0;) {
    const Index last = 64 * w + 64 < pencil.rows ? 64 * w + 64 : pencil.rows;
    visit_rows<kGroups>(groups, beta, alpha, j, 64 * w, last);
    for (int g = 0; g < kGroups; ++g) {
      for (int p = 0; p < kParts; ++p) {
        store_bits(lanes + w * kStride + 8 * g + p * kWidth, groups[g].bits[p]);
        groups[g].bits[p] = Bits{};
      }
    }
  }
  bool all = true;
  for (int g = 0; g < kGroups; ++g) {
    const unsigned certain = basis_signs(pencil, beta, j + 8 * g, [&](Index i, int p, Bits sign) {
      const Index row = pencil.basis_rows[i];
      std::uint64_t* to = lanes + row / 64 * kStride + 8 * g + p * kWidth;
      store_bits(to, load_bits(to) | (sign << static_cast<std::uint64_t>(row % 64)));
    });
    const Index present = count - 8 * g < 8 ? count - 8 * g : 8;
    const unsigned wanted = (1u << present) - 1;
    const unsigned mask = groups[g].settled(pencil, beta, j + 8 * g) & certain & wanted;
    settled[g] = static_cast<std::uint8_t>(mask);
    all = all && mask == wanted;
  }
  for (Index l = 0; l < count; ++l) {
    const Index row = j + l;
    const std::uint64_t own = beta[row] < 0 ? std::uint64_t{1} << (row % 64) : 0;
    lanes[row / 64 * kStride + l] |= own;
    for (Index w = 0; w < words; ++w) patterns[l * words + w] = lanes[w * kStride + l];
  }
  return all;
}

bool vertex_patterns(const Pencil& pencil, Index first, Index words, PatternWord* patterns,
                     std::uint8_t* settled) {
  bool all = true;
  for (Index j = first; j < pencil.rows;) {
    const Index rest = pencil.rows - j;
    const Index count = rest < 16 ? rest : 16;
    if (words == 1) {
      all &= rest > 8 ? short_patterns<2>(pencil, j, count, patterns, settled)
                      : short_patterns<1>(pencil, j, count, patterns, settled);
    } else {
      all &= rest > 8 ? long_patterns<2>(pencil, j, count, words, patterns, settled)
                      : long_patterns<1>(pencil, j, count, words, patterns, settled);
    }
    settled += 2;
    patterns += count * words;
    j += count;
  }
  return all;
}

THALWEG_INLINE Reals with_sign(Reals value, Bits flip) {
  return reinterpret_cast<Reals>(reinterpret_cast<Bits>(value) ^ flip);
}

/// Vertices (s, j), ..., (s, j + 7) of a sibling; the vertex is (w, c, h) = (A, B, C) / C, the
/// cross product of (F, beta, alpha) of s and of j.
struct SiblingGroup {
  Reals A[kParts];
  Reals B[kParts];
  Reals C[kParts];  ///< made positive, A and B with it
  Bits flip[kParts];
  Reals tolerance[kParts];
  Reals least[kParts];
  Bits bits[kParts];

  /// Returns bit l when the sign of C is certain. *Error.* With entries within E and M bounding
  /// them, a component is off by at most e = E (a_s + a_j + 2 E) + 3 u a_s a_j, a the 1-norms of
  /// the two rows, and F_k A + beta_k B + alpha_k C by 3 M e + E (|A| + |B| + |C| + 3 e) + 4 u M
  /// (|A| + |B| + |C|): perturbed factors of each product, and the roundings.
  THALWEG_INLINE unsigned begin(const Sibling& sibling, const double* F, const double* beta,
                                const double* alpha, Index j) {
    const Index s = sibling.row;
    const Reals f = splat(F[s]);
    const Reals b = splat(beta[s]);
    const Reals a = splat(alpha[s]);
    const Reals own = magnitude(f) + magnitude(b) + magnitude(a);
    const Reals error = splat(sibling.error);
    const Reals largest = splat(sibling.largest);
    unsigned mask = 0;
    for (int p = 0; p < kParts; ++p) {
      const Reals fj = load(F + j + p * kWidth);
      const Reals bj = load(beta + j + p * kWidth);
      const Reals aj = load(alpha + j + p * kWidth);
      const Reals c = f * bj - b * fj;
      flip[p] = reinterpret_cast<Bits>(c) & splat_bits(std::uint64_t{1} << 63);
      A[p] = with_sign(b * aj - a * bj, flip[p]);
      B[p] = with_sign(a * fj - f * aj, flip[p]);
      C[p] = with_sign(c, flip[p]);
      const Reals other = magnitude(fj) + magnitude(bj) + magnitude(aj);
      const Reals e = 1.01 * (error * (own + other + 2 * error) + 3 * kUnit * own * other);
      const Reals size = magnitude(A[p]) + magnitude(B[p]) + C[p];
      tolerance[p] = 1.01 * (3 * largest * e + error * (size + 3 * e) + 4 * kUnit * largest * size);
      mask |= truth_mask(C[p] > e) << (p * kWidth);
      least[p] = splat(1e300);
      bits[p] = Bits{};
    }
    return mask;
  }

  THALWEG_INLINE Reals value(Reals f, Reals b, Reals a, int p) const {
    return f * A[p] + (b * B[p] + a * C[p]);
  }

  THALWEG_INLINE void visit(const double* F, const double* beta, const double* alpha, Index k) {
    const Reals f = splat(F[k]);
    const Reals b = splat(beta[k]);
    const Reals a = splat(alpha[k]);
    for (int p = 0; p < kParts; ++p) {
      const Reals here = value(f, b, a, p);
      bits[p] = shift_in_sign(bits[p], here);
      least[p] = smaller_magnitude(least[p], here);
    }
  }

  THALWEG_INLINE void visit_own(const double* F, const double* beta, const double* alpha, Index k,
                                Index own) {
    for (int p = 0; p < kParts; ++p) {
      Bits lane;
      for (int l = 0; l < kWidth; ++l) lane[l] = static_cast<std::uint64_t>(p * kWidth + l);
      const Reals here = value(splat(F[k]), splat(beta[k]), splat(alpha[k]), p);
      const Reals kept = lane == splat_bits(static_cast<std::uint64_t>(own)) ? splat(1e300) : here;
      bits[p] = shift_in_sign(bits[p], kept);
      least[p] = smaller_magnitude(least[p], kept);
    }
  }

  [[nodiscard]] THALWEG_INLINE unsigned settled() const {
    unsigned mask = 0;
    for (int p = 0; p < kParts; ++p) mask |= truth_mask(least[p] > tolerance[p]) << (p * kWidth);
    return mask;
  }

  /// Adds the signs of S, of s and of j, those of the multipliers lambda_q = (F_j D_sq - F_s D_jq)
  /// / C, lambda_s = -F_j / C, lambda_j = F_s / C. Returns bit l when they are certain.
  THALWEG_INLINE unsigned add_basis(const Sibling& sibling, const double* F, Index j) {
    const Index s = sibling.row;
    const Reals f = splat(F[s]);
    const Reals free_error = splat(sibling.errors[sibling.free]);
    unsigned mask = 255;
    for (Index i = 0; i < sibling.basis_size; ++i) {
      const Index c = sibling.basis_columns[i];
      const double* D = sibling.entries + c * sibling.stride;
      const Reals error = splat(sibling.errors[c]);
      const Reals ds = splat(D[s]);
      unsigned certain = 0;
      for (int p = 0; p < kParts; ++p) {
        const Reals fj = load(F + j + p * kWidth);
        const Reals dj = load(D + j + p * kWidth);
        const Reals first = fj * ds;
        const Reals second = f * dj;
        const Reals multiplier = first - second;
        const Reals bound = 1.01 * (free_error * (magnitude(ds) + magnitude(dj) + 2 * error) +
                                    error * (magnitude(f) + magnitude(fj)) +
                                    3 * kUnit * (magnitude(first) + magnitude(second)));
        certain |= truth_mask(magnitude(multiplier) > bound) << (p * kWidth);
        bits[p] |= (reinterpret_cast<Bits>(with_sign(multiplier, flip[p])) >> 63)
                   << static_cast<std::uint64_t>(sibling.basis_rows[i]);
      }
      mask &= certain;
    }
    unsigned certain = 0;
    for (int p = 0; p < kParts; ++p) {
      const Reals fj = load(F + j + p * kWidth);
      certain |= (truth_mask(magnitude(fj) > free_error) & truth_mask(magnitude(f) > free_error))
                 << (p * kWidth);
      const Bits minus = ~reinterpret_cast<Bits>(with_sign(fj, flip[p])) >> 63;
      bits[p] |= minus << static_cast<std::uint64_t>(s);
      Bits own;
      for (int l = 0; l < kWidth; ++l) own[l] = static_cast<std::uint64_t>(j + p * kWidth + l);
      bits[p] |= (reinterpret_cast<Bits>(with_sign(f, flip[p])) >> 63) << (own & splat_bits(63));
    }
    return mask & certain;
  }
};

bool sibling_patterns(const Sibling& sibling, PatternWord* patterns, std::uint8_t* settled) {
  const double* F = sibling.entries + sibling.free * sibling.stride;
  const double* beta = sibling.entries + sibling.beta * sibling.stride;
  const double* alpha = sibling.entries + sibling.alpha * sibling.stride;
  bool all = true;
  for (Index j = sibling.row + 1; j < sibling.rows; j += 8) {
    SiblingGroup group;
    unsigned mask = group.begin(sibling, F, beta, alpha, j);
    Index k = sibling.rows - 1;
    for (; k >= j + 8; --k) group.visit(F, beta, sibling.far_alpha, k);
    for (; k >= j; --k) group.visit_own(F, beta, sibling.far_alpha, k, k - j);
    for (; k >= 0; --k) group.visit(F, beta, sibling.far_alpha, k);
    mask &= group.add_basis(sibling, F, j) & group.settled();
    for (int p = 0; p < kParts; ++p) store_bits(patterns + p * kWidth, group.bits[p]);
    const Index present = sibling.rows - j < 8 ? sibling.rows - j : 8;
    const unsigned wanted = (1u << present) - 1;
    *settled++ = static_cast<std::uint8_t>(mask & wanted);
    all = all && (mask & wanted) == wanted;
    patterns += present;
  }
  return all;
}

THALWEG_INLINE double largest_lane(Reals value) {
  double result = 0;
  for (int l = 0; l < kWidth; ++l) result = value[l] > result ? value[l] : result;
  return result;
}

PivotSize pivot(const Pivot& step) {
  double factors[64] = {};
  for (Index c = 0; c < step.columns; ++c) factors[c] = step.source[c * step.stride + step.row];
  const double entry = factors[step.column];
  const Reals inverse = splat(1.0 / entry);
  const double* from = step.source + step.column * step.stride;
  double* quotients = step.target + step.column * step.stride;
  Reals quotient = Reals{};
  for (Index k = 0; k < step.rows; k += kWidth) {
    const Reals q = load(from + k) * inverse;
    quotient = larger_magnitude(quotient, q);
    store(quotients + k, q);
  }
  Reals largest = quotient;
  for (Index c = 0; c < step.columns; ++c) {
    if (c == step.column) continue;
    const double* old = step.source + c * step.stride;
    double* fresh = step.target + c * step.stride;
    const Reals factor = splat(factors[c]);
    for (Index k = (step.late_columns >> c & 1) != 0 ? step.first_late_row : 0; k < step.rows;
         k += kWidth) {
      const Reals value = load(old + k) - factor * load(quotients + k);
      largest = larger_magnitude(largest, value);
      store(fresh + k, value);
    }
  }
  PivotSize size;
  size.entry = largest_lane(largest);
  const double q = largest_lane(quotient);
  const double pivot_error = step.source_errors[step.column];
  const double room = (entry < 0 ? -entry : entry) - pivot_error;
  const double q_error = 1.01 * (pivot_error * (1 + q) / room + 2 * kUnit * q);
  const double inherited = 1.01 * (1 + q + q_error);
  const double created = 1.01 * (q_error + 2 * kUnit * q);
  const double rounding = 1.01 * 2 * kUnit * size.entry;
  for (Index c = 0; c < step.columns; ++c) {
    const double factor = factors[c] < 0 ? -factors[c] : factors[c];
    const double error = step.source_errors[c] * inherited + factor * created + rounding;
    step.target_errors[c] = c == step.column ? q_error : error;
    size.error = step.target_errors[c] > size.error ? step.target_errors[c] : size.error;
  }
  return size;
}

double combine(const double* const* columns, const double* factors, Index count, const double* base,
               double* target, Index rows) {
  Reals largest = Reals{};
  for (Index k = 0; k < rows; k += kWidth) {
    Reals sum = base != nullptr ? load(base + k) : Reals{};
    for (Index i = 0; i < count; ++i) sum = sum + splat(factors[i]) * load(columns[i] + k);
    largest = larger_magnitude(largest, sum);
    store(target + k, sum);
  }
  return largest_lane(largest);
}

bool vanishing_rows(const double* beta, const double* alpha, Index rows, double error,
                    PatternWord* rows_found) {
  const Reals bound = splat(error);
  PatternWord any = 0;
  for (Index first = 0; first < rows; first += 64) {
    const Index last = first + 64 < rows ? first + 64 : rows;
    PatternWord found = 0;
    for (Index k = first; k < last; k += kWidth) {
      const unsigned both = truth_mask(magnitude(load(beta + k)) <= bound) &
                            truth_mask(magnitude(load(alpha + k)) <= bound);
      found |= static_cast<PatternWord>(both) << (k - first);
    }
    rows_found[first / 64] = found & ~PatternWord{0} >> (64 - (last - first));
    any |= rows_found[first / 64];
  }
  return any != 0;
}

void point_signs(const double* beta, const double* alpha, Index rows, double t, double tolerance,
                 PatternWord* negative, PatternWord* small) {
  const Reals place = splat(t);
  const Reals bound = splat(tolerance);
  for (Index first = 0; first < rows; first += 64) {
    const Index last = first + 64 < rows ? first + 64 : rows;
    PatternWord below = 0;
    PatternWord near = 0;
    for (Index k = first; k < last; k += kWidth) {
      const Reals value = load(beta + k) * place + load(alpha + k);
      below |= static_cast<PatternWord>(truth_mask(value < splat(0))) << (k - first);
      near |= static_cast<PatternWord>(truth_mask(magnitude(value) <= bound)) << (k - first);
    }
    const PatternWord valid = ~PatternWord{0} >> (64 - (last - first));
    negative[first / 64] = below & valid;
    small[first / 64] = near & valid;
  }
}

constexpr PencilKernels kKernels = {vertex_patterns, sibling_patterns, pivot,
                                    combine,         vanishing_rows,   point_signs};

}  // namespace
}  // namespace thalweg
