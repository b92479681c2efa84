#include "thalweg/convex/block_maps.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "convex/blas.hpp"
#include "thalweg/convex/single_precision_maps.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg {
namespace {

constexpr Index kPanel = 64;  ///< columns of a masked panel: it stays in the second-level cache

/// out_i = mask_i ? in_i : 0.
THALWEG_MULTIVERSION void masked_copy(const std::uint8_t* mask, const double* in, double* out,
                                      Index n) {
  for (Index i = 0; i < n; ++i) out[i] = mask[i] != 0 ? in[i] : 0.0;
}

THALWEG_MULTIVERSION void scaled_mask(const std::uint8_t* mask, double scale, double* out,
                                      Index n) {
  for (Index i = 0; i < n; ++i) out[i] = mask[i] != 0 ? scale : 0.0;
}

THALWEG_MULTIVERSION void multiply_into(const double* a, double* b, Index n) {
  for (Index i = 0; i < n; ++i) b[i] *= a[i];
}

}  // namespace

Vector BlockMaps::fit(std::span<const Index> list, const Matrix& W) const {
  Vector sum = Vector::Zero(samples());
  Matrix panel(samples(), std::min<Index>(kPanel, static_cast<Index>(list.size())));
  for (std::size_t first = 0; first < list.size(); first += static_cast<std::size_t>(kPanel)) {
    const auto part = list.subspan(first, std::min<std::size_t>(kPanel, list.size() - first));
    const auto columns = static_cast<Index>(part.size());
    images(part, W.middleCols(static_cast<Index>(first), columns), panel.leftCols(columns));
    sum += panel.leftCols(columns).rowwise().sum();
  }
  return sum;
}

PatternMasks pattern_masks(const Matrix& patterns) {
  return (patterns.array() > 0).cast<std::uint8_t>().matrix().transpose();
}

PatternMasks gate_masks(const Matrix& X, const Matrix& gates) {
  if (gates.cols() != X.cols()) {
    throw InvalidArgument("gates has " + std::to_string(gates.cols()) + " columns but X has " +
                          std::to_string(X.cols()));
  }
  PatternMasks masks(X.rows(), gates.rows());
  Matrix heights(X.rows(), std::min(kPanel, gates.rows()));
  for (Index first = 0; first < gates.rows(); first += kPanel) {
    const Index count = std::min(kPanel, gates.rows() - first);
    detail::multiply(X, detail::Transpose::kNo, gates.middleRows(first, count),
                     detail::Transpose::kYes, heights.leftCols(count));
    masks.middleCols(first, count) =
        (heights.leftCols(count).array() > 0).cast<std::uint8_t>().matrix();
  }
  return masks;
}

MaskedMaps::MaskedMaps(const Matrix& X, const Matrix& patterns)
    : MaskedMaps(X, pattern_masks(patterns)) {}

MaskedMaps::MaskedMaps(const Matrix& X, PatternMasks masks) : X_(X), masks_(std::move(masks)) {
  if (masks_.rows() != X.rows()) {
    throw InvalidArgument("patterns has " + std::to_string(masks_.rows()) + " columns but X has " +
                          std::to_string(X.rows()) + " rows");
  }
}

void MaskedMaps::images(std::span<const Index> list, const Matrix& W,
                        Eigen::Ref<Matrix> images) const {
  detail::multiply(X_, detail::Transpose::kNo, W, detail::Transpose::kNo, images);
  for (std::size_t k = 0; k < list.size(); ++k) {
    double* column = images.col(static_cast<Index>(k)).data();
    masked_copy(masks_.col(list[k]).data(), column, column, X_.rows());
  }
}

void MaskedMaps::adjoint(std::span<const Index> list, const Vector& theta,
                         Eigen::Ref<Matrix> result) const {
  Matrix panel(X_.rows(), std::min<Index>(kPanel, static_cast<Index>(list.size())));
  for (std::size_t first = 0; first < list.size(); first += static_cast<std::size_t>(kPanel)) {
    const auto columns = static_cast<Index>(std::min<std::size_t>(kPanel, list.size() - first));
    for (Index k = 0; k < columns; ++k) {
      masked_copy(masks_.col(list[first + static_cast<std::size_t>(k)]).data(), theta.data(),
                  panel.col(k).data(), X_.rows());
    }
    detail::multiply(X_, detail::Transpose::kYes, panel.leftCols(columns), detail::Transpose::kNo,
                     result.middleCols(static_cast<Index>(first), columns));
  }
}

void MaskedMaps::outer_gram(std::span<const Index> list, const Vector& scale, Matrix& gram) const {
  const Index n = X_.rows();
  Matrix pattern(n, static_cast<Index>(list.size()));
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto column = static_cast<Index>(k);
    scaled_mask(masks_.col(list[k]).data(), std::sqrt(scale[column]), pattern.col(column).data(),
                n);
  }
  std::call_once(products_made_, [&] {
    products_ = Matrix::Zero(n, n);
    detail::rank_update(X_, detail::Transpose::kNo, 0, products_);
  });
  gram.resize(n, n);
  detail::rank_update(pattern, detail::Transpose::kNo, 0, gram);
  for (Index j = 0; j < n; ++j) multiply_into(&products_(j, j), &gram(j, j), n - j);
}

Matrix MaskedMaps::inner_gram(Index block, const Vector& h) const {
  const auto mask = masks_.col(block);
  const Index active = mask.cast<Index>().sum();
  Matrix kept(active, X_.cols());
  Index row = 0;
  for (Index i = 0; i < X_.rows(); ++i) {
    if (mask[i] != 0) kept.row(row++) = std::sqrt(h[i]) * X_.row(i);
  }
  Matrix gram = Matrix::Zero(X_.cols(), X_.cols());
  detail::rank_update(kept, detail::Transpose::kYes, 0, gram);
  return gram.selfadjointView<Eigen::Lower>();
}

void MaskedMaps::rows(std::span<const Index> list, Index first, Eigen::Ref<Matrix> rows) const {
  const Index count = rows.rows();
  for (std::size_t k = 0; k < list.size(); ++k) {
    const std::uint8_t* mask = masks_.col(list[k]).data() + first;
    for (Index c = 0; c < X_.cols(); ++c) {
      masked_copy(mask, &X_(first, c), rows.col(static_cast<Index>(k) * X_.cols() + c).data(),
                  count);
    }
  }
}

Vector MaskedMaps::squares() const {
  std::call_once(squares_made_, [&] {
    const Vector rows = X_.rowwise().squaredNorm();
    squares_.resize(blocks());
    for (Index k = 0; k < blocks(); ++k) squares_[k] = masks_.col(k).cast<double>().dot(rows);
  });
  return squares_;
}

std::unique_ptr<BlockMaps> MaskedMaps::single_precision() const {
  return std::make_unique<SinglePrecisionMaps>(X_, masks_);
}

DenseMaps::DenseMaps(std::vector<Matrix> maps) : maps_(std::move(maps)) {
  if (maps_.empty()) throw InvalidArgument("maps: expected at least one matrix, got none");
  for (const Matrix& map : maps_) {
    if (map.rows() == samples() && map.cols() == width()) continue;
    throw InvalidArgument("maps: expected matrices of one shape, " + std::to_string(samples()) +
                          " x " + std::to_string(width()) + ", got " + std::to_string(map.rows()) +
                          " x " + std::to_string(map.cols()));
  }
}

void DenseMaps::images(std::span<const Index> list, const Matrix& W,
                       Eigen::Ref<Matrix> images) const {
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto column = static_cast<Index>(k);
    images.col(column).noalias() = maps_[static_cast<std::size_t>(list[k])] * W.col(column);
  }
}

void DenseMaps::adjoint(std::span<const Index> list, const Vector& theta,
                        Eigen::Ref<Matrix> result) const {
  for (std::size_t k = 0; k < list.size(); ++k) {
    result.col(static_cast<Index>(k)).noalias() =
        maps_[static_cast<std::size_t>(list[k])].transpose() * theta;
  }
}

void DenseMaps::outer_gram(std::span<const Index> list, const Vector& scale, Matrix& gram) const {
  gram = Matrix::Zero(samples(), samples());
  const auto part = static_cast<std::size_t>(std::max<Index>(1, kPanel / width()));
  Matrix panel(samples(), static_cast<Index>(std::min(part, list.size())) * width());
  for (std::size_t first = 0; first < list.size(); first += part) {
    const std::size_t count = std::min(part, list.size() - first);
    for (std::size_t k = 0; k < count; ++k) {
      panel.middleCols(static_cast<Index>(k) * width(), width()) =
          std::sqrt(scale[static_cast<Index>(first + k)]) *
          maps_[static_cast<std::size_t>(list[first + k])];
    }
    detail::rank_update(panel.leftCols(static_cast<Index>(count) * width()), detail::Transpose::kNo,
                        1, gram);
  }
}

Matrix DenseMaps::inner_gram(Index block, const Vector& h) const {
  const Matrix& map = maps_[static_cast<std::size_t>(block)];
  return map.transpose() * h.asDiagonal() * map;
}

void DenseMaps::rows(std::span<const Index> list, Index first, Eigen::Ref<Matrix> rows) const {
  for (std::size_t k = 0; k < list.size(); ++k) {
    rows.middleCols(static_cast<Index>(k) * width(), width()) =
        maps_[static_cast<std::size_t>(list[k])].middleRows(first, rows.rows());
  }
}

Vector DenseMaps::squares() const {
  Vector result(blocks());
  for (Index k = 0; k < blocks(); ++k) result[k] = maps_[static_cast<std::size_t>(k)].squaredNorm();
  return result;
}

}  // namespace thalweg
