#pragma once

#include <cstdint>
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
  [[nodiscard]] int sign_at_point(Index group, const double* z) const;
  /// x_first . u, u (d) exact.
  [[nodiscard]] RowProduct at_direction(Index group, const Vector& u) const;
  [[nodiscard]] int sign_at_direction(Index group, const Vector& u) const;
  /// 1 / |x_first|, rounded.
  [[nodiscard]] double inverse_norm(Index group) const { return inverse_norms_[group]; }

 private:
  [[nodiscard]] int exact_sign(Index group, const Vector& u) const;
  [[nodiscard]] int exact_sign_at_point(Index group, const double* z) const;

  const Matrix& X_;
  const RowGeometry& geometry_;
  RowBlock tree_;       ///< v_g, (groups x R)
  RowBlock direction_;  ///< x_first, (groups x d)
  Vector inverse_norms_;
};

}  // namespace thalweg::oracle
