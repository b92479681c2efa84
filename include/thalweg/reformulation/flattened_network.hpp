#pragma once

#include "thalweg/reformulation/architecture.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// Two-layer convolutional networks with a dense layer over all activations: with patches x_ik of
/// sample i, filters u_j and weights w_j in R^K,
///   f(x_i) = sum_j sum_k w_jk (x_ik^T u_j)_+,  cost beta/2 sum_j (|u_j|^2 + |w_j|^2).
///
/// Convex program: a form for each vector s of signs of w, up to a common sign. Its block is Z = w
/// u^T (K x h) with rows z_k, of which s_k z_k lie in one cell of the patches' arrangement, at cost
/// |Z|_*, the nuclear norm.
///
/// *Lemma.* The value is a lower bound, and the networks' optimum when all active blocks have rank
/// one. *Proof.* The branch (u, w) is the block w u^T of its signs, with the same outputs, and
/// |w u^T|_* = |u| |w| <= (|u|^2 + |w|^2) / 2: all branches of cost 1 are blocks of norm at most 1.
/// A block of rank one in the cone of its form is a branch again, at equal cost for |u| = |w|. QED
/// Blocks of higher rank in one cone are no branches (a filter is shared by all patches); the
/// exact gauge is hard to compute in general.
///
/// Arrays of a branch: "U" (the filter), "b" (its bias, if patches have one), "W" (K). Source:
/// theory/architectures.md section 4.5; Sahiner et al. (2021) for the gauge.
class FlattenedNetwork final : public Architecture {
 public:
  /// Throws InvalidArgument for more than 8 patches: there are 2^(K-1) forms.
  explicit FlattenedNetwork(PatchGeometry patches);

  [[nodiscard]] std::string name() const override { return "cnn-flattened"; }
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] Exactness exactness() const override { return Exactness::kLowerBound; }
  [[nodiscard]] Index features() const override { return patches_.inputs(); }
  [[nodiscard]] std::vector<BranchLayer> layers() const override;
  [[nodiscard]] std::vector<BranchForm> forms(const Matrix& X) const override;
  [[nodiscard]] Vector random_block(Index form, Random& random) const override;
  [[nodiscard]] std::optional<std::vector<Vector>> decode(const ActiveBlock& block) const override;
  [[nodiscard]] ActiveBlock nearest_branch(const ActiveBlock& block) const override;
  [[nodiscard]] std::vector<ActiveBlock> lift(const BranchNetwork& network) const override;
  [[nodiscard]] Vector predict(const Matrix& X, const BranchNetwork& network) const override;
  [[nodiscard]] double penalty(const BranchNetwork& network) const override;

 private:
  PatchGeometry patches_;
};

}  // namespace thalweg
