#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "thalweg/arrangement/big_count.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg {

/// chi(t) = sum_k coefficients[k] t^(r - k) of an arrangement of rank r, in its r coordinates.
struct CharacteristicPolynomial {
  std::vector<BigCount> coefficients;  ///< (r + 1), of alternating signs from 1 on

  /// |chi(-1)|, the number of cells (Zaslavsky 1975).
  [[nodiscard]] BigCount cells() const;
};

struct PolynomialSettings {
  /// Numbers computed in restrictions, about 10 ns each; more than that is given up.
  std::uint64_t max_work = 100'000'000;
  RunControl control;
};

/// The characteristic polynomial, exactly, for every arrangement; none when the work exceeds the
/// limit, the run was stopped or the rank is not proved.
///
/// Deletion and restriction, once for each hyperplane: chi(A) = t^r - sum_j chi(A_j), A_j the
/// hyperplanes before number j restricted to it, those that coincide there taken once. Rank 2 and
/// independent hyperplanes have closed forms. The signless coefficients w_k count the arrangements
/// that k restrictions lead to, so degenerate data cost less than their size suggests, about
/// N w_(r-2) numbers. estimated_work() tells the cost before.
///
/// *Proof of exactness.* Restrictions are computed modulo a prime p. Rows that differ there up to
/// multiples differ exactly. Rows i, j that agree on the flat of rows S claim that S and i, j are
/// dependent: true when Hadamard's bound on every minor is below p; else the smallest dependent
/// set, known modulo p, is decided exactly (RowDependence), and when it is independent another
/// prime is tried. QED
[[nodiscard]] std::optional<CharacteristicPolynomial> characteristic_polynomial(
    const HyperplaneArrangement& arrangement, const PolynomialSettings& settings = {});

/// About how much work the characteristic polynomial takes, in the unit of max_work: an unbiased
/// estimate from random restrictions (Knuth 1975); infinite when out of range. Milliseconds for
/// 100 hyperplanes in rank 6.
[[nodiscard]] double estimated_work(const HyperplaneArrangement& arrangement,
                                    std::uint64_t seed = 1);

}  // namespace thalweg
