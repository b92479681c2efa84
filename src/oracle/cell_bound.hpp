#pragma once

#include "oracle/quadratic_maximum.hpp"
#include "oracle/sign_cell.hpp"

namespace thalweg::oracle {

/// kappa + b.u + u^T M u, in the unit of ScaledRows.
struct CellMajorant {
  Matrix M;          ///< (d x d), rounded
  Vector b;          ///< (d), rounded
  double kappa = 0;  ///< rounded
  double error = 0;  ///< bounds, on |u| = 1, what the roundings of M, b, kappa change
};

/// The quadratic of the multipliers. O(k d^2).
[[nodiscard]] CellMajorant cell_majorant(const ScaledRows& rows, const SignCell& cell,
                                         const CellMultipliers& multipliers);

/// Maximum of the majorant on the unit sphere, to rounding; value includes kappa.
[[nodiscard]] TrustRegion estimate_maximum(const CellMajorant& majorant);

/// A rigorous bound of f on the unit vectors of a cell, and what it is made of.
struct CellBound {
  double value;  ///< infinity when nothing was proved
  CellMajorant majorant;
  ProvedMaximum proof;
};

/// Proves a bound from the majorant. O(d^3).
///
/// Lemma. The bound holds in exact arithmetic. Proof. The majorant is at least f on the cell (lemma
/// of CellMultipliers); its exact coefficients differ from M, b, kappa by sums of at most k + 16
/// roundings of the magnitudes added up in `error`; prove_maximum bounds the stored quadratic on
/// the sphere, and the rounding of mu I - M on the diagonal is counted as well. QED
[[nodiscard]] CellBound prove_bound(CellMajorant majorant, double multiplier);

/// What narrowing did to a cell.
struct Narrowing {
  bool empty = false;  ///< no unit vector of the cell has f > target
  Index decided = 0;   ///< rows newly decided
  double removed = 0;  ///< share of the interval lengths that went
};

/// Shrinks the cell to a set that still holds all its unit vectors u with f(u) > target < bound.
///
/// Lemma. With A = mu I - M and A u0 = b / 2 - r these u satisfy (u - u0)^T A (u - u0) <= delta,
/// delta = bound - target + 2 |r| + u0^T A u0 - rest, so |y.(u - u0)| <= sqrt(delta z^T A z) + |y -
/// A z| (1 + |u0|) for any z. Proof. target < f(u) <= majorant, so u^T A u - b.u + rest = mu + rest
/// + kappa - majorant(u) <= bound - target; inserting b = 2 A u0 + 2 r gives the first claim, and y
/// = A z + (y - A z) with Cauchy-Schwarz in A, which is positive definite by the proof of the
/// bound, the second. QED O(k d^2).
[[nodiscard]] Narrowing narrow(const ScaledRows& rows, const CellBound& bound, double target,
                               SignCell& cell);

}  // namespace thalweg::oracle
