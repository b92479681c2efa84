#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/model/branch_form.hpp"
#include "thalweg/model/branch_network.hpp"

namespace thalweg {

/// What the value of an architecture's convex program says about its networks.
enum class Exactness {
  kExact,       ///< their optimum over all numbers of branches
  kLowerBound,  ///< a lower bound; their optimum when every active block decodes (rank one)
};

/// A block of the convex program at its value: the branch s f(w) of one form.
struct ActiveBlock {
  Index form = 0;
  Sign sign = Sign::kPlus;
  Vector w;
};

/// A network architecture whose branches are unions of cones: networks are sums of any number of
/// branches, cost is beta times the sum of the branches' costs.
///
/// *Theorem* (theory/architectures.md section 1). If the outputs of one branch of cost at most 1
/// are exactly the union of {s f(w) : N(w) <= 1} over forms f and signs s, then the networks'
/// optimum over all numbers of branches is that of min l(sum s f(w)) + beta sum N(w), it is
/// attained with at most n + 1 branches, and nu with max_{N(w) <= 1} |nu^T f(w)| <= beta for every
/// form proves that no network lies below D(nu). With "is contained in" in place of "are exactly"
/// the value is a lower bound. *Proof.* Blocks on one piece merge (the piece is a convex cone, N a
/// norm), so both programs have one value; nu^T of a branch is at most beta times its cost, hence
/// l(f) + beta cost >= l(f) + nu^T f >= D(nu); Caratheodory for the number. QED
class Architecture {
 public:
  virtual ~Architecture() = default;

  /// The word of description files: "cnn", "three-layer", ...
  [[nodiscard]] virtual std::string name() const = 0;
  /// Network and penalty in words, without loss: "sum_j sum_k (X_k u_j)_+ alpha_j, beta/2 ...".
  [[nodiscard]] virtual std::string describe() const = 0;
  [[nodiscard]] virtual Exactness exactness() const = 0;
  /// Columns of X (n x features).
  [[nodiscard]] virtual Index features() const = 0;
  /// Outputs for each sample: 1 but for fully convolutional networks.
  [[nodiscard]] virtual Index outputs() const { return 1; }
  /// The arrays of one branch.
  [[nodiscard]] virtual std::vector<BranchLayer> layers() const = 0;

  /// The forms on X (n x features), with n outputs() samples each (sample-major: the outputs of
  /// the first row of X first). Throws InvalidArgument when X has another number of columns.
  [[nodiscard]] virtual std::vector<BranchForm> forms(const Matrix& X) const = 0;

  /// A random block in the domain of a form, (its parameters): Gaussian weights. What its pattern
  /// is sampled from.
  [[nodiscard]] virtual Vector random_block(Index form, Random& random) const = 0;
  /// Permutations p of the parameters of a form, on any X, with f(v) = f(w) and N(v) = N(w) for
  /// v[k] = w[p[k]]: generators of the exchanges of equal neurons. Empty when there are none.
  [[nodiscard]] virtual std::vector<std::vector<Index>> symmetries(Index /*form*/) const {
    return {};
  }

  /// The branch of least cost with the outputs s f(w) and the cost N(w): one row for each layer.
  /// None when w is not the block of a branch (kLowerBound only), by a relative 1e-4: the
  /// objective of the plain weights says what the rest was worth.
  [[nodiscard]] virtual std::optional<std::vector<Vector>> decode(
      const ActiveBlock& block) const = 0;
  /// A block near the given one that decodes: itself but for architectures of kLowerBound.
  [[nodiscard]] virtual ActiveBlock nearest_branch(const ActiveBlock& block) const { return block; }
  /// The blocks of a network's branches: N(w) is the least cost of a branch with these outputs.
  /// Zero branches are left out.
  [[nodiscard]] virtual std::vector<ActiveBlock> lift(const BranchNetwork& network) const = 0;

  /// Outputs on X from the plain weights, (n outputs()), sample-major; no form is used.
  [[nodiscard]] virtual Vector predict(const Matrix& X, const BranchNetwork& network) const = 0;
  /// The penalty of the plain weights divided by beta, as the non-convex problem states it;
  /// infinite where they leave its constraints by more than rounding.
  [[nodiscard]] virtual double penalty(const BranchNetwork& network) const = 0;
};

/// The network of some blocks, a branch a block in their order; none when one does not decode.
[[nodiscard]] std::optional<BranchNetwork> decode_network(const Architecture& architecture,
                                                          const std::vector<ActiveBlock>& blocks);
/// Throws InvalidArgument unless the network has the architecture's layers, as the check_network()
/// of layers.
void check_network(const Architecture& architecture, const BranchNetwork& network);

}  // namespace thalweg
