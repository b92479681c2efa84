#include "thalweg/convex/single_precision_maps.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "convex/blas.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg {
namespace {

using detail::Transpose;
using MatrixXf = Eigen::MatrixXf;

constexpr Index kSamples = 1024;  ///< of a chunk
constexpr Index kColumns = 512;   ///< of a panel

// Masks are 0 or 1: products, not branches, are what the compiler turns into vector instructions.

/// sum_i += panel_i where the mask is on.
THALWEG_MULTIVERSION void add_masked(const std::uint8_t* mask, const float* panel, double* sum,
                                     Index n) {
  for (Index i = 0; i < n; ++i)
    sum[i] += static_cast<double>(panel[i] * static_cast<float>(mask[i]));
}

THALWEG_MULTIVERSION void masked_single(const std::uint8_t* mask, const double* in, float* out,
                                        Index n) {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<float>(in[i]) * static_cast<float>(mask[i]);
}

}  // namespace

SinglePrecisionMaps::SinglePrecisionMaps(const Matrix& X, PatternMasks masks)
    : X_(X.cast<float>()), masks_(std::move(masks)) {
  if (masks_.rows() != X.rows()) {
    throw InvalidArgument("patterns has " + std::to_string(masks_.rows()) + " columns but X has " +
                          std::to_string(X.rows()) + " rows");
  }
}

Vector SinglePrecisionMaps::fit(std::span<const Index> list, const Matrix& W) const {
  Vector sum = Vector::Zero(samples());
  const MatrixXf single = W.cast<float>();
  const auto count = static_cast<Index>(list.size());
  MatrixXf panel(std::min(kSamples, samples()), std::min(kColumns, count));
  for (Index first = 0; first < samples(); first += kSamples) {
    const Index rows = std::min(kSamples, samples() - first);
    for (Index column = 0; column < count; column += kColumns) {
      const Index columns = std::min(kColumns, count - column);
      detail::multiply(X_.middleRows(first, rows), Transpose::kNo,
                       single.middleCols(column, columns), 0, panel.topLeftCorner(rows, columns));
      for (Index k = 0; k < columns; ++k) {
        add_masked(&masks_(first, list[static_cast<std::size_t>(column + k)]), &panel(0, k),
                   &sum[first], rows);
      }
    }
  }
  return sum;
}

void SinglePrecisionMaps::adjoint(std::span<const Index> list, const Vector& theta,
                                  Eigen::Ref<Matrix> result) const {
  const auto count = static_cast<Index>(list.size());
  result.setZero();
  MatrixXf panel(std::min(kSamples, samples()), std::min(kColumns, count));
  MatrixXf part(width(), std::min(kColumns, count));
  for (Index first = 0; first < samples(); first += kSamples) {
    const Index rows = std::min(kSamples, samples() - first);
    for (Index column = 0; column < count; column += kColumns) {
      const Index columns = std::min(kColumns, count - column);
      for (Index k = 0; k < columns; ++k) {
        masked_single(&masks_(first, list[static_cast<std::size_t>(column + k)]), &theta[first],
                      &panel(0, k), rows);
      }
      detail::multiply(X_.middleRows(first, rows), Transpose::kYes,
                       panel.topLeftCorner(rows, columns), 0, part.leftCols(columns));
      result.middleCols(column, columns) += part.leftCols(columns).cast<double>();
    }
  }
}

void SinglePrecisionMaps::images(std::span<const Index> list, const Matrix& W,
                                 Eigen::Ref<Matrix> images) const {
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto column = static_cast<Index>(k);
    images.col(column) = fit(list.subspan(k, 1), W.col(column));
  }
}

void SinglePrecisionMaps::outer_gram(std::span<const Index> list, const Vector& scale,
                                     Matrix& gram) const {
  MaskedMaps(X_.cast<double>(), masks_).outer_gram(list, scale, gram);
}

Matrix SinglePrecisionMaps::inner_gram(Index block, const Vector& h) const {
  Matrix gram = Matrix::Zero(width(), width());
  const Index one[] = {block};
  Matrix chunk(std::min(kSamples, samples()), width());
  for (Index first = 0; first < samples(); first += kSamples) {
    const Index count = std::min(kSamples, samples() - first);
    rows(one, first, chunk.topRows(count));
    chunk.topRows(count).array().colwise() *= h.segment(first, count).cwiseSqrt().array();
    detail::rank_update(chunk.topRows(count), Transpose::kYes, 1, gram);
  }
  return gram.selfadjointView<Eigen::Lower>();
}

void SinglePrecisionMaps::rows(std::span<const Index> list, Index first,
                               Eigen::Ref<Matrix> rows) const {
  const Index count = rows.rows();
  for (std::size_t k = 0; k < list.size(); ++k) {
    for (Index c = 0; c < width(); ++c) {
      const auto mask = masks_.col(list[k]).segment(first, count).cast<double>();
      rows.col(static_cast<Index>(k) * width() + c) =
          mask.cwiseProduct(X_.col(c).segment(first, count).cast<double>());
    }
  }
}

Vector SinglePrecisionMaps::squares() const {
  Vector norms = Vector::Zero(samples());
  for (Index c = 0; c < width(); ++c) norms += X_.col(c).cast<double>().cwiseAbs2();
  Vector result(blocks());
  for (Index k = 0; k < blocks(); ++k) result[k] = masks_.col(k).cast<double>().dot(norms);
  return result;
}

}  // namespace thalweg
