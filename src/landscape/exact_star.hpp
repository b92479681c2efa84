#pragma once

#include <optional>
#include <vector>

#include "landscape/exact_dual.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg::landscape {

/// The maximiser of s nu^T (X u)_+ over the unit ball inside one star, proved in exact arithmetic.
///
/// The *star* of a direction is the open cone of all u with the signs of x_i^T u that the direction
/// has off its ties T = {i : x_i^T u = 0}.
///
/// *Lemma.* Let p be in R^d with ties T, and for every group t of parallel tied rows let s W_t <=
/// 0, where W_t (v_t^T u)_+ plus a linear function is the group's part of nu^T (X u)_+. Let p = s
/// X^T (D + Lambda) nu with D the rows active at p and Lambda in [0, 1] on the ties (equal within a
/// group, complemented for opposite rows). Then s nu^T (X u)_+ <= p^T u on the closed star, with
/// equality at u = p: the maximum over the ball in the closed star is |p|, taken at p / |p| alone.
/// *Proof.* On the star the rows off T are linear. For a group, s W_t (v_t^T u)_+ <= s W_t lambda_t
/// v_t^T u as s W_t <= 0 and (t)_+ >= lambda t for lambda in [0, 1]. Summing gives the inequality;
/// at u = p the ties vanish and both sides are |p|^2. p^T u <= |p| |u| with equality at p only. QED
struct StarMaximum {
  std::vector<mpq_class> p;  ///< exactly, (d)
  mpq_class value_square;    ///< |p|^2
  Vector u;                  ///< p / |p| rounded, (d): in the star too, its signs are those of p
  std::vector<Index> ties;   ///< T, exactly: rows with x_i^T p = 0, ascending; no zero rows
  std::vector<Index> tie_groups;  ///< first rows of the groups in T, ascending
  /// The least of s |W_t| |v_t| over the ties, rounded down; infinity without ties. 0 or more.
  double concavity;
  double interior;  ///< the least of lambda_t and 1 - lambda_t; infinity without ties
};

/// The star maximum near direction u with proposed ties; none where no p with the lemma's
/// properties was found (the direction is no maximum in its star). O(n d) integer operations, plus
/// O(d^3) rational ones.
[[nodiscard]] std::optional<StarMaximum> star_maximum(const ExactDual& dual,
                                                      const RowGroups& groups, const Vector& u,
                                                      Sign sign, const std::vector<Index>& ties);

}  // namespace thalweg::landscape
