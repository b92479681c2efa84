#pragma once

#include "thalweg/reformulation/tied_filter_network.hpp"

namespace thalweg {

/// Three-layer convolutional networks with two ReLU layers: with patches x_ik of sample i, filters
/// u_j and weights w_1j in R^K,
///   f(x_i) = sum_j w_2j (sum_k w_1jk (x_ik^T u_j)_+)_+,  cost beta sum_j |u_j| |w_1j| |w_2j|,
/// the path norm of a branch (any other split of the same products costs the same).
///
/// Convex program: that of TiedFilterNetwork with a = |w_2| w_1, a form for each vector of signs
/// but minus only (whose branches are zero). |a| |u| is the cost, and the second ReLU is linear on
/// the pieces of a form, so its lemma holds: a lower bound, exact when all active blocks have rank
/// one. Filters that may differ from patch to patch are ParallelNetwork over the patches.
///
/// Arrays of a branch: "U" (the filter), "b" (its bias, if patches have one), "W1" (K), "w2".
/// Source: theory/architectures.md section 4.6.
class ConvolutionalThreeLayer final : public TiedFilterNetwork {
 public:
  /// Throws InvalidArgument for more than 8 patches: there are 2^K - 1 forms.
  explicit ConvolutionalThreeLayer(PatchGeometry patches);

  [[nodiscard]] std::string name() const override { return "cnn-three-layer"; }
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] std::vector<BranchLayer> layers() const override;
  [[nodiscard]] std::vector<BranchForm> forms(const Matrix& X) const override;
  [[nodiscard]] std::vector<ActiveBlock> lift(const BranchNetwork& network) const override;
  [[nodiscard]] Vector predict(const Matrix& X, const BranchNetwork& network) const override;
  [[nodiscard]] double penalty(const BranchNetwork& network) const override;

 private:
  [[nodiscard]] Index form_count() const override;
  [[nodiscard]] std::vector<Sign> signs(Index form) const override;
  [[nodiscard]] std::vector<Vector> split_factors(Sign output, double sigma, const Vector& left,
                                                  const Vector& right) const override;
};

}  // namespace thalweg
