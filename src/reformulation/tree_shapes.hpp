#pragma once

#include <map>
#include <utility>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The signs of the weights between hidden layers of a tree, up to exchange of equal subtrees: a
/// subtree of height t has m_t children of height t - 1, each under a sign; height 0 is a leaf.
///
/// Trees with a node all of whose children are under minus are left out: such a node puts out zero
/// whatever the leaves are, and so does the same node with plus signs and leaves that are zero, at
/// no more cost. Shape 0 of every height has plus signs only.
class TreeShapes {
 public:
  struct Child {
    Sign sign = Sign::kPlus;
    Index shape = 0;  ///< of the height below
    friend bool operator<(const Child& a, const Child& b) {
      return std::pair(a.sign == Sign::kMinus, a.shape) <
             std::pair(b.sign == Sign::kMinus, b.shape);
    }
    friend bool operator==(const Child& a, const Child& b) = default;
  };
  using Children = std::vector<Child>;  ///< ascending

  /// Throws InvalidArgument when a fan-in is not positive, or there are more than 100 000 shapes.
  explicit TreeShapes(const std::vector<Index>& fan_ins);

  [[nodiscard]] Index height() const { return static_cast<Index>(shapes_.size()) - 1; }
  /// Number of shapes of a height.
  [[nodiscard]] Index count(Index height) const;
  /// Leaves of a subtree.
  [[nodiscard]] Index leaves(Index height) const {
    return leaves_[static_cast<std::size_t>(height)];
  }
  /// Of a node at height >= 1.
  [[nodiscard]] const Children& children(Index height, Index shape) const;
  /// The shape with these children, sorted and not all under minus.
  [[nodiscard]] Index shape_of(Index height, const Children& children) const;
  /// Whether all children of the subtree's root are under plus.
  [[nodiscard]] bool all_plus(Index height, Index shape) const;
  /// Signs of the nodes under the root, layer by layer from the leaves, in the order of the layer:
  /// `height` lists, the last of the root's children.
  [[nodiscard]] std::vector<std::vector<Sign>> signs(Index height, Index shape) const;
  /// First leaves and number of leaves of neighbouring equal subtrees, which may be exchanged.
  struct Exchange {
    Index first = 0;
    Index size = 0;  ///< [first, first + size) with [first + size, first + 2 size)
  };
  [[nodiscard]] std::vector<Exchange> exchanges(Index height, Index shape) const;

 private:
  void add_shapes(Index height, Index fan_in);

  std::vector<std::vector<Children>> shapes_;  ///< of each height; one without children at 0
  std::vector<std::map<Children, Index>> numbers_;
  std::vector<Index> leaves_;
};

}  // namespace thalweg
