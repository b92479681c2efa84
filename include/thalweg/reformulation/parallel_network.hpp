#pragma once

#include <memory>

#include "thalweg/model/parallel_problem.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

class TreeShapes;

/// Parallel ReLU networks of L layers whose branches are trees with fan-ins m_1 .. m_{L-2}: a
/// neuron of layer l + 1 reads m_l neurons of layer l that nobody else reads, the one neuron of
/// layer L - 1 is the root, and M = m_1 .. m_{L-2} leaves read the data,
///   f = sum_k w_{L,k} (.. (X W_{1,k})_+ W_{2,k})_+ .. )_+,   cost beta sum_k cost(branch k).
///
/// Convex program: pushing all magnitudes to the leaves, v_a = s_a |product of the weights above a|
/// w_{1,a} in R^d with the signs s of the weights that were passed, a branch is a form over each
/// vector of signs: leaves s_a (s_a x^T v_a)_+, then ReLUs of sums with signs.
///
/// *Lemma 1.* The least cost of a branch with leaves (v_a) is N(v) = |v|_F for the path norm, and
/// N(v) = sum_a |v_a| for the constrained cost of three layers. *Proof.* Every leaf is the end of
/// one path, of squared product |v_a|^2: the path norm is |v|_F for any weights. Constrained, with
/// v_a = w_{1,a} |w_{2,a} w_3|: sum |v_a| <= |W_1|_F |w_2| |w_3| <= (|w_2|^2 + w_3^2) / 2, with
/// equality for w_{1,a} = s_a v_a / sqrt(|v_a| S), w_{2,a} = s_a sqrt|v_a|, w_3^2 = S = N(v). QED
///
/// *Lemma 2* (signs that can be left out). A node with minus signs only puts out zero, at no less
/// cost than the node with zero leaves. A root with plus signs only puts out the sum of its
/// children: the branch is a mean of branches of one child's form, times sqrt(m) for the path
/// norm, times 1 for the constrained cost; these forms stand for it. *Proof.* The root's ReLU is
/// inactive. Path norm: with children g_j(V_j) and c = sum_j |V_j|, sum_j g_j(V_j) is the mean with
/// weights |V_j| / c of c g_j(V_j / |V_j|), and c <= sqrt(m) |V|_F; conversely sqrt(m) g(V) is the
/// root over m copies of V / sqrt(m), of norm |V|. Constrained: c = N itself, one child. QED
/// So the convex hulls of the outputs at cost 1 agree, which is all that the value depends on: the
/// value is exact for trees, and for three layers these are all networks. Copies make the path norm
/// cheaper: with plus signs only, M leaves are two layers at beta / sqrt(M).
///
/// Fan-ins of 1, or none (L = 2), are two-layer networks at cost |u| |alpha|, which weight decay
/// reaches at balanced weights. A layered branch with shared inner weights is a tree with tied
/// leaves of the same path norm (unroll_layered): for L >= 4 the tree's value is a lower bound for
/// it. A network of one branch only is one of these, so its objective is at least the value.
///
/// A form has n rows for each node of its tree, of d entries for each leaf, and at most about n^{r
/// (L - 1) M} pieces, r the rank of X. There is a form for each vector of signs, up to exchanges of
/// equal subtrees, that Lemma 2 leaves.
///
/// Arrays of a branch: "W1" (M x d), "W2" (n_2 x m_1), .., "W{L-1}" (1 x m_{L-2}), "w{L}": row i
/// of W_l holds the weights of node i of layer l over nodes i m .. i m + m - 1 of the layer below.
/// Source: theory/architectures.md sections 5 and 6; in the spirit of Ergen and Pilanci,
/// "Global Optimality Beyond Two Layers" and "Path Regularization".
class ParallelNetwork final : public Architecture {
 public:
  /// Throws InvalidArgument unless features >= 1, fan-ins are positive, and exactly one is given
  /// for the constrained cost; or when there are more than 64 leaves or 4096 forms. forms() throws
  /// when their rows would take more than 1 GiB.
  ParallelNetwork(Index features, std::vector<Index> fan_ins, BranchCost cost);

  [[nodiscard]] const std::vector<Index>& fan_ins() const { return fan_ins_; }
  [[nodiscard]] BranchCost cost() const { return cost_; }
  /// Number of layers L.
  [[nodiscard]] Index depth() const { return static_cast<Index>(fan_ins_.size()) + 2; }
  /// M.
  [[nodiscard]] Index leaves() const;
  /// Signs of a form's nodes under its root, layer by layer from the leaves; fewer layers than the
  /// tree's where Lemma 2 took some away.
  [[nodiscard]] std::vector<std::vector<Sign>> signs(Index form) const;

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] Exactness exactness() const override { return Exactness::kExact; }
  [[nodiscard]] Index features() const override { return features_; }
  [[nodiscard]] std::vector<BranchLayer> layers() const override;
  [[nodiscard]] std::vector<BranchForm> forms(const Matrix& X) const override;
  [[nodiscard]] Vector random_block(Index form, Random& random) const override;
  [[nodiscard]] std::vector<std::vector<Index>> symmetries(Index form) const override;
  [[nodiscard]] std::optional<std::vector<Vector>> decode(const ActiveBlock& block) const override;
  [[nodiscard]] std::vector<ActiveBlock> lift(const BranchNetwork& network) const override;
  [[nodiscard]] Vector predict(const Matrix& X, const BranchNetwork& network) const override;
  [[nodiscard]] double penalty(const BranchNetwork& network) const override;

 private:
  /// Subtrees of that height and shape under a root that passes them on times `factor`.
  struct Form {
    Index height = 0;
    Index shape = 0;
    double factor = 1;
  };
  [[nodiscard]] const Form& form_at(Index form) const;
  [[nodiscard]] BlockNorm norm(const Form& form) const;

  Index features_;
  std::vector<Index> fan_ins_;
  BranchCost cost_;
  std::shared_ptr<const TreeShapes> shapes_;
  std::vector<Form> forms_;
  std::vector<std::vector<Index>> form_of_;  ///< of height and shape; -1 where Lemma 2 has others
};

/// The form of a tree over X with given signs (layer by layer from the leaves, the last list the
/// root's children; none for a single leaf), its output times `factor`, and any of the two norms.
/// Throws InvalidArgument when a layer's size is no multiple of the next one's.
[[nodiscard]] BranchForm tree_form(const Matrix& X, const std::vector<std::vector<Sign>>& signs,
                                   BlockNorm norm, double factor = 1);

}  // namespace thalweg
