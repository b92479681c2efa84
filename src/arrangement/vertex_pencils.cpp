#include "arrangement/vertex_pencils.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "arrangement/local_topes.hpp"

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Entries are of order 1; a worse error bound is worth the price of a better one, before further
/// pivots or before the vertices of a pencil.
constexpr double kLooseError[] = {1e-3, 1e-5, 1e-7, 1e-9};
/// A tolerance above which a sign left open is probably not zero.
constexpr double kCoarse = 1e-9;
/// Pencils of at most so many rows are met without their last pivot.
constexpr Index kShortPencil = 21;
/// Stands for "never zero" in alpha.
constexpr double kFar = 1e300;

/// How far beta_k t + alpha_k can be from its exact value: the lemma of VertexGroup::settled.
double vertex_tolerance(double beta, double t, double error, double largest) {
  if (!(std::abs(beta) > error)) return kInfinity;
  const double spread = error * (std::abs(t) + 1);
  const double shift = spread / (std::abs(beta) - error) + kUnit * std::abs(t);
  return 1.01 * (largest * shift + spread + 3 * kUnit * largest * (std::abs(t) + 1));
}

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

/// Whether pencils can be met from the dictionary before their last pivot.
bool VertexPencils::prepare_siblings(Index depth) {
  if (depth != level_ - 3 || words_ > 1) return false;
  Node& node = nodes_[static_cast<std::size_t>(depth)];
  if (!(node.error < kInfinity) || node.closed != depth) return false;
  far_alpha_.assign(alpha(node), alpha(node) + stride_);
  for_each_row(node.closure, [&](Index k) {
    far_alpha_[static_cast<std::size_t>(k)] = kFar;
    return true;
  });
  return true;
}

/// The vertices of one short pencil, S and `row`, without a pivot. Those that are not certain take
/// the ordinary way.
void VertexPencils::sibling(Index depth, Index row, PatternBuffer& out) {
  Node& node = nodes_[static_cast<std::size_t>(depth)];
  const Index f = node.free.front();
  PencilKernels::Sibling sibling;
  sibling.rows = count_;
  sibling.entries = node.entries.data();
  sibling.stride = stride_;
  sibling.errors = node.errors.data();
  sibling.free = f;
  sibling.beta = level_ - 2;
  sibling.alpha = level_ - 1;
  sibling.far_alpha = far_alpha_.data();
  sibling.basis_size = depth;
  sibling.basis_columns = basis_columns_.data();
  sibling.basis_rows = basis_.data();
  sibling.row = row;
  sibling.error = std::max(node.error, node.errors[static_cast<std::size_t>(f)]);
  sibling.largest = node.largest + sibling.error;
  const Index vertices = count_ - row - 1;
  PatternWord* patterns = out.room(vertices + PencilKernels::kLanes);
  double& chart = far_alpha_[static_cast<std::size_t>(row)];
  chart = kFar;
  const bool all = kernels_.sibling_patterns(sibling, patterns, settled_.data());
  chart = alpha(node)[row];
  if (all) {
    out.add(vertices);
    return;
  }
  copies_.assign(patterns, patterns + vertices);
  const std::vector<std::uint8_t> settled(settled_.begin(), settled_.begin() + vertices / 8 + 1);
  const bool valid = descend(depth, row);
  for (Index j = 0; valid && j < vertices && !out.closed(); ++j) {
    if ((settled[static_cast<std::size_t>(j / 8)] >> (j % 8) & 1) != 0) {
      *out.room(1) = copies_[static_cast<std::size_t>(j)];
      out.add(1);
    } else {
      vertex(nodes_[static_cast<std::size_t>(depth + 1)], row + 1 + j, out);
    }
  }
  if (valid) {
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

void VertexPencils::leaf(PatternBuffer& out) {
  Node& node = nodes_[static_cast<std::size_t>(level_ - 2)];
  const Index first = basis_.empty() ? 0 : basis_.back() + 1;
  const Index vertices = count_ - first;
  if (vertices <= 0) return;
  // With more rows than S on the pencil every vertex is degenerate.
  if (!(node.error < kInfinity) || node.closed > static_cast<Index>(basis_.size())) {
    for (Index j = first; j < count_ && !out.closed(); ++j) vertex(node, j, out);
    return;
  }
  PencilKernels::Pencil pencil;
  pencil.rows = count_;
  pencil.entries = node.entries.data();
  pencil.stride = stride_;
  pencil.errors = node.errors.data();
  pencil.beta = level_ - 2;
  pencil.alpha = level_ - 1;
  pencil.basis_size = static_cast<Index>(basis_.size());
  pencil.basis_columns = basis_columns_.data();
  pencil.basis_rows = basis_.data();
  pencil.error = node.error;
  pencil.largest = node.largest;
  pencil.scratch = lanes_.data();
  PatternWord* patterns = out.room(vertices + PencilKernels::kLanes);
  if (kernels_.vertex_patterns(pencil, first, words_, patterns, settled_.data())) {
    out.add(vertices);
    return;
  }
  copies_.assign(patterns, patterns + vertices * words_);
  for (Index j = 0; j < vertices && !out.closed(); ++j) {
    if ((settled_[static_cast<std::size_t>(j / 8)] >> (j % 8) & 1) != 0) {
      std::copy_n(copies_.data() + j * words_, words_, out.room(1));
      out.add(1);
    } else {
      vertex(node, first + j, out);
    }
  }
}

/// A vertex with at least one sign that floating point leaves open.
void VertexPencils::vertex(Node& node, Index row, PatternBuffer& out) {
  if (contains(node.closure, row)) return;
  if (!vertex_signs(node, row)) return;
  if (size(flat_) == level_ - 1) {
    simple_vertex(node, row, out);
  } else {
    degenerate_vertex(out);
  }
}

/// Fills flat_ (the rows through the vertex of S and `row`) and negative_ (the signs of the
/// others). False when S with `row` is not the first basis of flat_.
///
/// *Integrality.* a_S a_j a_k det(y_S, y_j, y_k, l_{m+1}, ...) is an integer, and equals value_k
/// times `node.product` |beta_j| a_j a_k at most; a smaller value is zero.
bool VertexPencils::vertex_signs(Node& node, Index row) {
  double tolerance = kInfinity;
  bool integral = false;
  if (node.error < kInfinity) {
    const double b = beta(node)[row];
    const double t = -alpha(node)[row] / b;
    tolerance = vertex_tolerance(b, t, node.error, node.largest);
    if (!(tolerance < kInfinity)) tolerance = kInfinity;
    const double unit = node.product * (std::abs(b) + node.error) * largest_scale_ *
                        flag_.integer_scale(rows_[static_cast<std::size_t>(row)]);
    integral = 2.02 * tolerance * unit < 1;
    kernels_.point_signs(beta(node), alpha(node), count_, tolerance < kInfinity ? t : 0.0,
                         tolerance, negative_.data(), small_.data());
  } else {
    std::fill(small_.begin(), small_.end(), ~PatternWord{0});
    small_.back() = ~PatternWord{0} >> (64 * words_ - count_);
    std::fill(negative_.begin(), negative_.end(), PatternWord{0});
  }
  flat_ = node.closure;
  insert(flat_, row);
  for (std::size_t w = 0; w < flat_.size(); ++w) small_[w] &= ~flat_[w];
  // A coarse bound leaves many signs open that are far from zero.
  const bool coarse = tolerance > kCoarse;
  int chart = 0;
  return for_each_row(small_, [&](Index k) {
    const auto with_last = [&](Index last) {
      exact_.clear();
      for (const Index s : basis_) exact_.push_back(rows_[static_cast<std::size_t>(s)]);
      exact_.push_back(rows_[static_cast<std::size_t>(row)]);
      exact_.push_back(last);
      return std::span<const Index>(exact_);
    };
    const Index id = rows_[static_cast<std::size_t>(k)];
    int sign = coarse ? flag_.likely_sign(with_last(id)) : 0;
    if (sign == 0) {
      if (integral || flag_.dependent(with_last(id))) {
        insert(flat_, k);
        return k > row;
      }
      sign = flag_.sign(with_last(id));
    }
    if (chart == 0) chart = flag_.sign(with_last(flag_.functional(level_)));
    ++statistics_.exact_signs;
    if (sign == 0 || chart == 0) throw UnluckyFlag();
    const PatternWord bit = PatternWord{1} << (k % 64);
    PatternWord& word = negative_[static_cast<std::size_t>(k / 64)];
    word = sign * chart < 0 ? word | bit : word & ~bit;
    return true;
  });
}

/// The sign of lambda_q in l_{m-1} = sum_q lambda_q x_q on W_{m-1}, by Cramer's rule, for the rows
/// in exact_ and l_m behind them.
int VertexPencils::multiplier_sign(std::size_t position) {
  const int whole = flag_.sign(exact_);
  const Index row = exact_[position];
  exact_[position] = flag_.functional(level_ - 1);
  const int part = flag_.sign(exact_);
  exact_[position] = row;
  statistics_.exact_signs += 2;
  if (whole == 0 || part == 0) throw UnluckyFlag();
  return whole * part;
}

void VertexPencils::simple_vertex(Node& node, Index row, PatternBuffer& out) {
  PatternWord* pattern = out.room(1);
  for (std::size_t w = 0; w < flat_.size(); ++w) pattern[w] = negative_[w] & ~flat_[w];
  exact_.clear();
  for (const Index s : basis_) exact_.push_back(rows_[static_cast<std::size_t>(s)]);
  exact_.push_back(rows_[static_cast<std::size_t>(row)]);
  exact_.push_back(flag_.functional(level_));
  const double b = node.error < kInfinity ? beta(node)[row] : 0;
  const bool certain = node.error < kInfinity && std::abs(b) > node.error;
  for (std::size_t i = 0; i <= basis_.size(); ++i) {
    const Index at = i < basis_.size() ? basis_[i] : row;
    int sign = 0;
    if (certain && i == basis_.size()) {
      sign = b > 0 ? 1 : -1;
    } else if (certain && std::abs(column(node, basis_columns_[i])[row]) >
                              node.errors[static_cast<std::size_t>(basis_columns_[i])]) {
      sign = (column(node, basis_columns_[i])[row] > 0) == (b > 0) ? -1 : 1;
    } else {
      sign = multiplier_sign(i);
    }
    if (sign < 0) pattern[at / 64] |= PatternWord{1} << (at % 64);
  }
  out.add(1);
}

void VertexPencils::degenerate_vertex(PatternBuffer& out) {
  ++statistics_.degenerate_vertices;
  flat_rows_.clear();
  for_each_row(flat_, [&](Index k) {
    flat_rows_.push_back(rows_[static_cast<std::size_t>(k)]);
    return true;
  });
  const PatternView topes = locals_.bounded(level_ - 1, flat_rows_);
  // From here on flat_rows_ holds positions, for the bits of the patterns.
  flat_rows_.clear();
  for_each_row(flat_, [&](Index k) {
    flat_rows_.push_back(k);
    return true;
  });
  for (Index i = 0; i < topes.count && !out.closed(); ++i) {
    PatternWord* pattern = out.room(1);
    for (std::size_t w = 0; w < flat_.size(); ++w) pattern[w] = negative_[w] & ~flat_[w];
    const PatternWord* local = topes.pattern(i);
    for (Index w = 0; w < topes.words; ++w) {
      for (PatternWord rest = local[w]; rest != 0; rest &= rest - 1) {
        const Index at = flat_rows_[static_cast<std::size_t>(64 * w + std::countr_zero(rest))];
        pattern[at / 64] |= PatternWord{1} << (at % 64);
      }
    }
    out.add(1);
  }
}

}  // namespace thalweg
