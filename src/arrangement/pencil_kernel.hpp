#pragma once

// This header is compiled for several instruction sets and must not bring inline functions along
// that the linker could merge: no Eigen, no containers.
#include <cstddef>
#include <cstdint>

#include "thalweg/arrangement/instruction_set.hpp"

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

  /// The pencil of S and one more row s, seen from the dictionary of S: x_k = sum_q D_kq y_q + F_k
  /// w
  /// + beta_k c + alpha_k h with one column F left. For short pencils this saves the pivot.
  struct Sibling {
    Index rows = 0;                   ///< at most 64
    const double* entries = nullptr;  ///< columns of `stride`
    Index stride = 0;
    const double* errors = nullptr;     ///< by column: distance of the entries from the exact ones
    Index free = 0;                     ///< column F
    Index beta = 0;                     ///< column
    Index alpha = 0;                    ///< column
    const double* far_alpha = nullptr;  ///< alpha with +1e300 at the rows of S and at s
    Index basis_size = 0;
    const Index* basis_columns = nullptr;
    const Index* basis_rows = nullptr;
    Index row = 0;       ///< s
    double error = 0;    ///< the largest of F's, beta's and alpha's
    double largest = 0;  ///< at least every |F_k|, |beta_k|, |alpha_k| (exact ones too)
  };
  /// As vertex_patterns, for the vertices j = row + 1, ..., rows - 1, patterns of one word.
  bool (*sibling_patterns)(const Sibling& sibling, Word* patterns, std::uint8_t* settled);

  /// A pivot on one row and column of a dictionary.
  struct Pivot {
    const double* source = nullptr;
    double* target = nullptr;
    Index stride = 0;   ///< of both
    Index rows = 0;     ///< a multiple of kLanes
    Index columns = 0;  ///< at most 64
    Index row = 0;
    Index column = 0;
    Word late_columns = 0;     ///< bit c: only rows from first_late_row on are computed
    Index first_late_row = 0;  ///< a multiple of kLanes
    const double* source_errors = nullptr;  ///< by column: distance from the exact entries
    double* target_errors = nullptr;
  };
  struct PivotSize {
    double entry = 0;  ///< the largest |entry| that was computed
    double error = 0;  ///< the largest of the target's errors
  };
  /// q = source column / pivot, target = source - factor q with the pivot row's factors.
  ///
  /// *Error.* Let the source's entries be within E_c. The quotient q_k = D_kf / p is off by at most
  /// e = (E_f + |q_k| E_f) / (|p| - E_f) + 2 u |q_k|, hence D_kc - D_sc q_k by E_c + |D_sc| e + E_c
  /// (|q_k| + e) and the rounding of product and difference. Precondition: |p| > E_f.
  PivotSize (*pivot)(const Pivot& step);

  /// target = base + sum_i factors[i] columns[i], without base where it is null. Returns the
  /// largest |target| entry. `rows` is a multiple of kLanes.
  double (*combine)(const double* const* columns, const double* factors, Index count,
                    const double* base, double* target, Index rows);

  /// Bit k of `rows_found` where |beta_k| <= error and |alpha_k| <= error; bits beyond rows are 0.
  /// Returns whether there are any.
  bool (*vanishing_rows)(const double* beta, const double* alpha, Index rows, double error,
                         Word* rows_found);

  /// value_k = beta_k t + alpha_k: bit k of `negative` where value_k < 0, of `small` where
  /// |value_k|
  /// <= tolerance; bits beyond rows are 0.
  void (*point_signs)(const double* beta, const double* alpha, Index rows, double t,
                      double tolerance, Word* negative, Word* small);
};

/// Precondition: available(set).
[[nodiscard]] const PencilKernels& pencil_kernels(InstructionSet set);
/// The best available.
[[nodiscard]] const PencilKernels& pencil_kernels();

}  // namespace thalweg
