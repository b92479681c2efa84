// Blocks of a parallel network as branches, and back.
#include <algorithm>
#include <cmath>
#include <utility>

#include "reformulation/input_checks.hpp"
#include "reformulation/tree_shapes.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

/// A subtree with all magnitudes in its leaves, children in the order of its shape.
struct Subtree {
  Index shape = 0;
  Vector leaves;  ///< without the signs
  std::vector<std::pair<Sign, Subtree>> children;

  void scale(double factor) {
    leaves *= factor;
    for (auto& child : children) child.second.scale(factor);
  }
};

class SubtreeReader {
 public:
  SubtreeReader(const TreeShapes& shapes, const BranchNetwork& network, Index branch,
                Index features)
      : shapes_(shapes), network_(network), branch_(branch), features_(features) {}

  /// Node `node` of its layer, at that height.
  [[nodiscard]] Subtree read(Index height, Index node) const {
    const Matrix& layer = network_.layers[static_cast<std::size_t>(height)];
    if (height == 0) {
      return {0, layer.row(branch_).segment(node * features_, features_).transpose(), {}};
    }
    const Index fan_in = shapes_.leaves(height) / shapes_.leaves(height - 1);
    Subtree tree;
    bool zero = true;  // no child under plus: the node puts out nothing
    for (Index c = node * fan_in; c < (node + 1) * fan_in; ++c) {
      const double weight = layer(branch_, c);
      zero = zero && weight < 0;
      tree.children.emplace_back(sign_of(weight), read(height - 1, c));
      tree.children.back().second.scale(std::abs(weight));
    }
    if (zero) {
      for (auto& child : tree.children) child = {Sign::kPlus, empty(height - 1)};
    }
    finish(height, tree);
    return tree;
  }

 private:
  /// Plus signs and zero leaves.
  [[nodiscard]] Subtree empty(Index height) const {
    Subtree tree{0, Vector::Zero(features_), {}};
    if (height == 0) return tree;
    const Index fan_in = shapes_.leaves(height) / shapes_.leaves(height - 1);
    for (Index c = 0; c < fan_in; ++c) tree.children.emplace_back(Sign::kPlus, empty(height - 1));
    finish(height, tree);
    return tree;
  }

  /// Children into the order of the shape, and their leaves together.
  void finish(Index height, Subtree& tree) const {
    const auto key = [](const std::pair<Sign, Subtree>& child) {
      return TreeShapes::Child{child.first, child.second.shape};
    };
    std::stable_sort(tree.children.begin(), tree.children.end(),
                     [&](const auto& a, const auto& b) { return key(a) < key(b); });
    TreeShapes::Children keys;
    tree.leaves.resize(shapes_.leaves(height) * features_);
    const Index size = shapes_.leaves(height - 1) * features_;
    for (std::size_t c = 0; c < tree.children.size(); ++c) {
      keys.push_back(key(tree.children[c]));
      tree.leaves.segment(static_cast<Index>(c) * size, size) = tree.children[c].second.leaves;
    }
    tree.shape = shapes_.shape_of(height, keys);
  }

  const TreeShapes& shapes_;
  const BranchNetwork& network_;
  Index branch_;
  Index features_;
};

/// Each leaf times its sign; v (leaves times features).
Vector fold_signs(Vector v, const std::vector<std::vector<Sign>>& signs, Index features) {
  if (signs.empty()) return v;
  for (std::size_t a = 0; a < signs[0].size(); ++a) {
    v.segment(static_cast<Index>(a) * features, features) *= to_double(signs[0][a]);
  }
  return v;
}

}  // namespace

std::vector<ActiveBlock> ParallelNetwork::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  std::vector<ActiveBlock> blocks;
  for (Index k = 0; k < network.branches(); ++k) {
    const double last = network.layers.back()(k, 0);
    Subtree root = SubtreeReader(*shapes_, network, k, features_).read(shapes_->height(), 0);
    root.scale(std::abs(last));
    // A root with plus signs only is the sum of its children (Lemma 2).
    std::vector<std::pair<Index, Subtree>> open;
    open.emplace_back(shapes_->height(), std::move(root));
    while (!open.empty()) {
      auto [height, tree] = std::move(open.back());
      open.pop_back();
      const Index form =
          form_of_[static_cast<std::size_t>(height)][static_cast<std::size_t>(tree.shape)];
      if (tree.leaves.isZero(0)) continue;
      if (form >= 0) {
        blocks.push_back({form, sign_of(last), fold_signs(tree.leaves, signs(form), features_)});
        continue;
      }
      for (auto& child : tree.children) {
        if (cost_ == BranchCost::kPath) {
          child.second.scale(1 / std::sqrt(static_cast<double>(tree.children.size())));
        }
        open.emplace_back(height - 1, std::move(child.second));
      }
    }
  }
  return blocks;
}

std::optional<std::vector<Vector>> ParallelNetwork::decode(const ActiveBlock& block) const {
  const Form& tree = form_at(block.form);
  const Index own = shapes_->leaves(tree.height);
  check_block(block, static_cast<Index>(forms_.size()), own * features_);
  const std::vector<std::vector<Sign>> signs = shapes_->signs(tree.height, tree.shape);
  const Vector v = fold_signs(block.w, signs, features_);
  const bool path = cost_ == BranchCost::kPath;
  const Index copies = path ? leaves() / own : 1;
  std::vector<Vector> branch{Vector::Zero(leaves() * features_)};
  for (Index r = 0; r < copies; ++r) {
    branch[0].segment(r * v.size(), v.size()) = v / std::sqrt(static_cast<double>(copies));
  }
  for (Index l = 0; l < shapes_->height(); ++l) {
    Vector weights = Vector::Ones(leaves() / shapes_->leaves(l));
    if (l < tree.height) {
      const std::vector<Sign>& layer = signs[static_cast<std::size_t>(l)];
      for (Index c = 0; c < weights.size(); ++c) {
        weights[c] = to_double(layer[static_cast<std::size_t>(c) % layer.size()]);
      }
    }
    branch.push_back(std::move(weights));
  }
  branch.push_back(Vector::Constant(1, to_double(block.sign)));
  if (path) return branch;
  const double total = norm(tree).value(block.w);
  for (Index a = 0; a < leaves(); ++a) {
    auto leaf = branch[0].segment(a * features_, features_);
    const double length = leaf.stableNorm();
    if (length > 0) leaf /= std::sqrt(length) * std::sqrt(total);
    branch[1][a] *= std::sqrt(length);
  }
  branch.back() *= std::sqrt(total);
  return branch;
}

}  // namespace thalweg
