#include "arrangement/vertex_pencils.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Pencils of at most so many rows are met without their last pivot.
constexpr Index kShortPencil = 21;

}  // namespace

VertexPencils::VertexPencils(const FlagCoordinates& flag, const PencilKernels& kernels,
                             LocalTopes& locals, PencilStatistics& statistics)
    : flag_(flag), kernels_(kernels), locals_(locals), statistics_(statistics) {}

void VertexPencils::prepare(Index level, std::span<const Index> rows) {
  level_ = level;
  rows_.assign(rows.begin(), rows.end());
  count_ = static_cast<Index>(rows.size());
  words_ = pattern_words(count_);
  padded_ = (count_ + 7) / 8 * 8;
  stride_ = padded_ + 8;
  nodes_.resize(std::max(nodes_.size(), static_cast<std::size_t>(level - 1)));
  largest_scale_ = 1;
  for (const Index row : rows_) {
    largest_scale_ = std::max(largest_scale_, flag_.integer_scale(row));
  }
  const auto words = static_cast<std::size_t>(words_);
  for (Index depth = 0; depth <= level - 2; ++depth) {
    Node& node = nodes_[static_cast<std::size_t>(depth)];
    const auto size = static_cast<std::size_t>(stride_ * level);
    if (node.entries.size() < size) node.entries.resize(size);
    node.closure.assign(words, 0);
    node.closed = 0;
    node.errors.resize(static_cast<std::size_t>(level));
  }
  basis_.clear();
  basis_columns_.clear();
  prefix_row_ = -1;
  lanes_.resize(2 * PencilKernels::kLanes * words);
  settled_.resize(static_cast<std::size_t>(stride_ / PencilKernels::kLanes + 2));
  for (BitRows* set : {&negative_, &small_, &flat_}) set->assign(words, 0);
  fill_root(nodes_.front());
}

void VertexPencils::fill_root(Node& root) {
  root.error = flag_.error();
  root.errors.assign(static_cast<std::size_t>(level_), root.error);
  root.pivoted = 0;
  root.largest = 0;
  root.product = flag_.determinant_bound();
  root.free.clear();
  for (Index c = 0; c < level_; ++c) {
    if (c < level_ - 2) root.free.push_back(c);
    double* entries = column(root, c);
    for (Index i = 0; i < count_; ++i) {
      entries[i] = flag_.rows()(rows_[static_cast<std::size_t>(i)], c);
      root.largest = std::max(root.largest, std::abs(entries[i]));
    }
    std::fill(entries + count_, entries + stride_, 0.0);
  }
  root.largest += root.error;
  if (!(root.error < kInfinity)) root.product = kInfinity;
}

void VertexPencils::run(PatternBuffer& out) { visit(0, 0, out); }

void VertexPencils::run_prefix(std::span<const Index> prefix, PatternBuffer& out) {
  if (prefix.empty()) {
    visit(0, 0, out);
    return;
  }
  // A basis takes level - 1 rows in ascending order.
  if (prefix.back() + level_ - 1 - static_cast<Index>(prefix.size()) >= count_) return;
  if (prefix.size() == 1) {
    if (prefix_row_ < 0) siblings_ = prepare_siblings(0);
    prefix_row_ = prefix[0];
    extend(0, prefix[0], out);
    return;
  }
  if (prefix_row_ != prefix[0]) {
    basis_.clear();
    basis_columns_.clear();
    prefix_row_ = prefix[0];
    prefix_valid_ = descend(0, prefix[0]);
    siblings_ = prefix_valid_ && prepare_siblings(1);
  }
  if (prefix_valid_) extend(1, prefix[1], out);
}

/// The subtree of the rows in basis_, of which there are `depth`.
void VertexPencils::visit(Index depth, Index start, PatternBuffer& out) {
  if (depth == level_ - 2) {
    leaf(out);
    return;
  }
  if (depth == level_ - 3) siblings_ = prepare_siblings(depth);
  const Index last = count_ - (level_ - 2 - depth);
  for (Index row = start; row < last && !out.closed(); ++row) extend(depth, row, out);
}

/// The subtree of the rows in basis_ and one more.
void VertexPencils::extend(Index depth, Index row, PatternBuffer& out) {
  if (siblings_ && depth == level_ - 3 && count_ - row <= kShortPencil) {
    sibling(depth, row, out);
  } else if (descend(depth, row)) {
    visit(depth + 1, row + 1, out);
    basis_.pop_back();
    basis_columns_.pop_back();
  }
}

/// Adds a row to S and computes its node. False, with S as it was, when the row lies in the span of
/// S or S with it is not the lexicographically first basis of its span.
bool VertexPencils::descend(Index depth, Index row) {
  Node& parent = nodes_[static_cast<std::size_t>(depth)];
  Node& child = nodes_[static_cast<std::size_t>(depth + 1)];
  if (contains(parent.closure, row)) return false;
  pivot(parent, child, depth, row);
  if (close(child, depth + 1, row)) return true;
  basis_.pop_back();
  basis_columns_.pop_back();
  return false;
}

}  // namespace thalweg
