#include "thalweg/arrangement/hyperplane_arrangement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg {
namespace {

/// v 2^exponent where that is exact, else NaN.
double scaled_exactly(double value, int exponent) {
  const double result = std::ldexp(value, exponent);
  return std::ldexp(result, -exponent) == value ? result : std::numeric_limits<double>::quiet_NaN();
}

/// The exponent e with 2^e <= the largest |entry| < 2^(e+1); 0 for a zero vector.
template <class Derived>
int leading_exponent(const Eigen::MatrixBase<Derived>& entries) {
  const double largest = entries.size() == 0 ? 0 : entries.cwiseAbs().maxCoeff();
  return largest == 0 ? 0 : std::ilogb(largest);
}

/// Largest entries near 1 make the filters of floating point sharp. When the exponents of a row
/// spread too far for an exact scaling, the row stays as it is.
void scale_rows(Matrix& rows) {
  for (Index i = 0; i < rows.rows(); ++i) {
    const int exponent = -leading_exponent(rows.row(i));
    Vector scaled = rows.row(i).unaryExpr([&](double v) { return scaled_exactly(v, exponent); });
    if (!scaled.hasNaN()) rows.row(i) = scaled;
  }
}

/// The exponents t_c by which columns were scaled down; all 0 when that would not be exact.
std::vector<int> scale_columns(Matrix& rows) {
  std::vector<int> exponents(static_cast<std::size_t>(rows.cols()), 0);
  for (Index c = 0; c < rows.cols(); ++c) {
    const int exponent = leading_exponent(rows.col(c));
    Vector scaled = rows.col(c).unaryExpr([&](double v) { return scaled_exactly(v, -exponent); });
    if (scaled.hasNaN()) continue;
    rows.col(c) = scaled;
    exponents[static_cast<std::size_t>(c)] = exponent;
  }
  return exponents;
}

/// The smallest power of two (at least 2^-1000) that makes every entry an integer.
double integer_scale(const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  int lowest = 2000;
  for (const double value : row) {
    if (value == 0) continue;
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    auto significand = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    exponent -= 53;
    while (significand % 2 == 0) {
      significand /= 2;
      ++exponent;
    }
    lowest = std::min(lowest, exponent);
  }
  if (lowest == 2000) return 1;
  return lowest < -1000 ? std::numeric_limits<double>::infinity() : std::ldexp(1.0, -lowest);
}

}  // namespace

HyperplaneArrangement::HyperplaneArrangement(const Matrix& X) : dimension_(X.cols()) {
  if (!X.allFinite()) throw InvalidArgument("X must be finite, but it has NaN or infinite entries");
  const RowGroups groups = group_parallel_rows(X);
  first_rows_ = groups.first_rows;
  hyperplane_of_sample_ = groups.group_of_row;
  for (Index i = 0; i < X.rows(); ++i) orientation_.push_back(sign_of(groups.multiples[i]));
  zero_rows_ = std::count(hyperplane_of_sample_.begin(), hyperplane_of_sample_.end(), Index{-1});

  rows_.resize(static_cast<Index>(first_rows_.size()), X.cols());
  for (Index i = 0; i < rows_.rows(); ++i) {
    rows_.row(i) = X.row(first_rows_[static_cast<std::size_t>(i)]);
  }
  const RowBasis basis = row_basis(rows_.transpose());
  columns_ = basis.rows;
  rank_proved_ = basis.proved;
  normals_.resize(rows_.rows(), basis.rank());
  for (Index c = 0; c < basis.rank(); ++c) {
    normals_.col(c) = rows_.col(columns_[static_cast<std::size_t>(c)]);
  }
  column_exponents_ = scale_columns(normals_);
  scale_rows(normals_);
  integer_scales_.resize(normals_.rows());
  for (Index i = 0; i < normals_.rows(); ++i) integer_scales_[i] = integer_scale(normals_.row(i));
}

/// Columns of extreme scale would push coordinates out of the normal numbers, where the power of
/// two is no longer exact; a common factor brings them back if all of them fit.
Vector HyperplaneArrangement::to_direction(const Vector& z) const {
  int highest = std::numeric_limits<int>::min();
  int lowest = std::numeric_limits<int>::max();
  for (Index c = 0; c < rank(); ++c) {
    if (z[c] == 0 || !std::isfinite(z[c])) continue;
    const int exponent = std::ilogb(z[c]) - column_exponents_[static_cast<std::size_t>(c)];
    highest = std::max(highest, exponent);
    lowest = std::min(lowest, exponent);
  }
  constexpr int kMost = std::numeric_limits<double>::max_exponent - 1;
  constexpr int kLeast = std::numeric_limits<double>::min_exponent - 1;
  const int shift = highest > kMost   ? kMost - highest
                    : lowest < kLeast ? std::min(kLeast - lowest, kMost - highest)
                                      : 0;
  Vector u = Vector::Zero(dimension_);
  for (Index c = 0; c < rank(); ++c) {
    const auto k = static_cast<std::size_t>(c);
    u[columns_[k]] = std::ldexp(z[c], shift - column_exponents_[k]);
  }
  return u;
}

}  // namespace thalweg
