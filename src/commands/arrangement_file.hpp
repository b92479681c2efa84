#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/io/npz_stream.hpp"
#include "thalweg/io/sha256.hpp"

namespace thalweg::commands {

/// SHA-256 of something that a file of patterns is about.
using PatternDigest = std::array<std::uint8_t, 32>;

/// Of samples X (n x d), the column of ones included: n and d as 64-bit integers, then the entries
/// row by row as doubles, little-endian, 0 for -0.
[[nodiscard]] PatternDigest digest_of_samples(const Matrix& X);

/// How patterns are stored.
struct CellFileForm {
  bool packed = false;   ///< `bits` (p x ceil(n/8), uint8) instead of `signs` (p x n, int8)
  bool witness = false;  ///< and `witness` (p x d)
};

/// What the rows of a file prove to be.
enum class CellRows {
  kSome,          ///< patterns, no more
  kAllAskedFor,   ///< provably all that meet the constraints, or one of each pair of opposites
  kAllOfSamples,  ///< provably all patterns of the samples, both signs
};

/// Whether a cell itself is meant or the one opposite to it.
enum class CellSide { kItself, kOpposite };

/// An `.npz` of patterns that grows row by row: `signs` or `bits`, optionally `witness`, and the
/// numbers `complete`, `all_patterns` and `samples`, and two arrays of 32 bytes that tie the file
/// to what it says: `data_sha256` (digest_of_samples) and `patterns_sha256` (of the bytes of
/// `signs` or `bits`). Memory is one block.
class CellFile {
 public:
  /// X (n x d) are the samples of the arrangement. Failure (exit 3) when the file cannot be
  /// written.
  CellFile(const std::string& path, const Matrix& X, const HyperplaneArrangement& arrangement,
           const CellFileForm& form);

  /// One row. `witness` is (d), used with form.witness only. Errors: kUnwritable.
  [[nodiscard]] Expected<void> add(const PatternWord* pattern, const double* witness,
                                   CellSide side);
  /// Completes the file and gives it its name. Errors: kUnwritable.
  [[nodiscard]] Expected<void> finish(CellRows rows);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  /// Bytes of a row on disk.
  [[nodiscard]] static std::uint64_t row_bytes(const HyperplaneArrangement& arrangement,
                                               const CellFileForm& form);

 private:
  [[nodiscard]] Expected<void> flush();

  [[nodiscard]] Expected<void> add_digest(const std::string& name, const PatternDigest& digest);

  io::NpzStream stream_;
  PatternDigest data_digest_;
  io::Sha256 patterns_digest_;
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

}  // namespace thalweg::commands
