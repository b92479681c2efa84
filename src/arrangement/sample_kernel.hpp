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
    double* matrix = nullptr;         ///< (n x n x 8), scratch
    double* inverse = nullptr;        ///< (n x n x 8), column i belongs to row subsets[i]
    double* point = nullptr;          ///< (m x 8)
    /// (8) each; infinite where M is not proved to be invertible.
    double* inverse_error = nullptr;  ///< entries of the inverse are within this
    double* point_error = nullptr;    ///< entries of the point, and of any row times the inverse
    double* tolerance = nullptr;      ///< values of rows at the point, as `signs` computes them
  };
  /// *Error bounds.* Let R be the computed inverse, G = I - R M^ for the exact matrix M^, and |G|
  /// <= g < 1 in the norm of row sums. Then M^^-1 - R = G (I - G)^-1 R, entrywise at most e = g
  /// max|R| / (1 - g). So M^^-1 times numbers up to 1 is within n e + |R| (error + gamma), gamma
  /// covering the roundings of n products; and likewise a row at the point. g is computed from R M,
  /// plus its rounding n gamma (1 + |R|) and the error n |R| of M.
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
