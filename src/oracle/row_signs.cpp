#include "oracle/row_signs.hpp"

#include <gmpxx.h>

#include <cmath>

namespace thalweg::oracle {
namespace {

constexpr double kUnit = 0x1p-53;

RowBlock row_block(const Matrix& rows, const Matrix& magnitudes, double depth) {
  RowBlock block;
  block.width = rows.cols();
  block.depth = depth;
  for (Index g = 0; g < rows.rows(); ++g) {
    for (Index k = 0; k < rows.cols(); ++k) {
      block.entries.push_back(rows(g, k));
      block.magnitudes.push_back(magnitudes(g, k));
    }
  }
  return block;
}

RowProduct product(const RowBlock& block, Index group, const double* z) {
  const double* row = block.row(group);
  const double* magnitudes = block.magnitude(group);
  RowProduct result{0, 0, 0};
  for (Index k = 0; k < block.width; ++k) {
    result.value += row[k] * z[k];
    result.magnitude += magnitudes[k] * std::fabs(z[k]);
  }
  result.error = (block.depth + static_cast<double>(block.width) + 4) * kUnit * result.magnitude;
  return result;
}

}  // namespace

RowSigns::RowSigns(const Matrix& X, const RowGeometry& geometry)
    : X_(X), geometry_(geometry), inverse_norms_(geometry.groups()) {
  const bool reduced = !geometry.basis().empty();
  tree_ = row_block(geometry.rows(), geometry.row_magnitudes(),
                    reduced ? static_cast<double>(geometry.dimension()) + 4 : 0.0);
  Matrix first(geometry.groups(), geometry.dimension());
  for (Index g = 0; g < groups(); ++g) {
    first.row(g) = X.row(geometry.first_rows()[static_cast<std::size_t>(g)]);
    inverse_norms_[g] = 1 / first.row(g).stableNorm();
  }
  direction_ = row_block(first, first.cwiseAbs(), 0.0);
  error_shares_.resize(groups());
  const std::vector<double> ones(static_cast<std::size_t>(tree_.width), 1.0);
  for (Index g = 0; g < groups(); ++g) error_shares_[g] = product(tree_, g, ones.data()).error;
}

RowProduct RowSigns::at_point(Index group, const double* z) const {
  return product(tree_, group, z);
}

RowProduct RowSigns::at_direction(Index group, const Vector& u) const {
  return product(direction_, group, u.data());
}

int RowSigns::sign_at_direction(Index group, const Vector& u) const {
  const RowProduct result = at_direction(group, u);
  if (std::fabs(result.value) > result.error + kUnderflow) return result.value > 0 ? 1 : -1;
  return exact_sign(group, u);
}

int RowSigns::exact_sign(Index group, const Vector& u) const {
  const double* row = direction_.row(group);
  mpq_class sum;
  for (Index k = 0; k < direction_.width; ++k) sum += mpq_class(row[k]) * mpq_class(u[k]);
  return sgn(sum);
}

int RowSigns::exact_sign_at_point(Index group, const double* z) const {
  const double* row = direction_.row(group);
  const std::vector<Index>& basis = geometry_.basis();
  mpq_class sum;
  for (Index i = 0; i < direction_.width; ++i) {
    if (basis.empty()) {
      sum += mpq_class(row[i]) * mpq_class(z[i]);
      continue;
    }
    mpq_class entry;  // of B^T z
    for (std::size_t k = 0; k < basis.size(); ++k) {
      entry += mpq_class(X_(basis[k], i)) * mpq_class(z[k]);
    }
    sum += mpq_class(row[i]) * entry;
  }
  return sgn(sum);
}

}  // namespace thalweg::oracle
