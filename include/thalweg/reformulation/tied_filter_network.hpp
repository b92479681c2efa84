#pragma once

#include "thalweg/reformulation/architecture.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// What networks have in common whose branches are one filter u over K patches with a weight a_k
/// for each: a form for each vector s of signs of a (some are left out), whose block is Z = a u^T
/// (K x h) with rows z_k, of which s_k z_k lie in one cell of the patches' arrangement, at cost
/// |Z|_*, the nuclear norm.
///
/// *Lemma.* If |a| |u| is at most the cost of a branch, with equality for the a and u that
/// split_factors() gives, then the value is a lower bound, and the networks' optimum when all
/// active blocks have rank one. *Proof.* The branch is the block a u^T of its signs, with the same
/// outputs, and |a u^T|_* = |a| |u|: all branches of cost 1 are blocks of norm at most 1. A block
/// of rank one in the cone of its form is a branch again, at equal cost. QED Blocks of higher rank
/// in one cone are no branches, as all patches share one filter; the exact gauge is hard to compute
/// in general. The Frobenius norm would give a lower bound as well, but a lower one.
///
/// A form has n K^2 rows of K h entries (each patch's with those it must agree with), and as many
/// pieces as the n K patches have cells, or more with a second ReLU. Source:
/// theory/architectures.md sections 4.5 and 4.6; Sahiner et al. (2021) for the gauge.
class TiedFilterNetwork : public Architecture {
 public:
  [[nodiscard]] Exactness exactness() const final { return Exactness::kLowerBound; }
  [[nodiscard]] Index features() const final { return patches_.inputs(); }
  [[nodiscard]] Vector random_block(Index form, Random& random) const final;
  [[nodiscard]] std::optional<std::vector<Vector>> decode(const ActiveBlock& block) const final;
  /// The block's largest singular pair with the signs of its form.
  [[nodiscard]] ActiveBlock nearest_branch(const ActiveBlock& block) const final;

 protected:
  /// Throws InvalidArgument for more than 8 patches: there are about 2^K forms.
  explicit TiedFilterNetwork(PatchGeometry patches);

  [[nodiscard]] const PatchGeometry& patches() const { return patches_; }
  /// Number of forms.
  [[nodiscard]] virtual Index form_count() const = 0;
  /// Signs of a, (K), in a form.
  [[nodiscard]] virtual std::vector<Sign> signs(Index form) const = 0;
  /// The layers of the branch of least cost with the block sigma left right^T; left (K) and right
  /// (h) of length 1, or 0.
  [[nodiscard]] virtual std::vector<Vector> split_factors(Sign output, double sigma,
                                                          const Vector& left,
                                                          const Vector& right) const = 0;

 private:
  void check(const ActiveBlock& block) const;

  PatchGeometry patches_;
};

}  // namespace thalweg
