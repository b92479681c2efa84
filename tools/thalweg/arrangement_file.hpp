#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/io/npz_stream.hpp"

namespace thalweg::cli {

/// How patterns are stored.
struct CellFileForm {
  bool packed = false;   ///< `bits` (p x ceil(n/8), uint8) instead of `signs` (p x n, int8)
  bool witness = false;  ///< and `witness` (p x d)
};

/// Whether a cell itself is meant or the one opposite to it.
enum class CellSide { kItself, kOpposite };

/// An `.npz` of patterns that grows row by row: `signs` or `bits`, optionally `witness`, and the
/// numbers `complete` and `samples`. Memory is one block.
class CellFile {
 public:
  /// Failure (exit 3) when the file cannot be written.
  CellFile(const std::string& path, const HyperplaneArrangement& arrangement,
           const CellFileForm& form);

  /// One row. `witness` is (d), used with form.witness only. Errors: kUnwritable.
  [[nodiscard]] Expected<void> add(const PatternWord* pattern, const double* witness,
                                   CellSide side);
  /// Completes the file and gives it its name. Errors: kUnwritable.
  [[nodiscard]] Expected<void> finish(bool complete);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  /// Bytes of a row on disk.
  [[nodiscard]] static std::uint64_t row_bytes(const HyperplaneArrangement& arrangement,
                                               const CellFileForm& form);

 private:
  [[nodiscard]] Expected<void> flush();

  io::NpzStream stream_;
  CellFileForm form_;
  Index samples_;
  Index dimension_;
  std::size_t patterns_array_ = 0;
  std::size_t witness_array_ = 0;
  std::vector<PatternWord> nonzero_;  ///< bits of the samples that have a sign
  std::vector<std::uint8_t> block_;   ///< rows of bits, or of signs as their bytes
  std::vector<double> witness_block_;
  std::uint64_t rows_ = 0;
};

}  // namespace thalweg::cli
