// The dictionary of VertexPencils: pivots, their error, and the rows that vanish with S.
#include <algorithm>
#include <cmath>
#include <limits>

#include "arrangement/vertex_pencils.hpp"

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Entries are of order 1; a worse error bound is worth the price of a better one, before further
/// pivots or before the vertices of a pencil.
constexpr double kLooseError[] = {1e-3, 1e-5, 1e-7, 1e-9};

}  // namespace

/// The dictionary after a pivot on `row`, the last member of S.
void VertexPencils::pivot(Node& parent, Node& child, Index depth, Index row) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < parent.free.size(); ++i) {
    if (std::abs(column(parent, parent.free[i])[row]) >
        std::abs(column(parent, parent.free[best])[row])) {
      best = i;
    }
  }
  const Index f = parent.free[best];
  const double entry = std::abs(column(parent, f)[row]);
  const double error = parent.errors[static_cast<std::size_t>(f)];
  child.free = parent.free;
  child.free.erase(child.free.begin() + static_cast<std::ptrdiff_t>(best));
  child.closure = parent.closure;
  insert(child.closure, row);
  child.closed = parent.closed + 1;
  child.pivoted = parent.pivoted | PatternWord{1} << f;
  child.product =
      parent.product * flag_.integer_scale(rows_[static_cast<std::size_t>(row)]) * (entry + error);
  basis_.push_back(row);
  basis_columns_.push_back(f);
  double worst = kInfinity;
  if (entry > error && parent.error < kInfinity) {
    // The columns of S matter at the rows that follow only.
    const PencilKernels::PivotSize size = kernels_.pivot(
        {parent.entries.data(), child.entries.data(), stride_, padded_, level_, row, f,
         parent.pivoted, (row + 1) / PencilKernels::kLanes * PencilKernels::kLanes,
         parent.errors.data(), child.errors.data()});
    set_error(child, size.entry);
    worst = size.error;
  } else {
    std::fill(child.errors.begin(), child.errors.end(), kInfinity);
    set_error(child, kInfinity);
  }
  const Index left = std::min<Index>(level_ - 3 - depth, 3);
  if (worst > kLooseError[left]) rebuild(child, depth + 1);
}

void VertexPencils::set_error(Node& node, double entry) const {
  const auto objective = static_cast<std::size_t>(level_ - 2);
  node.error = std::max(node.errors[objective], node.errors[objective + 1]);
  node.largest = entry + node.error;
}

/// The dictionary computed afresh from the root, through the inverse of the basis: pivots
/// accumulate error with their number, this does not. *Error.* A column is base + sum of k products
/// of entries of the root (at most 1, within e) and of the inverse (at most c, within g): off by at
/// most k g + (k c + 1) (e + gamma_{k+2}).
void VertexPencils::rebuild(Node& node, Index depth) {
  Node& root = nodes_.front();
  const auto size = static_cast<std::size_t>(depth);
  const auto levels = static_cast<std::size_t>(level_);
  basis_pointers_.resize(size);
  basis_entries_.resize(size * levels);
  for (std::size_t i = 0; i < size; ++i) {
    basis_pointers_[i] = column(root, basis_columns_[i]);
    for (Index c = 0; c < level_; ++c) {
      basis_entries_[i * levels + static_cast<std::size_t>(c)] = column(root, c)[basis_[i]];
    }
  }
  invert_basis(basis_entries_, basis_columns_, level_, root.error, inverse_);
  const auto k = static_cast<double>(depth);
  const double error =
      1.02 * (k * inverse_.error + (k * inverse_.largest + 1) * (root.error + (k + 3) * kUnit));
  if (!(error < *std::max_element(node.errors.begin(), node.errors.end()))) return;
  factors_.resize(size);
  double entry = 0;
  const auto build = [&](Index c, const double* base) {
    entry = std::max(entry, kernels_.combine(basis_pointers_.data(), factors_.data(), depth, base,
                                             column(node, c), padded_));
  };
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t f = 0; f < size; ++f) factors_[f] = inverse_.inverse[f * size + i];
    build(basis_columns_[i], nullptr);
  }
  const auto build_coordinate = [&](Index c) {
    for (std::size_t f = 0; f < size; ++f) {
      factors_[f] = -inverse_.product[f * levels + static_cast<std::size_t>(c)];
    }
    build(c, column(root, c));
  };
  for (const Index c : node.free) build_coordinate(c);
  build_coordinate(level_ - 2);
  build_coordinate(level_ - 1);
  std::fill(node.errors.begin(), node.errors.end(), error);
  set_error(node, entry);
}

/// Finds the rows that vanish with S, and makes the dictionary say so. False when one of them that
/// is new comes before `row`, the last of S: then S is not the first basis of its span.
bool VertexPencils::close(Node& node, Index depth, Index row) {
  const bool leaf = depth == level_ - 2;
  const auto vanish = [&](Index k) {
    for (const Index c : node.free) column(node, c)[k] = 0;
    beta(node)[k] = 0;
    alpha(node)[k] = 0;
  };
  const bool known = node.error < kInfinity;
  if (!known) {
    std::fill(small_.begin(), small_.end(), ~PatternWord{0});
    small_.back() = ~PatternWord{0} >> (64 * words_ - count_);
  }
  if (!known ||
      kernels_.vanishing_rows(beta(node), alpha(node), count_, node.error, small_.data())) {
    for (std::size_t w = 0; w < small_.size(); ++w) small_[w] &= ~node.closure[w];
    const bool first = for_each_row(small_, [&](Index k) {
      if (!in_span(depth, k)) return true;
      insert(node.closure, k);
      ++node.closed;
      vanish(k);
      return k > row;
    });
    if (!first) return false;
  }
  // Rows that vanished before are zero already. Last, lest vector loads wait for a short store.
  vanish(row);
  if (leaf) {
    double* chart = alpha(node);
    for_each_row(node.closure, [&](Index k) {
      chart[k] = kFar;
      return true;
    });
  }
  return true;
}

bool VertexPencils::in_span(Index depth, Index row) {
  exact_.clear();
  for (Index i = 0; i < depth; ++i) {
    exact_.push_back(rows_[static_cast<std::size_t>(basis_[static_cast<std::size_t>(i)])]);
  }
  exact_.push_back(rows_[static_cast<std::size_t>(row)]);
  return flag_.dependent(exact_);
}

}  // namespace thalweg
