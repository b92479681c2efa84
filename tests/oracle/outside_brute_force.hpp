#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "oracle/brute_force.hpp"
#include "support/exact_cells.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg::testing {

/// Whether the cell touches the atom: each nonzero row that is not tied has the atom's sign.
inline bool cell_in_star(const Matrix& X, const PatternText& cell, const StarAtom& atom) {
  for (Index i = 0; i < X.rows(); ++i) {
    const double product = X.row(i).dot(atom.u);
    const bool tied = std::find(atom.ties.begin(), atom.ties.end(), i) != atom.ties.end();
    if (tied || X.row(i).isZero(0)) continue;
    if ((product > 0) != (cell[static_cast<std::size_t>(i)] == '1')) return false;
  }
  return true;
}

/// The maximum over all closed cells outside the stars, by exact enumeration of the cells and the
/// projection of each cell's gradient to the cell. Precondition: rows parallel to a tied row are
/// tied.
inline double brute_force_outside(const Matrix& X, const Vector& nu,
                                  const std::vector<StarAtom>& atoms) {
  double best = 0;
  for (const PatternText& cell : exact_cells(X)) {
    Vector gradient = Vector::Zero(X.cols());
    Matrix polar(X.cols(), X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      const bool active = cell[static_cast<std::size_t>(i)] == '1';
      if (active) gradient += nu[i] * X.row(i).transpose();
      polar.col(i) = (active ? -1.0 : 1.0) * X.row(i).transpose();
    }
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      const bool held = std::any_of(atoms.begin(), atoms.end(), [&](const StarAtom& atom) {
        return atom.sign == sign && cell_in_star(X, cell, atom);
      });
      if (held) continue;
      const Vector c = to_double(sign) * gradient;
      best = std::max(best, (c - nearest_in_cone(polar, c)).norm());
    }
  }
  return best;
}

/// An atom at u with every row tied that vanishes there up to rounding.
inline StarAtom atom_at(const Matrix& X, const Vector& u, Sign sign) {
  StarAtom atom{u, sign, {}};
  for (Index i = 0; i < X.rows(); ++i) {
    const double product = X.row(i).dot(u);
    if (std::fabs(product) <= 1e-11 * X.row(i).norm() * u.norm() && !X.row(i).isZero(0)) {
      atom.ties.push_back(i);
    }
  }
  return atom;
}

}  // namespace thalweg::testing
