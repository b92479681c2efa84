#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg::oracle {

/// A row-major block of rows, each with entrywise magnitudes that bound its rounding.
struct RowBlock {
  Index width = 0;
  std::vector<double> entries;
  std::vector<double> magnitudes;
  double depth = 0;  ///< roundings in an entry, counted against the magnitudes

  [[nodiscard]] const double* row(Index g) const { return entries.data() + g * width; }
  [[nodiscard]] const double* magnitude(Index g) const { return magnitudes.data() + g * width; }
};

/// A product row . z and a bound of its error.
struct RowProduct {
  double value;
  double magnitude;  ///< sum of the magnitudes of the terms
  double error;
};

/// Signs of the groups' first rows at directions and at points of the tree, exactly: by floating
/// point where its error bound allows, else by rational arithmetic.
class RowSigns {
 public:
  /// Both must outlive the object.
  RowSigns(const Matrix& X, const RowGeometry& geometry);

  [[nodiscard]] const RowGeometry& geometry() const { return geometry_; }
  [[nodiscard]] Index groups() const { return geometry_.groups(); }
  [[nodiscard]] Index coordinates() const { return tree_.width; }

  /// v_g . z, z (R) exact.
  [[nodiscard]] RowProduct at_point(Index group, const double* z) const;
  /// The sign of v_g . z: -1, 0 or 1.
  [[nodiscard]] int sign_at_point(Index group, const double* z) const {
    double largest = 0;
    for (Index k = 0; k < tree_.width; ++k) largest = std::max(largest, std::fabs(z[k]));
    return sign_at_point(group, z, largest);
  }
  /// The same for z with entries up to `largest`.
  [[nodiscard]] int sign_at_point(Index group, const double* z, double largest) const {
    const double* row = tree_.row(group);
    double value = 0;
    for (Index k = 0; k < tree_.width; ++k) value += row[k] * z[k];
    if (std::fabs(value) > error_shares_[group] * largest + kUnderflow) return value > 0 ? 1 : -1;
    return exact_sign_at_point(group, z);
  }
  /// x_first . u, u (d) exact.
  [[nodiscard]] RowProduct at_direction(Index group, const Vector& u) const;
  [[nodiscard]] int sign_at_direction(Index group, const Vector& u) const;
  /// 1 / |x_first|, rounded.
  [[nodiscard]] double inverse_norm(Index group) const { return inverse_norms_[group]; }

 private:
  /// Above what products that underflow may lose.
  static constexpr double kUnderflow = 1e-290;

  [[nodiscard]] int exact_sign(Index group, const Vector& u) const;
  [[nodiscard]] int exact_sign_at_point(Index group, const double* z) const;

  const Matrix& X_;
  const RowGeometry& geometry_;
  RowBlock tree_;       ///< v_g, (groups x R)
  RowBlock direction_;  ///< x_first, (groups x d)
  Vector inverse_norms_;
  Vector error_shares_;  ///< error of v_g . z over the largest |z_k|
};

}  // namespace thalweg::oracle
