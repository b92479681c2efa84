#pragma once

#include <optional>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/model/branch_form.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// Blocks of one filter u over K patches with a weight a_k for each: Z = a u^T, (K x h), as the
/// vector of its rows z_k, with the signs s_k of a_k given.

/// What becomes of the K activations of a sample.
enum class TiedOutput {
  kSum,   ///< sum_k a_k (x_ik^T u)_+
  kRelu,  ///< its positive part
};

/// Largest K: there is a form for nearly each of 2^K vectors of signs.
constexpr Index kMaxTiedPatches = 8;

/// Signs of a number: bit k set for minus at k.
[[nodiscard]] std::vector<Sign> tied_signs(Index number, Index patches);
/// The number of the signs of a_k (zero counts as plus).
[[nodiscard]] Index tied_number(const Vector& a);

/// The form over X with these signs. Unit (i, k) is a ReLU over s_k x_ik^T z_k = |a_k| x_ik^T u,
/// and s_k' x_ik^T z_k' for the other slots are its companions: one filter opens all of them or
/// none. Its activation enters with factor s_k.
[[nodiscard]] BranchForm tied_form(const PatchGeometry& patches, const Matrix& X,
                                   const std::vector<Sign>& signs, TiedOutput output);

/// Z = sigma left right^T.
struct TiedFactors {
  double sigma = 0;
  Vector left;   ///< (K), a unit vector with the given signs, or 0
  Vector right;  ///< (h), a unit vector, or 0
};

/// The factors of a block; none when its second singular value, or an entry of `left` with the
/// wrong sign, exceeds 1e-4 of the first.
[[nodiscard]] std::optional<TiedFactors> factor_tied(const Vector& w,
                                                     const std::vector<Sign>& signs);

/// Factors near a block, whatever it is: its largest singular value's, entries of `left` with the
/// wrong sign set to 0, and the best sigma and `right` for that `left`.
[[nodiscard]] TiedFactors nearest_factors(const Vector& w, const std::vector<Sign>& signs);

/// a u^T as a block.
[[nodiscard]] Vector tied_block(const Vector& a, const Vector& u);
/// Gaussian u and a, a with the given signs.
[[nodiscard]] Vector random_tied_block(Index size, const std::vector<Sign>& signs, Random& random);

}  // namespace thalweg
