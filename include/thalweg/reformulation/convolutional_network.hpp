#pragma once

#include "thalweg/model/pooling.hpp"
#include "thalweg/reformulation/architecture.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// Two-layer convolutional networks: with patches x_ik of sample i and filters u_j,
///   f(x_i) = sum_j alpha_j pool_k (x_ik^T u_j)_+,  cost beta/2 sum_j (|u_j|^2 + alpha_j^2),
/// or one output sum_j alpha_j (x_ik^T u_j)_+ for each patch without pooling.
///
/// Convex program: one form, w = u |alpha| in R^h at cost |w|. Sum: f_i(w) = sum_k (x_ik^T w)_+;
/// average: the same divided by K; maximum: max(0, x_i1^T w, .., x_iK^T w); none: fully connected
/// on all patches.
///
/// *Lemma.* The value is exact. *Proof.* The branch (u, alpha) puts out sign(alpha) f(|alpha| u),
/// f being positively homogeneous, and (|u|^2 + alpha^2) / 2 >= |u| |alpha| = |w| with equality
/// for |u| = |alpha|. So branches of cost at most 1 put out exactly {s f(w) : |w| <= 1}, and f is
/// linear on each cone of one pattern (of ReLUs, or of the first largest patch). QED
///
/// The form has n K rows of h entries. Its pieces are the cells of these n K hyperplanes, at most 2
/// sum_{k < r} C(n K - 1, k) with r <= h the patches' rank; for the maximum those of n (K + K (K -
/// 1) / 2) hyperplanes, merged where the same patches are chosen.
///
/// Arrays of a branch: "U" (the filter), "b" (its bias, if patches have one), "alpha". Source:
/// theory/architectures.md sections 4.1 and 4.2; Ergen and Pilanci (2020) for the subject.
class ConvolutionalNetwork final : public Architecture {
 public:
  ConvolutionalNetwork(PatchGeometry patches, Pooling pooling);

  [[nodiscard]] const PatchGeometry& patches() const { return patches_; }
  [[nodiscard]] Pooling pooling() const { return pooling_; }

  [[nodiscard]] std::string name() const override { return "cnn"; }
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] Exactness exactness() const override { return Exactness::kExact; }
  [[nodiscard]] Index features() const override { return patches_.inputs(); }
  [[nodiscard]] Index outputs() const override;
  [[nodiscard]] std::vector<BranchLayer> layers() const override;
  /// One form; with a maximum of more than 255 patches InvalidArgument.
  [[nodiscard]] std::vector<BranchForm> forms(const Matrix& X) const override;
  [[nodiscard]] Vector random_block(Index form, Random& random) const override;
  [[nodiscard]] std::optional<std::vector<Vector>> decode(const ActiveBlock& block) const override;
  [[nodiscard]] std::vector<ActiveBlock> lift(const BranchNetwork& network) const override;
  [[nodiscard]] Vector predict(const Matrix& X, const BranchNetwork& network) const override;
  [[nodiscard]] double penalty(const BranchNetwork& network) const override;

 private:
  PatchGeometry patches_;
  Pooling pooling_;
};

/// Targets of a residual network, one whose output is added to its input (image denoising): what a
/// fully convolutional network without skip connection must learn, wanted - X, sample-major.
/// X, wanted (n x d), d the number of outputs. Throws InvalidArgument when shapes differ.
[[nodiscard]] Vector residual_targets(const Matrix& X, const Matrix& wanted);
/// Outputs of the residual network, (n x d), from those without the skip connection,
/// (n d), sample-major: X + outputs.
[[nodiscard]] Matrix add_residual(const Matrix& X, const Vector& outputs);

}  // namespace thalweg
