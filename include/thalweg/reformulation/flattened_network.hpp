#pragma once

#include "thalweg/reformulation/tied_filter_network.hpp"

namespace thalweg {

/// Two-layer convolutional networks with a dense layer over all activations: with patches x_ik of
/// sample i, filters u_j and weights w_j in R^K,
///   f(x_i) = sum_j sum_k w_jk (x_ik^T u_j)_+,  cost beta/2 sum_j (|u_j|^2 + |w_j|^2).
///
/// Convex program: that of TiedFilterNetwork with a = w, a form for each vector of signs of w up to
/// a common sign. |w| |u| <= (|u|^2 + |w|^2) / 2, with equality for |u| = |w|, so its lemma holds:
/// a lower bound, exact when all active blocks have rank one.
///
/// Arrays of a branch: "U" (the filter), "b" (its bias, if patches have one), "W" (K). Source:
/// theory/architectures.md section 4.5.
class FlattenedNetwork final : public TiedFilterNetwork {
 public:
  /// Throws InvalidArgument for more than 8 patches: there are 2^(K-1) forms.
  explicit FlattenedNetwork(PatchGeometry patches);

  [[nodiscard]] std::string name() const override { return "cnn-flattened"; }
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
