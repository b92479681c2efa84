// The vertices of VertexPencils: whole pencils at once, and single ones that need exact signs.
#include <algorithm>
#include <cmath>
#include <limits>

#include "arrangement/local_topes.hpp"
#include "arrangement/vertex_pencils.hpp"

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// A tolerance above which a sign left open is probably not zero.
constexpr double kCoarse = 1e-9;

/// How far beta_k t + alpha_k can be from its exact value: the lemma of VertexGroup::settled.
double vertex_tolerance(double beta, double t, double error, double largest) {
  if (!(std::abs(beta) > error)) return kInfinity;
  const double spread = error * (std::abs(t) + 1);
  const double shift = spread / (std::abs(beta) - error) + kUnit * std::abs(t);
  return 1.01 * (largest * shift + spread + 3 * kUnit * largest * (std::abs(t) + 1));
}

}  // namespace

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
