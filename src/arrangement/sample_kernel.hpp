#pragma once

// Compiled for several instruction sets, as pencil_kernel.hpp: no Eigen, no containers.
#include <cstddef>
#include <cstdint>

#include "arrangement/pencil_kernel.hpp"

namespace thalweg {

/// The loops that sampling spends its time in: eight vertices at once, for one instruction set.
/// Arrays "x 8" hold one entry for each of the eight, side by side.
struct SampleKernels {
  using Index = std::ptrdiff_t;
  using Word = std::uint64_t;
  static constexpr Index kLanes = 8;

  /// Row-major; every entry is at most 1 and within `error` of the exact one.
  struct Rows {
    const double* entries = nullptr;
    Index count = 0;
    Index stride = 0;
    double error = 0;
  };

  /// The line in R^m on which n = m - 1 rows vanish, for eight choices of the rows. With M the
  /// rows' first n columns: M^-1 and the point (M^-1 b, 1), b the negative of column n.
  struct Vertices {
    Index level = 0;                  ///< m >= 1
    std::int32_t* subsets = nullptr;  ///< (n x 8), the rows; pivoting changes their order
    double* matrix = nullptr;         ///< (n x m x 8), the rows' first m columns
    double* inverse = nullptr;        ///< (n x n x 8), column i belongs to row subsets[i]
    double* point = nullptr;          ///< (m x 8)
    /// (8) each; infinite where M is not proved to be invertible.
    double* inverse_error = nullptr;   ///< entries of the inverse are within this
    double* relation_error = nullptr;  ///< a row's first n entries times the inverse
    double* tolerance = nullptr;       ///< values of rows at the point, as `signs` computes them
  };
  /// *Error bounds.* Let R be the computed inverse, M^ the exact matrix, and |I - R M^| <= g < 1 in
  /// the norm of row sums: computed from R M, plus the rounding n gamma (1 + |R|) and the error
  /// n |R| of M. Then M^^-1 - R = (I - R M^) M^^-1 and M^^-1 = (R M^)^-1 R, so entries of the
  /// inverse are within e = g max|R| / (1 - g), and numbers up to 1 times it within n e + |R|
  /// (error + gamma). The exact point differs by M^^-1 times its rows' values at the computed one,
  /// which are at most the computed values and (error + gamma) times the point's 1-norm; and
  /// |M^^-1| <= |R| / (1 - g).
  void (*solve)(const Rows& rows, const Vertices& vertices);

  /// Bit k of `negative` (words x 8) where row k is negative at the point (dimension x 8), and how
  /// many rows are at most `tolerance` (8) in absolute value.
  void (*signs)(const Rows& rows, Index dimension, const double* point, const double* tolerance,
                Word* negative, Word* small);
};

/// Precondition: available(set).
[[nodiscard]] const SampleKernels& sample_kernels(InstructionSet set);
/// The best available.
[[nodiscard]] const SampleKernels& sample_kernels();

}  // namespace thalweg
