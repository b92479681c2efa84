#pragma once

// Included once by each sample_kernel_*.cpp, which are compiled for different instruction sets.

#include "arrangement/lanes.hpp"
#include "arrangement/sample_kernel.hpp"

namespace thalweg {
namespace {

using Index = SampleKernels::Index;
using Word = SampleKernels::Word;
using Rows = SampleKernels::Rows;
using Vertices = SampleKernels::Vertices;

constexpr Index kLanes = SampleKernels::kLanes;
constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = __builtin_inf();

/// One number for each of the eight lanes.
struct Lanes {
  Reals part[kParts];
};

THALWEG_INLINE Lanes splat_lanes(double value) {
  Lanes result;
  for (int p = 0; p < kParts; ++p) result.part[p] = splat(value);
  return result;
}
THALWEG_INLINE Lanes load_lanes(const double* from) {
  Lanes result;
  for (int p = 0; p < kParts; ++p) result.part[p] = load(from + p * kWidth);
  return result;
}
THALWEG_INLINE void store_lanes(double* to, const Lanes& value) {
  for (int p = 0; p < kParts; ++p) store(to + p * kWidth, value.part[p]);
}
/// sum += a b
THALWEG_INLINE void add_product(Lanes& sum, const Lanes& a, const Lanes& b) {
  for (int p = 0; p < kParts; ++p) sum.part[p] += a.part[p] * b.part[p];
}
THALWEG_INLINE void subtract_product(Lanes& sum, const Lanes& a, const Lanes& b) {
  for (int p = 0; p < kParts; ++p) sum.part[p] -= a.part[p] * b.part[p];
}
THALWEG_INLINE void add_magnitude(Lanes& sum, const Lanes& value) {
  for (int p = 0; p < kParts; ++p) sum.part[p] += magnitude(value.part[p]);
}

THALWEG_INLINE Reals maximum(Reals a, Reals b) { return a > b ? a : b; }
THALWEG_INLINE double absolute(double value) { return value < 0 ? -value : value; }

/// Matrices (n x columns), lane after lane, from the first columns of the chosen rows.
void gather(const Rows& rows, const std::int32_t* subsets, Index n, Index columns, double* matrix) {
  for (Index i = 0; i < n; ++i) {
    for (Index l = 0; l < kLanes; ++l) {
      const double* row = rows.entries + subsets[i * kLanes + l] * rows.stride;
      for (Index j = 0; j < columns; ++j) matrix[(i * columns + j) * kLanes + l] = row[j];
    }
  }
}

/// Brings the largest entry of column k, from row k on, to row k in every lane. Rows are exchanged
/// as if they had been chosen in that order.
void exchange_rows(double* a, Index n, Index k, std::int32_t* subsets) {
  for (Index l = 0; l < kLanes; ++l) {
    Index best = k;
    for (Index i = k + 1; i < n; ++i) {
      if (absolute(a[(i * n + k) * kLanes + l]) > absolute(a[(best * n + k) * kLanes + l])) {
        best = i;
      }
    }
    if (best == k) continue;
    for (Index j = 0; j < n; ++j) {
      double& upper = a[(k * n + j) * kLanes + l];
      double& lower = a[(best * n + j) * kLanes + l];
      const double kept = upper;
      upper = lower;
      lower = kept;
    }
    const std::int32_t kept = subsets[k * kLanes + l];
    subsets[k * kLanes + l] = subsets[best * kLanes + l];
    subsets[best * kLanes + l] = kept;
  }
}

/// Gauss and Jordan, in place.
void invert(double* a, Index n, std::int32_t* subsets) {
  for (Index k = 0; k < n; ++k) {
    exchange_rows(a, n, k, subsets);
    double* pivot_row = a + k * n * kLanes;
    const Lanes pivot = load_lanes(pivot_row + k * kLanes);
    Lanes scale;
    for (int p = 0; p < kParts; ++p) scale.part[p] = 1.0 / pivot.part[p];
    store_lanes(pivot_row + k * kLanes, splat_lanes(1.0));
    for (Index j = 0; j < n; ++j) {
      Lanes entry = load_lanes(pivot_row + j * kLanes);
      for (int p = 0; p < kParts; ++p) entry.part[p] *= scale.part[p];
      store_lanes(pivot_row + j * kLanes, entry);
    }
    for (Index i = 0; i < n; ++i) {
      if (i == k) continue;
      double* row = a + i * n * kLanes;
      const Lanes factor = load_lanes(row + k * kLanes);
      store_lanes(row + k * kLanes, splat_lanes(0.0));
      for (Index j = 0; j < n; ++j) {
        Lanes entry = load_lanes(row + j * kLanes);
        subtract_product(entry, factor, load_lanes(pivot_row + j * kLanes));
        store_lanes(row + j * kLanes, entry);
      }
    }
  }
}

/// Sizes of the inverse R and of I - R M.
struct InverseSize {
  Lanes norm = splat_lanes(0);     ///< largest sum of a row of |R|
  Lanes largest = splat_lanes(0);  ///< largest |R_ij|
  Lanes defect = splat_lanes(0);   ///< largest sum of a row of |I - R M|; NaN when anything is
};

InverseSize measure(const double* inverse, const double* matrix, Index n) {
  InverseSize size;
  Lanes poison = splat_lanes(0);
  for (Index i = 0; i < n; ++i) {
    const double* row = inverse + i * n * kLanes;
    Lanes sum = splat_lanes(0);
    Lanes defect = splat_lanes(0);
    for (Index j = 0; j < n; ++j) {
      const Lanes entry = load_lanes(row + j * kLanes);
      add_magnitude(sum, entry);
      for (int p = 0; p < kParts; ++p) {
        size.largest.part[p] = maximum(size.largest.part[p], magnitude(entry.part[p]));
      }
      Lanes rest = splat_lanes(i == j ? 1.0 : 0.0);
      for (Index k = 0; k < n; ++k) {
        subtract_product(rest, load_lanes(row + k * kLanes),
                         load_lanes(matrix + (k * (n + 1) + j) * kLanes));
      }
      add_magnitude(defect, rest);
    }
    for (int p = 0; p < kParts; ++p) {
      size.norm.part[p] = maximum(size.norm.part[p], sum.part[p]);
      size.defect.part[p] = maximum(size.defect.part[p], defect.part[p]);
      poison.part[p] += defect.part[p] * splat(0);
    }
  }
  for (int p = 0; p < kParts; ++p) size.defect.part[p] += poison.part[p];
  return size;
}

/// What is known of (R b, 1).
struct PointSize {
  Lanes length = splat_lanes(1);    ///< sum of the moduli of the entries
  Lanes residual = splat_lanes(0);  ///< largest value of a chosen row
};

PointSize fill_point(const Vertices& vertices) {
  const Index m = vertices.level;
  const Index n = m - 1;
  PointSize size;
  for (Index i = 0; i < n; ++i) {
    Lanes sum = splat_lanes(0);
    for (Index j = 0; j < n; ++j) {
      subtract_product(sum, load_lanes(vertices.inverse + (i * n + j) * kLanes),
                       load_lanes(vertices.matrix + (j * m + n) * kLanes));
    }
    add_magnitude(size.length, sum);
    store_lanes(vertices.point + i * kLanes, sum);
  }
  store_lanes(vertices.point + n * kLanes, splat_lanes(1));
  for (Index i = 0; i < n; ++i) {
    Lanes value = splat_lanes(0);
    for (Index j = 0; j < m; ++j) {
      add_product(value, load_lanes(vertices.matrix + (i * m + j) * kLanes),
                  load_lanes(vertices.point + j * kLanes));
    }
    for (int p = 0; p < kParts; ++p) {
      size.residual.part[p] = maximum(size.residual.part[p], magnitude(value.part[p]));
    }
  }
  return size;
}

void solve(const Rows& rows, const Vertices& vertices) {
  const Index n = vertices.level - 1;
  gather(rows, vertices.subsets, n, n, vertices.inverse);
  invert(vertices.inverse, n, vertices.subsets);
  gather(rows, vertices.subsets, n, n + 1, vertices.matrix);
  const InverseSize size = measure(vertices.inverse, vertices.matrix, n);
  const PointSize point = fill_point(vertices);
  const auto count = static_cast<double>(n);
  const double gamma = 1.01 * (count + 2) * kUnit;
  const double entry_error = rows.error + gamma;
  const Reals never = splat(kInfinity);
  for (int p = 0; p < kParts; ++p) {
    const Reals norm = size.norm.part[p];
    const Reals length = point.length.part[p];
    const Reals g =
        1.01 * (size.defect.part[p] + count * (gamma * (1.0 + norm) + rows.error * norm));
    const Reals inverse_error = 1.01 * g * size.largest.part[p] / (1.0 - g);
    const Reals relation_error = 1.01 * (count * inverse_error + norm * entry_error);
    const Reals point_error =
        1.01 * norm / (1.0 - g) * (point.residual.part[p] + entry_error * length);
    const Reals spread = count * point_error;
    const Reals tolerance = 1.01 * (spread + entry_error * (length + spread));
    const auto sure = g < splat(0.5);
    store(vertices.inverse_error + p * kWidth, sure ? inverse_error : never);
    store(vertices.relation_error + p * kWidth, sure ? relation_error : never);
    store(vertices.tolerance + p * kWidth, sure ? tolerance : never);
  }
}

/// Rows k, k - 1, ... k - kCount + 1 at the eight points.
template <int kCount>
THALWEG_INLINE void visit_rows(const Rows& rows, Index k, Index dimension, const double* point,
                               const Lanes& tolerance, Bits* bits, Bits* small) {
  const double* first = rows.entries + k * rows.stride;
  Lanes values[kCount];
  for (int q = 0; q < kCount; ++q) values[q] = splat_lanes(0);
  for (Index c = 0; c < dimension; ++c) {
    const Lanes coordinate = load_lanes(point + c * kLanes);
    for (int q = 0; q < kCount; ++q) {
      add_product(values[q], splat_lanes(first[c - q * rows.stride]), coordinate);
    }
  }
  for (int q = 0; q < kCount; ++q) {
    for (int p = 0; p < kParts; ++p) {
      bits[p] = shift_in_sign(bits[p], values[q].part[p]);
      small[p] -= reinterpret_cast<Bits>(magnitude(values[q].part[p]) <= tolerance.part[p]);
    }
  }
}

void signs(const Rows& rows, Index dimension, const double* point, const double* tolerance,
           Word* negative, Word* small) {
  const Lanes bound = load_lanes(tolerance);
  Bits near[kParts];
  for (Bits& part : near) part = Bits{};
  for (Index w = (rows.count + 63) / 64; w-- > 0;) {
    const Index last = 64 * w + 64 < rows.count ? 64 * w + 64 : rows.count;
    Bits bits[kParts];
    for (Bits& part : bits) part = Bits{};
    Index k = last - 1;
    for (; k >= 64 * w + 3; k -= 4) visit_rows<4>(rows, k, dimension, point, bound, bits, near);
    for (; k >= 64 * w; --k) visit_rows<1>(rows, k, dimension, point, bound, bits, near);
    for (int p = 0; p < kParts; ++p) store_bits(negative + w * kLanes + p * kWidth, bits[p]);
  }
  for (int p = 0; p < kParts; ++p) store_bits(small + p * kWidth, near[p]);
}

constexpr SampleKernels kKernels = {solve, signs};

}  // namespace
}  // namespace thalweg
