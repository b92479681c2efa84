#pragma once

#include <gmpxx.h>

#include <cmath>
#include <vector>

#include "arrangement/flag_coordinates.hpp"

namespace thalweg::testing {

/// A matrix of rational numbers.
struct RationalMatrix {
  Index rows = 0;
  Index columns = 0;
  std::vector<mpq_class> entries;

  RationalMatrix(Index r, Index c)
      : rows(r), columns(c), entries(static_cast<std::size_t>(r * c), mpq_class(0)) {}
  explicit RationalMatrix(const Matrix& A) : RationalMatrix(A.rows(), A.cols()) {
    for (Index i = 0; i < rows; ++i) {
      for (Index c = 0; c < columns; ++c) (*this)(i, c) = A(i, c);
    }
  }
  mpq_class& operator()(Index i, Index c) {
    return entries[static_cast<std::size_t>(i * columns + c)];
  }
  const mpq_class& operator()(Index i, Index c) const {
    return entries[static_cast<std::size_t>(i * columns + c)];
  }
};

inline RationalMatrix operator*(const RationalMatrix& A, const RationalMatrix& B) {
  RationalMatrix result(A.rows, B.columns);
  for (Index i = 0; i < A.rows; ++i) {
    for (Index k = 0; k < A.columns; ++k) {
      if (A(i, k) == 0) continue;
      for (Index c = 0; c < B.columns; ++c) result(i, c) += A(i, k) * B(k, c);
    }
  }
  return result;
}

/// The inverse by Gauss and Jordan and the determinant; a zero determinant leaves the inverse
/// unfinished.
struct RationalInverse {
  RationalMatrix inverse;
  mpq_class determinant;
};

inline RationalInverse invert(RationalMatrix A) {
  RationalInverse result{RationalMatrix(A.rows, A.rows), 1};
  RationalMatrix& V = result.inverse;
  const Index m = A.rows;
  for (Index i = 0; i < m; ++i) V(i, i) = 1;
  for (Index k = 0; k < m; ++k) {
    Index pivot = k;
    while (pivot < m && A(pivot, k) == 0) ++pivot;
    if (pivot == m) {
      result.determinant = 0;
      return result;
    }
    if (pivot != k) result.determinant = -result.determinant;
    for (Index c = 0; c < m; ++c) {
      std::swap(A(k, c), A(pivot, c));
      std::swap(V(k, c), V(pivot, c));
    }
    const mpq_class head = A(k, k);
    result.determinant *= head;
    for (Index c = 0; c < m; ++c) {
      A(k, c) /= head;
      V(k, c) /= head;
    }
    for (Index i = 0; i < m; ++i) {
      if (i == k || A(i, k) == 0) continue;
      const mpq_class factor = A(i, k);
      for (Index c = 0; c < m; ++c) {
        A(i, c) -= factor * A(k, c);
        V(i, c) -= factor * V(k, c);
      }
    }
  }
  return result;
}

/// Signs and sizes in rational arithmetic.
inline int determinant_sign_exactly(const Matrix& A) {
  return sgn(invert(RationalMatrix(A)).determinant);
}

/// The rows that FlagCoordinates rounds: normals() L^-1, restricted to the wall if there is one,
/// with the flag's scaling of rows. Precondition: the functionals are independent.
inline RationalMatrix exact_flag_rows(const HyperplaneArrangement& arrangement,
                                      const Matrix& functionals, const FlagCoordinates& flag) {
  const RationalMatrix Y =
      RationalMatrix(arrangement.normals()) * invert(RationalMatrix(functionals)).inverse;
  const Index wall = flag.wall();
  const Index skip = wall == FlagCoordinates::kNone ? 0 : 1;
  RationalMatrix result(Y.rows, flag.rank());
  for (Index i = 0; i < Y.rows; ++i) {
    const mpq_class scale(arrangement.integer_scales()[i] / flag.integer_scale(i));
    for (Index c = 0; c < flag.rank() && i != wall; ++c) {
      result(i, c) = Y(i, c + skip);
      if (skip == 1) result(i, c) -= Y(i, 0) / Y(wall, 0) * Y(wall, c + 1);
      result(i, c) *= scale;
    }
  }
  return result;
}

/// The dictionary of rows Y (N x m) after exchange of the coordinates `columns` with the rows
/// `basis`: entry (k, columns[s]) multiplies y_s, the others the remaining coordinates.
struct ExactDictionary {
  RationalMatrix entries;
  mpq_class pivots;  ///< their product, up to sign; 0 when they do not exist
};

inline ExactDictionary exact_dictionary(const RationalMatrix& Y, const std::vector<Index>& basis,
                                        const std::vector<Index>& columns) {
  const auto k = static_cast<Index>(basis.size());
  RationalMatrix T(k, k);
  RationalMatrix S(k, Y.columns);
  RationalMatrix F(Y.rows, k);
  for (Index s = 0; s < k; ++s) {
    for (Index f = 0; f < k; ++f) {
      T(s, f) = Y(basis[static_cast<std::size_t>(s)], columns[static_cast<std::size_t>(f)]);
    }
    for (Index c = 0; c < Y.columns; ++c) S(s, c) = Y(basis[static_cast<std::size_t>(s)], c);
    for (Index i = 0; i < Y.rows; ++i) F(i, s) = Y(i, columns[static_cast<std::size_t>(s)]);
  }
  const RationalInverse inverse = invert(T);
  ExactDictionary result{Y, inverse.determinant};
  if (inverse.determinant == 0) return result;
  const RationalMatrix through = F * inverse.inverse;
  const RationalMatrix removed = through * S;
  for (Index i = 0; i < Y.rows; ++i) {
    for (Index c = 0; c < Y.columns; ++c) result.entries(i, c) -= removed(i, c);
    for (Index s = 0; s < k; ++s) {
      result.entries(i, columns[static_cast<std::size_t>(s)]) = through(i, s);
    }
  }
  return result;
}

/// Whether |a - b| <= bound, exactly; an infinite bound holds for anything, NaN never.
inline bool within(double a, const mpq_class& b, double bound) {
  if (std::isinf(bound)) return bound > 0;
  if (!std::isfinite(a) || std::isnan(bound)) return false;
  return abs(mpq_class(a) - b) <= mpq_class(bound);
}

}  // namespace thalweg::testing
