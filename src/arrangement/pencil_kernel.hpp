#pragma once

// This header is compiled for several instruction sets and must not bring inline functions along
// that the linker could merge: no Eigen, no containers.
#include <cstddef>
#include <cstdint>

namespace thalweg {

/// The loops that the vertex-pencil engine spends its time in, for one instruction set. Columns are
/// padded: reading up to kLanes entries beyond the last row must be allowed.
struct PencilKernels {
  using Index = std::ptrdiff_t;
  using Word = std::uint64_t;
  static constexpr Index kLanes = 8;

  /// x_k = sum_s D_ks y_s + beta_k c + alpha_k h on a pencil {y_s = 0, s in S}. Rows of S and rows
  /// that vanish on the pencil have beta 0 and alpha +1e300.
  struct Pencil {
    Index rows = 0;
    const double* entries = nullptr;  ///< columns of `stride`
    Index stride = 0;
    const double* errors = nullptr;  ///< by column: distance of the entries from the exact ones
    Index beta = 0;                  ///< column
    Index alpha = 0;                 ///< column
    Index basis_size = 0;
    const Index* basis_columns = nullptr;  ///< D_.s
    const Index* basis_rows = nullptr;     ///< s, ascending
    double error = 0;                      ///< the larger of beta's and alpha's
    double largest = 0;                    ///< at least every |beta_k|, |alpha_k| (exact ones too)
    Word* scratch = nullptr;               ///< (2 kLanes x words)
  };

  /// Patterns of the lowest-vertex cells of the vertices x_j = 0 for j = first, ..., rows - 1:
  /// bit k is 1 where row k is negative. `patterns` has room for the count plus kLanes patterns of
  /// `words` words; `settled` gets one byte for each kLanes vertices, bit l when every sign of that
  /// vertex's pattern is certain. Returns whether all are.
  bool (*vertex_patterns)(const Pencil& pencil, Index first, Index words, Word* patterns,
                          std::uint8_t* settled);

  struct PivotColumn {
    Index column = 0;
    Index first_row = 0;  ///< multiple of kLanes; earlier rows are not computed
    double factor = 0;    ///< D_sc, the entry of the pivot row
  };
  struct PivotSize {
    double quotient = 0;  ///< the largest |q_k|
    double entry = 0;     ///< the largest |target| entry
  };
  /// q = source column / pivot into the target's (all rows), target = source - factor q for the
  /// others. Columns of `stride`; `rows` is a multiple of kLanes.
  PivotSize (*pivot)(const double* source, double* target, Index stride, Index pivot_column,
                     double pivot, const PivotColumn* columns, Index count, Index rows);

  /// target = base + sum_i factors[i] columns[i], without base where it is null. Returns the
  /// largest |target| entry. `rows` is a multiple of kLanes.
  double (*combine)(const double* const* columns, const double* factors, Index count,
                    const double* base, double* target, Index rows);

  /// value_k = beta_k t + alpha_k: bit k of `negative` where value_k < 0, of `small` where
  /// |value_k|
  /// <= tolerance; bits beyond rows are 0.
  void (*point_signs)(const double* beta, const double* alpha, Index rows, double t,
                      double tolerance, Word* negative, Word* small);
};

/// Instruction sets, in ascending order.
enum class InstructionSet { kPortable, kAvx2, kAvx512 };

/// Whether this processor (and this build) can run them.
[[nodiscard]] bool available(InstructionSet set);
/// Precondition: available(set).
[[nodiscard]] const PencilKernels& pencil_kernels(InstructionSet set);
/// The best available.
[[nodiscard]] const PencilKernels& pencil_kernels();

}  // namespace thalweg
