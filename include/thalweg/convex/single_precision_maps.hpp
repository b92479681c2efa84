#pragma once

#include "thalweg/convex/block_maps.hpp"

namespace thalweg {

/// D_i X like MaskedMaps for large data: X is kept in single precision (4 n d bytes), products run
/// over chunks of samples in single precision and their sums are kept in double.
///
/// A product carries a relative error of about 1e-6 of the norms involved: right for gaps of 1e-4
/// and more. A bound that is to hold to more digits is evaluated once with MaskedMaps.
class SinglePrecisionMaps final : public BlockMaps {
 public:
  /// X (n x d), masks (n x P). Throws InvalidArgument when their rows differ.
  SinglePrecisionMaps(const Matrix& X, PatternMasks masks);

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
  [[nodiscard]] Vector fit(std::span<const Index> list, const Matrix& W) const override;

 private:
  Eigen::MatrixXf X_;
  PatternMasks masks_;
};

}  // namespace thalweg
