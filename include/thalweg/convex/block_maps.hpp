#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Activation patterns as columns of zeros and ones, (n x P): a byte a sample and block.
using PatternMasks = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic>;

/// The masks of patterns (P x n), entries > 0 mean active.
[[nodiscard]] PatternMasks pattern_masks(const Matrix& patterns);
/// The masks of gates (P x d), active where x_i^T g > 0, in floating point; X (n x d). O(n P d).
[[nodiscard]] PatternMasks gate_masks(const Matrix& X, const Matrix& gates);

/// The linear maps A_1, ..., A_P (each n x p) of a program with blocks w_i in R^p: applied, never
/// formed where that can be avoided.
///
/// A list of blocks is a span of distinct indices below blocks(); columns of the matrices below
/// belong to its entries in order. Implementations are immutable and may be used from several
/// threads.
class BlockMaps {
 public:
  virtual ~BlockMaps() = default;
  [[nodiscard]] virtual Index samples() const = 0;  ///< n
  [[nodiscard]] virtual Index blocks() const = 0;   ///< P
  [[nodiscard]] virtual Index width() const = 0;    ///< p, the same for all blocks

  /// The columns A_i w_i: W (p x |list|), images (n x |list|, written).
  virtual void images(std::span<const Index> list, const Matrix& W,
                      Eigen::Ref<Matrix> images) const = 0;
  /// The columns A_i^T theta: theta (n), result (p x |list|, written).
  virtual void adjoint(std::span<const Index> list, const Vector& theta,
                       Eigen::Ref<Matrix> result) const = 0;
  /// The lower triangle of sum_k scale_k A_i A_i^T: scale (|list|) >= 0, gram (n x n, written).
  virtual void outer_gram(std::span<const Index> list, const Vector& scale, Matrix& gram) const = 0;
  /// A_i^T diag(h) A_i, (p x p): h (n) >= 0.
  [[nodiscard]] virtual Matrix inner_gram(Index block, const Vector& h) const = 0;
  /// Rows first, ..., first + rows.rows() - 1 of [A_i for i in list], (rows x p |list|), written.
  virtual void rows(std::span<const Index> list, Index first, Eigen::Ref<Matrix> rows) const = 0;
  /// |A_i|_F^2 for all blocks, (P).
  [[nodiscard]] virtual Vector squares() const = 0;

  /// sum_k A_i w_i, (n), in panels of bounded size.
  [[nodiscard]] virtual Vector fit(std::span<const Index> list, const Matrix& W) const;

  /// The same maps with products in single precision, where that is faster; else null.
  [[nodiscard]] virtual std::unique_ptr<BlockMaps> single_precision() const { return nullptr; }
};

/// A_i = D_i X with D_i a diagonal of zeros and ones: the maps of gated ReLU networks. Stores X
/// once and one byte for each entry of the patterns; products are masked panels of matrix products,
/// and sum a_i A_i A_i^T = (X X^T) o (D diag(a) D^T), o the elementwise product (so its cost does
/// not depend on d).
class MaskedMaps final : public BlockMaps {
 public:
  /// X (n x d); patterns (P x n), entries > 0 mean active. Throws InvalidArgument when the matrix
  /// has not n columns.
  MaskedMaps(const Matrix& X, const Matrix& patterns);
  /// The same from masks (n x P).
  MaskedMaps(const Matrix& X, PatternMasks masks);

  [[nodiscard]] Index samples() const override { return X_.rows(); }
  [[nodiscard]] Index blocks() const override { return masks_.cols(); }
  [[nodiscard]] Index width() const override { return X_.cols(); }
  void images(std::span<const Index> list, const Matrix& W,
              Eigen::Ref<Matrix> images) const override;
  void adjoint(std::span<const Index> list, const Vector& theta,
               Eigen::Ref<Matrix> result) const override;
  void outer_gram(std::span<const Index> list, const Vector& scale, Matrix& gram) const override;
  [[nodiscard]] Matrix inner_gram(Index block, const Vector& h) const override;
  void rows(std::span<const Index> list, Index first, Eigen::Ref<Matrix> rows) const override;
  [[nodiscard]] Vector squares() const override;
  [[nodiscard]] std::unique_ptr<BlockMaps> single_precision() const override;

 private:
  Matrix X_;
  PatternMasks masks_;
  mutable std::once_flag squares_made_;
  mutable Vector squares_;  ///< (P)
  mutable std::once_flag products_made_;
  mutable Matrix products_;  ///< lower triangle of X X^T, made when outer_gram first asks
};

/// Maps given as matrices: for small programs of any kind, and to check the others against.
class DenseMaps final : public BlockMaps {
 public:
  /// Matrices of one common shape n x p, at least one. Throws InvalidArgument otherwise.
  explicit DenseMaps(std::vector<Matrix> maps);

  [[nodiscard]] Index samples() const override { return maps_.front().rows(); }
  [[nodiscard]] Index blocks() const override { return static_cast<Index>(maps_.size()); }
  [[nodiscard]] Index width() const override { return maps_.front().cols(); }
  void images(std::span<const Index> list, const Matrix& W,
              Eigen::Ref<Matrix> images) const override;
  void adjoint(std::span<const Index> list, const Vector& theta,
               Eigen::Ref<Matrix> result) const override;
  void outer_gram(std::span<const Index> list, const Vector& scale, Matrix& gram) const override;
  [[nodiscard]] Matrix inner_gram(Index block, const Vector& h) const override;
  void rows(std::span<const Index> list, Index first, Eigen::Ref<Matrix> rows) const override;
  [[nodiscard]] Vector squares() const override;

 private:
  std::vector<Matrix> maps_;
};

}  // namespace thalweg
