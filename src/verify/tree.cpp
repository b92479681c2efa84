#include "verify/tree.hpp"

#include <algorithm>
#include <vector>

#include "verify/limbs.hpp"

namespace thalweg::verify {
namespace {

constexpr long kMaxLeafExponent = 4096;
constexpr long kMaxShift = 64;

/// One node on the path from the root. T_jk = |w_j| (v_j.r_k) is kept for the crossing groups only;
/// what the others and ell add to c_k is summed in base.
struct Node {
  std::size_t width = 0;                ///< limbs of every entry of base and table
  std::vector<std::vector<Int>> rays;   ///< r_1 .. r_R
  std::vector<std::uint32_t> crossing;  ///< positions in the list of groups, increasing
  std::vector<Limb> base;               ///< R entries
  std::vector<Limb> table;              ///< crossing x R entries
  std::size_t k = 0, l = 0;             ///< the split
  int shift_k = 0, shift_l = 0;
  bool second_child = false;
};

/// The vector of a leaf and the rule for its multipliers s_j.
struct Leaf {
  bool zero = false;  ///< p = 0 and every s_j = 0
  long grid = 0;      ///< p = P 2^-grid
  std::vector<Int> p;
  std::vector<Int> rule;     ///< s_j = 1 if v_j.rule > 0, unless listed
  long multiplier_grid = 0;  ///< s_j = value 2^-multiplier_grid for the listed
  std::vector<std::pair<std::size_t, Int>> listed;  ///< (first row of a group, value)
};

class TreeChecker {
 public:
  TreeChecker(Reader& reader, const Problem& problem, const Basis& basis, const Groups& groups,
              Sign sign)
      : reader_(reader),
        problem_(problem),
        basis_(basis),
        groups_(groups.groups),
        exponent_(groups.exponent),
        rank_(basis.size),
        ell_(groups.ell) {
    const bool minus = sign == Sign::kMinus;
    if (minus) {
      for (Int& v : ell_) v = -v;
    }
    // |base|, |T| and every c_k are at most scale_ times the 1-norm of the ray.
    for (const Int& v : ell_) scale_ = std::max(scale_, Int(abs(v)));
    for (const Group& group : groups_) {
      Int largest;
      for (const Int& v : group.direction) largest = std::max(largest, Int(abs(v)));
      scale_ += abs(group.weight) * largest;
      positive_.push_back((group.weight > 0) != minus);
    }
  }

  std::uint64_t run() {
    prepare_root();
    for (std::size_t mask = 0; mask >> rank_ == 0; ++mask) run_orthant(mask);
    return leaves_;
  }

 private:
  Limb* entry(std::vector<Limb>& numbers, const Node& node, std::size_t row, std::size_t k) const {
    return &numbers[(row * rank_ + k) * node.width];
  }

  /// The limbs that hold every number of a node with these rays, sign included.
  std::size_t width_for(const std::vector<std::vector<Int>>& rays) const {
    Int longest;
    for (const auto& ray : rays) {
      Int norm;
      for (const Int& v : ray) norm += abs(v);
      longest = std::max(longest, norm);
    }
    const Int bound = scale_ * longest;
    return mpz_sizeinbase(bound.get_mpz_t(), 2) / 64 + 1;
  }

  /// Makes room for `rows` groups; only what a node did not have before counts as memory.
  void resize(Node& node, std::size_t rows) {
    const std::size_t before = node.table.capacity();
    const std::size_t wanted = rows * rank_ * node.width;
    if (wanted > before) {
      reader_.charge((wanted - before) * sizeof(Limb) + rows * sizeof(node.crossing[0]));
      node.table.reserve(wanted);
    }
    node.table.resize(wanted);
    node.crossing.resize(rows);
    node.base.assign(rank_ * node.width, 0);
  }

  void prepare_root() {
    root_.rays.assign(rank_, std::vector<Int>(rank_));
    for (std::size_t k = 0; k < rank_; ++k) root_.rays[k][k] = 1;
    root_.width = width_for(root_.rays);
    resize(root_, groups_.size());
    for (std::size_t j = 0; j < groups_.size(); ++j) {
      root_.crossing[j] = static_cast<std::uint32_t>(j);
      for (std::size_t k = 0; k < rank_; ++k) {
        assign(entry(root_.table, root_, j, k), root_.width,
               abs(groups_[j].weight) * groups_[j].direction[k]);
      }
    }
    for (std::size_t k = 0; k < rank_; ++k)
      assign(entry(root_.base, root_, 0, k), root_.width, ell_[k]);
  }

  /// Adds w (v.r_k)_+ for every ray of a row of the table.
  void add_positive_part(Node& node, std::vector<Limb>& sums, std::size_t row,
                         bool positive) const {
    for (std::size_t k = 0; k < rank_; ++k) {
      const Limb* t = entry(node.table, node, row, k);
      if (is_negative(t, node.width)) continue;
      Limb* sum = entry(sums, node, 0, k);
      positive ? add_to(sum, t, node.width) : subtract_from(sum, t, node.width);
    }
  }

  /// Keeps a row of the table if its group crosses the cone, else moves it into base.
  bool keep_if_crossing(Node& node, std::size_t row, std::uint32_t group) const {
    bool below = false;
    bool above = false;
    for (std::size_t k = 0; k < rank_; ++k) {
      const Limb* t = entry(node.table, node, row, k);
      const bool negative = is_negative(t, node.width);
      below = below || negative;
      above = above || (!negative && !is_zero(t, node.width));
    }
    if (below && above) return true;
    if (above) add_positive_part(node, node.base, row, positive_[group]);
    return false;
  }

  void start_orthant(Node& node, std::size_t mask) {
    node.width = root_.width;
    node.rays = root_.rays;
    resize(node, groups_.size());
    const auto flip = [&](Limb* row) {
      for (std::size_t k = 0; k < rank_; ++k) {
        const auto width = static_cast<mp_size_t>(node.width);
        if ((mask >> k & 1) != 0) mpn_neg(row + k * node.width, row + k * node.width, width);
      }
    };
    for (std::size_t k = 0; k < rank_; ++k) {
      if ((mask >> k & 1) != 0) node.rays[k][k] = -1;
    }
    node.base = root_.base;
    flip(node.base.data());
    std::size_t kept = 0;
    for (std::size_t j = 0; j < groups_.size(); ++j) {
      Limb* row = entry(node.table, node, kept, 0);
      std::copy_n(entry(root_.table, root_, j, 0), rank_ * node.width, row);
      flip(row);
      node.crossing[kept] = static_cast<std::uint32_t>(j);
      if (keep_if_crossing(node, kept, node.crossing[kept])) ++kept;
    }
    node.crossing.resize(kept);
  }

  /// Copies one row of R numbers from parent to child and puts 2^a T_k + 2^b T_l in column `place`.
  void derive_row(Node& parent, const Limb* source, Node& child, Limb* target, std::size_t place) {
    const std::size_t width = child.width;
    for (std::size_t k = 0; k < rank_; ++k) {
      widen(target + k * width, width, source + k * parent.width, parent.width);
    }
    Limb* sum = target + place * width;
    widen(addend_.data(), width, source + (place == parent.k ? parent.l : parent.k) * parent.width,
          parent.width);
    shift_left(sum, width, place == parent.k ? parent.shift_k : parent.shift_l);
    shift_left(addend_.data(), width, place == parent.k ? parent.shift_l : parent.shift_k);
    add_to(sum, addend_.data(), width);
  }

  /// The child of a split in which the new ray stands at `place`.
  void start_child(Node& parent, Node& child, std::size_t place) {
    child.rays = parent.rays;
    for (std::size_t i = 0; i < rank_; ++i) {
      child.rays[place][i] = shifted(parent.rays[parent.k][i], parent.shift_k) +
                             shifted(parent.rays[parent.l][i], parent.shift_l);
    }
    child.width = std::max(parent.width, width_for(child.rays));
    addend_.resize(child.width);
    resize(child, parent.crossing.size());
    derive_row(parent, parent.base.data(), child, child.base.data(), place);
    std::size_t kept = 0;
    for (std::size_t row = 0; row < parent.crossing.size(); ++row) {
      derive_row(parent, entry(parent.table, parent, row, 0), child,
                 entry(child.table, child, kept, 0), place);
      child.crossing[kept] = parent.crossing[row];
      if (keep_if_crossing(child, kept, child.crossing[kept])) ++kept;
    }
    child.crossing.resize(kept);
  }

  void read_split(Node& node) {
    node.k = static_cast<std::size_t>(reader_.small(0, static_cast<long>(rank_) - 1));
    node.l = static_cast<std::size_t>(reader_.small(0, static_cast<long>(rank_) - 1));
    if (node.k == node.l) reader_.malformed("a split needs two different rays");
    const bool plain = reader_.tokens_left() == 0;
    const long shift = plain ? 0 : reader_.small(-kMaxShift, kMaxShift);
    if (!plain && shift == 0) reader_.malformed("a shift of 0 is not written");
    reader_.end_line();
    node.shift_k = static_cast<int>(std::max(shift, 0L));
    node.shift_l = static_cast<int>(std::max(-shift, 0L));
  }

  Node& level(std::size_t depth) {
    while (path_.size() <= depth) {
      path_.emplace_back();
      reader_.charge(sizeof(Node) + rank_ * rank_ * (sizeof(Int) + 8 * (root_.width + depth)));
    }
    return path_[depth];
  }

  /// Follows the preorder: the path holds the open splits and, at its end, the current cone.
  void run_orthant(std::size_t mask) {
    start_orthant(level(0), mask);
    for (std::size_t depth = 0;;) {
      reader_.next_line();
      if (reader_.accept("s")) {
        read_split(path_[depth]);
        path_[depth].second_child = false;
        Node& child = level(depth + 1);
        start_child(path_[depth], child, path_[depth].k);
        ++depth;
        continue;
      }
      check_leaf(path_[depth], read_leaf(path_[depth]));
      ++leaves_;
      while (depth > 0 && path_[depth - 1].second_child) --depth;
      if (depth == 0) return;
      path_[depth - 1].second_child = true;
      start_child(path_[depth - 1], path_[depth], path_[depth - 1].l);
    }
  }

  Leaf read_leaf(const Node& node) {
    Leaf leaf;
    leaf.zero = reader_.tokens_left() == 1 && reader_.accept("0");
    leaf.p.resize(rank_);
    if (leaf.zero) return leaf;
    leaf.grid = reader_.small(-kMaxLeafExponent, kMaxLeafExponent);
    for (Int& v : leaf.p) v = reader_.integer();
    leaf.rule = leaf.p;
    if (reader_.accept(";")) {
      // sum_k w_k (v.r_k) is v.(sum_k w_k r_k).
      std::fill(leaf.rule.begin(), leaf.rule.end(), 0);
      bool some = false;
      for (std::size_t k = 0; k < rank_; ++k) {
        const Int w = reader_.natural();
        some = some || w != 0;
        for (std::size_t i = 0; i < rank_; ++i) leaf.rule[i] += w * node.rays[k][i];
      }
      if (!some) reader_.malformed("the weights of a leaf are all 0");
    }
    if (reader_.accept("/")) read_listed(leaf);
    reader_.end_line();
    return leaf;
  }

  void read_listed(Leaf& leaf) {
    leaf.multiplier_grid = reader_.small(0, kMaxLeafExponent);
    const Int one = shifted(1, leaf.multiplier_grid);
    long next = 0;
    do {
      const auto [row, multiplier] = reader_.split_pair(reader_.token());
      const long j = reader_.parse_small(row, next, static_cast<long>(problem_.n) - 1);
      Int value = reader_.parse_integer(multiplier);
      if (value < 0 || value > one) reader_.malformed("a multiplier is outside [0, 1]");
      leaf.listed.emplace_back(static_cast<std::size_t>(j), std::move(value));
      next = j + 1;
    } while (reader_.tokens_left() != 0);
  }

  /// c_k 2^(exponent_ + multiplier_grid) for every k.
  std::vector<Int> leaf_sums(Node& node, const Leaf& leaf) {
    sums_ = node.base;
    std::vector<Int> fractional(rank_);
    auto listed = leaf.listed.begin();
    for (std::size_t row = 0; row < node.crossing.size(); ++row) {
      const Group& group = groups_[node.crossing[row]];
      if (positive_[node.crossing[row]]) {
        add_positive_part(node, sums_, row, true);
      } else if (listed != leaf.listed.end() && listed->first == group.first_row) {
        for (std::size_t k = 0; k < rank_; ++k) {
          fractional[k] += listed->second * to_integer(entry(node.table, node, row, k), node.width);
        }
        ++listed;
      } else if (!leaf.zero && dot(group.direction.data(), leaf.rule.data(), rank_) > 0) {
        subtract_from_all(node, row);
      }
    }
    if (listed != leaf.listed.end()) {
      reader_.not_verified("a listed row is not the first of a crossing group of negative weight");
    }
    std::vector<Int> sums;
    for (std::size_t k = 0; k < rank_; ++k) {
      sums.push_back(
          shifted(to_integer(entry(sums_, node, 0, k), node.width), leaf.multiplier_grid) -
          fractional[k]);
    }
    return sums;
  }

  void subtract_from_all(Node& node, std::size_t row) {
    for (std::size_t k = 0; k < rank_; ++k) {
      subtract_from(entry(sums_, node, 0, k), entry(node.table, node, row, k), node.width);
    }
  }

  void check_leaf(Node& node, const Leaf& leaf) {
    std::vector<Int> qp = leaf.p;
    long grid = leaf.grid;
    if (!basis_.identity) {
      for (std::size_t k = 0; k < rank_; ++k)
        qp[k] = dot(&basis_.gram[k * rank_], leaf.p.data(), rank_);
      grid += 2 * problem_.x.exponent;
    }
    const Dyad square{dot(qp.data(), leaf.p.data(), rank_), grid + leaf.grid};
    if (compare(square, problem_.beta * problem_.beta) > 0) {
      reader_.not_verified("the vector of a leaf is longer than beta");
    }
    const std::vector<Int> sums = leaf_sums(node, leaf);
    for (std::size_t k = 0; k < rank_; ++k) {
      const Dyad reached{dot(qp.data(), node.rays[k].data(), rank_), grid};
      if (compare(reached, Dyad{sums[k], exponent_ + leaf.multiplier_grid}) < 0) {
        reader_.not_verified("a leaf does not hold at ray " + std::to_string(k));
      }
    }
  }

  Reader& reader_;
  const Problem& problem_;
  const Basis& basis_;
  const std::vector<Group>& groups_;
  long exponent_;
  std::size_t rank_;
  std::vector<Int> ell_;
  std::vector<bool> positive_;  ///< the sign of s w_j
  Int scale_ = 1;
  Node root_;  ///< all groups, rays +e_k
  std::vector<Node> path_;
  std::vector<Limb> addend_, sums_;
  std::uint64_t leaves_ = 0;
};

}  // namespace

std::uint64_t check_tree(Reader& reader, const Problem& problem, const Basis& basis,
                         const Groups& groups, Sign sign) {
  if (basis.size > kMaxRank) reader.limit("a tree needs at most 24 coordinates");
  reader.end_line();
  return TreeChecker(reader, problem, basis, groups, sign).run();
}

}  // namespace thalweg::verify
