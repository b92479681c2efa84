#pragma once

#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// Three-layer circular convolutional networks with one ReLU layer,
///   f = sum_j (X U_j w_1j)_+ w_2j,  U_j = circulant(u_j),  |u_j| <= 1,
///   cost beta/2 sum_j (|w_1j|^2 + w_2j^2),  u_j, w_1j in R^d.
///
/// Convex program: one form on the coefficients c = B^T z of z = U w_1 |w_2| in the real Fourier
/// basis B (circular_linear.hpp), f(c) = (X B c)_+ at cost |F z|_1 / sqrt(d), the spectral l1 norm.
///
/// *Lemma.* The value is exact. *Proof.* The branch puts out sign(w_2) (X z)_+. Its cost is at
/// least |w_1| |w_2|, and F z = sqrt(d) F u o F w_1 |w_2| (o: entrywise), so |F z|_1 <= sqrt(d) |u|
/// |w_1| |w_2| <= sqrt(d) cost. Equality for |F u| proportional to sqrt|F z| with |u| = 1 and
/// |w_1| = |w_2|. So branches of cost at most 1 put out {s (X z)_+ : |F z|_1 <= sqrt(d)}. QED
/// The lemma needs filters of the full size d and one factor U: spectra of shorter filters fill
/// a subspace only, and with two factors under constraints of their own the images are no longer
/// convex on a cone.
///
/// The form has n rows of d entries; forms() is O(n d^2), lift and decode O(d^2) a branch, predict
/// O(n d + d^2). Arrays of a branch: "u" (d), "w1" (d), "w2". Rows of X B are rounded: the form's
/// pieces are those of the rounded rows. Source: theory/architectures.md section 4.4.
class CircularReluNetwork final : public Architecture {
 public:
  /// Throws InvalidArgument unless features >= 1.
  explicit CircularReluNetwork(Index features);

  [[nodiscard]] std::string name() const override { return "circular-relu"; }
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] Exactness exactness() const override { return Exactness::kExact; }
  [[nodiscard]] Index features() const override { return features_; }
  [[nodiscard]] std::vector<BranchLayer> layers() const override;
  [[nodiscard]] std::vector<BranchForm> forms(const Matrix& X) const override;
  [[nodiscard]] Vector random_block(Index form, Random& random) const override;
  [[nodiscard]] std::optional<std::vector<Vector>> decode(const ActiveBlock& block) const override;
  [[nodiscard]] std::vector<ActiveBlock> lift(const BranchNetwork& network) const override;
  [[nodiscard]] Vector predict(const Matrix& X, const BranchNetwork& network) const override;
  [[nodiscard]] double penalty(const BranchNetwork& network) const override;

 private:
  Index features_;
};

}  // namespace thalweg
