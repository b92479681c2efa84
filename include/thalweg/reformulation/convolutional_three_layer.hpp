#pragma once

#include "thalweg/reformulation/architecture.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// Three-layer convolutional networks with two ReLU layers: with patches x_ik of sample i, filters
/// u_j and weights w_1j in R^K,
///   f(x_i) = sum_j w_2j (sum_k w_1jk (x_ik^T u_j)_+)_+,  cost beta sum_j |u_j| |w_1j| |w_2j|,
/// the path norm of a branch (any other split of the same products costs the same).
///
/// Convex program: a form for each vector s of signs of w_1 but minus only (whose branches are
/// zero). Its block is Z = |w_2| w_1 u^T (K x h) with rows z_k, of which s_k z_k lie in one cell of
/// the patches' arrangement, at cost |Z|_*, the nuclear norm.
///
/// *Lemma.* The value is a lower bound, and the networks' optimum when all active blocks have rank
/// one. *Proof.* As for FlattenedNetwork: the second ReLU is linear on the pieces of the form, and
/// the path norm of the branch is |Z|_* = |Z|_F for the rank-one Z. QED
/// The Frobenius norm would give a lower bound as well, but a lower one. Filters that may differ
/// from patch to patch are ParallelNetwork over the patches.
///
/// Arrays of a branch: "U" (the filter), "b" (its bias, if patches have one), "W1" (K), "w2".
/// Source: theory/architectures.md section 4.6.
class ConvolutionalThreeLayer final : public Architecture {
 public:
  /// Throws InvalidArgument for more than 8 patches: there are 2^K - 1 forms.
  explicit ConvolutionalThreeLayer(PatchGeometry patches);

  [[nodiscard]] std::string name() const override { return "cnn-three-layer"; }
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
