#pragma once

#include <vector>

#include "thalweg/model/branch_network.hpp"

namespace thalweg {

/// Parallel networks whose branches are layered, f = sum_k ((..(X W_1k^T)_+ W_2k^T)_+ ...
/// w_{L-1,k})_+ w_{L,k} with hidden widths h_1 .. h_{L-2}, 1, as networks of trees (ParallelNetwork
/// of fan-ins h_1 .. h_{L-2}): every path from the output to a first-layer neuron becomes a leaf, a
/// neuron a copy for each path to it.
///
/// *Lemma.* Outputs and path norm stay the same; so for the path norm the trees' convex program is
/// a lower bound for layered networks, also standard ones (one branch) and residual ones, whose
/// identities are weights of a layer: exact for L <= 3. *Proof.* A copy computes what its neuron
/// does, and the paths and their products are the same ones. For L = 3 a layered branch is a tree.
/// QED
/// The value of trees of fan-ins (m_1, m_2) is at most that of layered branches of widths (m_1,
/// m_2), and that of widths (m_1 m_2, m_2) at most the trees': a tree is a layered branch with
/// zeros (layer_trees). Source: theory/architectures.md section 6.
///
/// layered: "W1" (h_1 x d), "W2" (h_2 x h_1), .., "W{L-1}" (1 x h_{L-2}), "w{L}", a row a branch as
/// always; widths = h_1 .. h_{L-2}, with d features. Result: the arrays of
/// ParallelNetwork(features, widths, BranchCost::kPath). Throws InvalidArgument when a layer has
/// another size or a weight is not finite. O(M d) a branch.
[[nodiscard]] BranchNetwork unroll_layered(Index features, const std::vector<Index>& widths,
                                           const BranchNetwork& layered);

/// The layered network with the outputs and the path norm of a network of trees: a neuron for each
/// node of a tree, widths M = n_1, n_2, .., and zeros between nodes of different subtrees. The
/// inverse of the lemma's last remark; arguments and errors as above, the other way.
[[nodiscard]] BranchNetwork layer_trees(Index features, const std::vector<Index>& fan_ins,
                                        const BranchNetwork& trees);

}  // namespace thalweg
