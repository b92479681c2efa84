#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The activation rank r_a of a data set.
struct ActivationRank {
  Index value = 0;  ///< r_a, at least the number of hyperplanes and at most n
  /// Whether `value` is proved; false only where `row_basis` cannot prove the rank of the two-sided
  /// rows. It is a lower bound then.
  bool proved = true;
};

/// r_a = dim span{(X u)_+ : u in R^d} = number of hyperplanes + rank{two-sided rows}.
///
/// The hyperplanes are the distinct x_i^T u = 0 of the nonzero rows. A row is two-sided when a
/// negative multiple of it is a row too. r_a + 1 neurons suffice for landscapes without spurious
/// valleys, and some optimum has at most r_a.
///
/// Lemma. With R the rays (classes of nonzero rows under positive factors) and P the pairs of
/// opposite rays, r_a = |R| - |P| + rank{x : x in an opposite pair}. Proof. r_a = n - dim{c : sum_i
/// c_i (x_i^T u)_+ = 0 for all u} is the dimension of the span of the functions u -> (x_i^T u)_+,
/// to which zero rows and all but one row of a ray add nothing: |R| less the dimension of the
/// relations among one x_r for each ray, chosen opposite for opposite rays. At a point of one
/// hyperplane and of no other the slope of c_r (x_r^T u)_+ jumps by c_r x_r and that of its
/// opposite ray by c_-r x_r; all other functions are smooth there. So in a relation c_r = 0 where
/// the opposite ray is absent, and c_-r = -c_r where it is present, which leaves c_r ((t)_+ -
/// (-t)_+) = c_r t, t = x_r^T u. The relations are thus those c on P with sum_P c_r x_r = 0, of
/// dimension |P|
/// - rank{x_r : r in P}. QED And |R| - |P| is the number of hyperplanes.
///
/// X (n x d), finite. Exact for the stored doubles. Throws InvalidArgument when an entry is not
/// finite. Cost of `group_parallel_rows` and `row_basis`. Source: derived, theory section 1.
[[nodiscard]] ActivationRank activation_rank(const Matrix& X);

}  // namespace thalweg
