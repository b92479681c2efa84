#include <algorithm>

#include "verify/proofs.hpp"

namespace thalweg::verify {
namespace {

constexpr long kMaxNorm = 1L << 62;  // of a ray, the sum of its absolute entries

using Limb = mp_limb_t;
static_assert(GMP_NUMB_BITS == 64, "limbs are full 64-bit words");

/// A group that crosses a cone, with the rays on which v.r_k < 0 and > 0 as bit sets.
struct Crossing {
  std::uint32_t group;
  std::uint32_t below, above;
};

/// One node on the path from the root. A table row holds T_jk = |w_j| (v_j.r_k), k = 1 .. R, of one
/// crossing group; what the other groups and ell add to c_k is summed in base.
struct Node {
  std::vector<long> rays;  ///< R x R, one ray a row
  std::vector<Crossing> crossing;
  std::vector<Limb> table;   ///< crossing x R numbers
  std::vector<Limb> base;    ///< R numbers
  std::size_t k = 0, l = 0;  ///< the split r = 2^shift_k r_k + 2^shift_l r_l
  unsigned shift_k = 0, shift_l = 0;
  bool in_second_child = false;
};

struct Leaf {
  long grid = 0;  ///< p = P 2^-grid
  std::vector<Int> p;
  std::vector<Int> rule;  ///< s_j = 1 if v_j.rule > 0, unless listed; empty: every s_j = 0
  long multiplier_grid = 0;
  std::vector<std::pair<std::size_t, Int>> listed;  ///< (first row, s_j 2^multiplier_grid)
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
        size_(basis.size) {
    // |T|, |base| and |c_k| stay below bound times 2^62, the longest ray.
    Int bound = 1;
    for (const Int& v : groups.ell) bound += abs(v);
    for (const Group& group : groups_) {
      for (const Int& v : group.direction) bound += abs(group.weight * v);
      positive_.push_back((group.weight > 0) == (sign == Sign::kPlus));
    }
    width_ = static_cast<mp_size_t>(mpz_sizeinbase(bound.get_mpz_t(), 2) + 62) / 64 + 1;
    sums_.resize(row_limbs());
    make_root(groups.ell, sign);
  }

  std::uint64_t run() {
    for (std::uint32_t mask = 0; mask >> size_ == 0; ++mask) run_orthant(mask);
    return leaves_;
  }

 private:
  // Numbers are width_ limbs in two's complement.
  std::size_t row_limbs() const { return size_ * static_cast<std::size_t>(width_); }
  Limb* number(Limb* row, std::size_t k) const {
    return row + k * static_cast<std::size_t>(width_);
  }
  bool negative(const Limb* a) const { return a[width_ - 1] >> 63 != 0; }
  bool zero(const Limb* a) const { return mpn_zero_p(a, width_) != 0; }

  void assign(Limb* target, const Int& value) const {
    for (mp_size_t i = 0; i < width_; ++i) target[i] = mpz_getlimbn(value.get_mpz_t(), i);
    if (value < 0) mpn_neg(target, target, width_);
  }

  Int to_integer(const Limb* a) const {
    Int value;
    mpz_import(value.get_mpz_t(), static_cast<std::size_t>(width_), -1, sizeof(Limb), 0, 0, a);
    return negative(a) ? Int(value - shifted(1, 64 * width_)) : value;
  }

  /// Makes room for `rows` groups; only room that a node did not have before counts as memory.
  void resize(Node& node, std::size_t rows) {
    if (rows > node.crossing.capacity()) {
      reader_.charge((rows - node.crossing.capacity()) * (sizeof(Crossing) + 8 * row_limbs()));
      node.crossing.reserve(rows);
      node.table.reserve(rows * row_limbs());
    }
    node.crossing.resize(rows);
    node.table.resize(rows * row_limbs());
  }

  /// All groups with the rays +e_k, ell in base.
  void make_root(const std::vector<Int>& ell, Sign sign) {
    resize(root_, groups_.size());
    root_.base.resize(row_limbs());
    for (std::size_t k = 0; k < size_; ++k) {
      assign(number(root_.base.data(), k), sign == Sign::kPlus ? ell[k] : Int(-ell[k]));
    }
    for (std::size_t j = 0; j < groups_.size(); ++j) {
      root_.crossing[j] = {static_cast<std::uint32_t>(j), 0, 0};
      for (std::size_t k = 0; k < size_; ++k) {
        const Int& v = groups_[j].direction[k];
        assign(number(&root_.table[j * row_limbs()], k), abs(groups_[j].weight) * v);
        (v < 0 ? root_.crossing[j].below : root_.crossing[j].above) |= (v != 0 ? 1U : 0U) << k;
      }
    }
  }

  /// Adds w (v.r_k)_+ to every sum.
  void add_positive_part(Limb* sums, Limb* row, const Crossing& group) const {
    for (std::size_t k = 0; k < size_; ++k) {
      if ((group.above >> k & 1) == 0) continue;
      (positive_[group.group] ? mpn_add_n : mpn_sub_n)(number(sums, k), number(sums, k),
                                                       number(row, k), width_);
    }
  }

  /// Puts a group whose row stands at `kept` into the node: among the crossing ones, or into base.
  void settle(Node& node, std::size_t& kept, const Crossing& group) const {
    node.crossing[kept] = group;
    if (group.below != 0 && group.above != 0) {
      ++kept;
    } else {
      add_positive_part(node.base.data(), &node.table[kept * row_limbs()], group);
    }
  }

  void start_orthant(Node& node, std::uint32_t mask) {
    const auto flip = [&](Limb* target, const Limb* source) {
      std::copy_n(source, row_limbs(), target);
      for (std::size_t k = 0; k < size_; ++k) {
        if ((mask >> k & 1) != 0) mpn_neg(number(target, k), number(target, k), width_);
      }
    };
    node.rays.assign(size_ * size_, 0);
    for (std::size_t k = 0; k < size_; ++k)
      node.rays[k * size_ + k] = (mask >> k & 1) != 0 ? -1 : 1;
    resize(node, groups_.size());
    node.base.resize(row_limbs());
    flip(node.base.data(), root_.base.data());
    std::size_t kept = 0;
    for (std::size_t j = 0; j < groups_.size(); ++j) {
      flip(&node.table[kept * row_limbs()], &root_.table[j * row_limbs()]);
      const Crossing& group = root_.crossing[j];
      settle(node, kept,
             {group.group, (group.below & ~mask) | (group.above & mask),
              (group.above & ~mask) | (group.below & mask)});
    }
    resize(node, kept);
  }

  /// Copies a row with the new ray's number, 2^shift_k T_k + 2^shift_l T_l, at `place`.
  void derive(const Node& parent, Limb* source, Limb* target, std::size_t place) {
    std::copy_n(source, row_limbs(), target);
    Limb* sum = number(target, place);
    Limb* other = sums_.data();
    std::copy_n(number(source, parent.k), width_, sum);
    std::copy_n(number(source, parent.l), width_, other);
    if (parent.shift_k != 0) mpn_lshift(sum, sum, width_, parent.shift_k);
    if (parent.shift_l != 0) mpn_lshift(other, other, width_, parent.shift_l);
    mpn_add_n(sum, sum, other, width_);
  }

  /// The child of a split that has the new ray at `place`.
  void start_child(Node& parent, Node& child, std::size_t place) {
    child.rays = parent.rays;
    for (std::size_t i = 0; i < size_; ++i) {
      child.rays[place * size_ + i] = (parent.rays[parent.k * size_ + i] << parent.shift_k) +
                                      (parent.rays[parent.l * size_ + i] << parent.shift_l);
    }
    resize(child, parent.crossing.size());
    child.base.resize(row_limbs());
    derive(parent, parent.base.data(), child.base.data(), place);
    std::size_t kept = 0;
    for (std::size_t j = 0; j < parent.crossing.size(); ++j) {
      Limb* row = &child.table[kept * row_limbs()];
      derive(parent, &parent.table[j * row_limbs()], row, place);
      Crossing group = parent.crossing[j];
      const Limb* fresh = number(row, place);
      const std::uint32_t bit = 1U << place;
      group.below = (group.below & ~bit) | (negative(fresh) ? bit : 0);
      group.above = (group.above & ~bit) | (!negative(fresh) && !zero(fresh) ? bit : 0);
      settle(child, kept, group);
    }
    resize(child, kept);
  }

  void read_split(Node& node) {
    const long last = static_cast<long>(size_) - 1;
    node.k = static_cast<std::size_t>(reader_.small(0, last));
    node.l = static_cast<std::size_t>(reader_.small(0, last));
    grammar(node.k != node.l, "a split needs two different rays");
    long shift = 0;
    if (reader_.tokens_left() != 0) {
      shift = reader_.small(-64, 64);
      grammar(shift != 0, "a shift of 0 is not written");
    }
    reader_.end_line();
    node.shift_k = static_cast<unsigned>(std::max(shift, 0L));
    node.shift_l = static_cast<unsigned>(std::max(-shift, 0L));
    Int norm;
    for (std::size_t i = 0; i < size_; ++i) {
      norm += abs(shifted(node.rays[node.k * size_ + i], node.shift_k));
      norm += abs(shifted(node.rays[node.l * size_ + i], node.shift_l));
    }
    limit(norm < kMaxNorm, "a ray has a sum of absolute entries of 2^62 or more");
    node.in_second_child = false;
  }

  Node& level(std::size_t depth) {
    if (depth == path_.size()) {
      reader_.charge(sizeof(Node) + 8 * (size_ * size_ + row_limbs()));
      path_.emplace_back();
    }
    return path_[depth];
  }

  /// Follows the preorder: the path holds the open splits and, at its end, the current cone.
  void run_orthant(std::uint32_t mask) {
    start_orthant(level(0), mask);
    for (std::size_t depth = 0;;) {
      reader_.next_line();
      if (reader_.accept("s")) {
        read_split(path_[depth]);
        level(++depth);
        start_child(path_[depth - 1], path_[depth], path_[depth - 1].k);
        continue;
      }
      check_leaf(path_[depth], read_leaf(path_[depth]));
      ++leaves_;
      while (depth > 0 && path_[depth - 1].in_second_child) --depth;
      if (depth == 0) return;
      Node& parent = path_[depth - 1];
      parent.in_second_child = true;
      start_child(parent, path_[depth], parent.l);
    }
  }

  Leaf read_leaf(const Node& node) {
    Leaf leaf;
    leaf.p.resize(size_);
    if (reader_.tokens_left() == 1) {
      reader_.keyword("0");
      return leaf;
    }
    leaf.grid = reader_.small(-4096, 4096);
    for (Int& v : leaf.p) v = reader_.integer();
    leaf.rule = leaf.p;
    if (reader_.accept(";")) {
      // sum_k w_k (v.r_k) is v.(sum_k w_k r_k).
      leaf.rule.assign(size_, 0);
      bool some = false;
      for (std::size_t k = 0; k < size_; ++k) {
        const Int w = reader_.integer();
        grammar(w >= 0, "a weight is negative");
        some = some || w != 0;
        for (std::size_t i = 0; i < size_; ++i) leaf.rule[i] += w * node.rays[k * size_ + i];
      }
      grammar(some, "the weights of a leaf are all 0");
    }
    if (reader_.accept("/")) read_listed(leaf);
    reader_.end_line();
    return leaf;
  }

  void read_listed(Leaf& leaf) {
    leaf.multiplier_grid = reader_.small(0, 4096);
    const Int one = shifted(1, leaf.multiplier_grid);
    long next = 0;
    do {
      const auto [row, multiplier] = reader_.pair();
      const long j = Reader::to_small(row, next, static_cast<long>(problem_.n) - 1);
      const Int value = Reader::to_integer(multiplier);
      grammar(0 <= value && value <= one, "a multiplier is outside [0, 1]");
      leaf.listed.emplace_back(static_cast<std::size_t>(j), value);
      next = j + 1;
    } while (reader_.tokens_left() != 0);
  }

  /// c_k 2^(exponent_ + multiplier_grid) for every k.
  std::vector<Int> leaf_sums(Node& node, const Leaf& leaf) {
    sums_ = node.base;
    std::vector<Int> listed_part(size_);
    auto listed = leaf.listed.begin();
    for (std::size_t j = 0; j < node.crossing.size(); ++j) {
      Limb* row = &node.table[j * row_limbs()];
      const Crossing& crossing = node.crossing[j];
      const Group& group = groups_[crossing.group];
      if (positive_[crossing.group]) {
        add_positive_part(sums_.data(), row, crossing);
      } else if (listed != leaf.listed.end() && listed->first == group.first_row) {
        for (std::size_t k = 0; k < size_; ++k) {
          listed_part[k] += listed->second * to_integer(number(row, k));
        }
        ++listed;
      } else if (!leaf.rule.empty() && dot(group.direction.data(), leaf.rule.data(), size_) > 0) {
        for (std::size_t k = 0; k < size_; ++k) {
          mpn_sub_n(number(sums_.data(), k), number(sums_.data(), k), number(row, k), width_);
        }
      }
    }
    demand(listed == leaf.listed.end(),
           "a listed row is not the first of a crossing group of negative weight");
    for (std::size_t k = 0; k < size_; ++k) {
      const Int sum = to_integer(number(sums_.data(), k));
      listed_part[k] = shifted(sum, leaf.multiplier_grid) - listed_part[k];
    }
    return listed_part;
  }

  void check_leaf(Node& node, const Leaf& leaf) {
    std::vector<Int> qp = leaf.p;
    long exponent = leaf.grid;
    if (!basis_.gram.empty()) {
      for (std::size_t k = 0; k < size_; ++k)
        qp[k] = dot(&basis_.gram[k * size_], leaf.p.data(), size_);
      exponent += 2 * problem_.x.exponent;
    }
    demand(dyadic(dot(qp.data(), leaf.p.data(), size_), exponent + leaf.grid) <=
               problem_.beta * problem_.beta,
           "the vector of a leaf is longer than beta");
    const std::vector<Int> sums = leaf_sums(node, leaf);
    const long lift = exponent_ + leaf.multiplier_grid - exponent;
    for (std::size_t k = 0; k < size_; ++k) {
      Int reached;
      for (std::size_t i = 0; i < size_; ++i) reached += qp[i] * node.rays[k * size_ + i];
      demand(shifted(reached, std::max(lift, 0L)) >= shifted(sums[k], std::max(-lift, 0L)),
             "a leaf does not hold at one of its rays");
    }
  }

  Reader& reader_;
  const Problem& problem_;
  const Basis& basis_;
  const std::vector<Group>& groups_;
  long exponent_;
  std::size_t size_;
  mp_size_t width_ = 0;
  std::vector<bool> positive_;  ///< whether s w_j > 0
  Node root_;
  std::vector<Node> path_;
  std::vector<Limb> sums_;
  std::uint64_t leaves_ = 0;
};

}  // namespace

std::uint64_t check_tree(Reader& reader, const Problem& problem, const Basis& basis,
                         const Groups& groups, Sign sign) {
  limit(basis.size <= 24, "a tree takes at most 24 coordinates");
  reader.end_line();
  return TreeChecker(reader, problem, basis, groups, sign).run();
}

}  // namespace thalweg::verify
