#include <algorithm>

#include "verify/proofs.hpp"

namespace thalweg::verify {
namespace {

/// One node on the path from the root. A table row points to T_jk = |w_j| (v_j.r_k), k = 1 .. R, of
/// one crossing group; what the other groups and ell add to c_k is summed in base.
struct Node {
  std::vector<Int> rays;              ///< R x R, one ray a row
  std::vector<std::size_t> crossing;  ///< positions in the list of groups, increasing
  std::vector<const Int*> table;      ///< crossing x R
  std::vector<Int> base;              ///< R
  std::vector<Int> fresh;    ///< T for the split's new ray, for both children; never shrinks
  std::size_t bits = 0;      ///< no number above is longer
  std::size_t charged = 0;   ///< bytes taken from the memory limit
  std::size_t k = 0, l = 0;  ///< the split r = 2^shift_k r_k + 2^shift_l r_l
  long shift_k = 0, shift_l = 0;
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
        size_(basis.size),
        sign_(sign == Sign::kPlus ? 1 : -1),
        ell_(groups.ell) {
    // No sum of numbers of an orthant is longer than the sum of all absolute values.
    Int total = 1;
    for (const Int& v : ell_) total += abs(v);
    for (const Group& group : groups_) {
      for (const Int& v : group.direction) {
        first_.push_back(abs(group.weight * v));
        reader_.charge(first_.back());
        total += first_.back();
      }
    }
    bits_ = mpz_sizeinbase(total.get_mpz_t(), 2);
  }

  std::uint64_t run() {
    for (std::size_t mask = 0; mask >> size_ == 0; ++mask) run_orthant(mask);
    return leaves_;
  }

 private:
  /// Makes room for `rows` groups and as many fresh numbers; only room that a node did not have
  /// before counts as memory.
  void resize(Node& node, std::size_t rows) {
    const std::size_t number = sizeof(Int) + 16 + node.bits / 8;
    const std::size_t wanted = 8 * rows * (size_ + 1) + (rows + size_ * (size_ + 1)) * number;
    if (wanted > node.charged) reader_.charge(wanted - node.charged);
    node.charged = std::max(node.charged, wanted);
    node.table.resize(rows * size_);
    node.base.resize(size_);
    node.crossing.clear();
    if (node.fresh.size() < rows) node.fresh.resize(rows);
  }

  bool positive(std::size_t group) const { return (groups_[group].weight > 0) == (sign_ > 0); }

  /// Adds w (v.r_k)_+ to every sum.
  void add_positive_part(std::vector<Int>& sums, const Int* const* row, std::size_t group) const {
    for (std::size_t k = 0; k < size_; ++k) {
      if (*row[k] > 0) positive(group) ? sums[k] += *row[k] : sums[k] -= *row[k];
    }
  }

  /// Keeps the group whose numbers stand behind the crossing rows if it crosses, else adds to base.
  void settle(Node& node, std::size_t group) const {
    const Int* const* row = &node.table[node.crossing.size() * size_];
    bool below = false;
    bool above = false;
    for (std::size_t k = 0; k < size_; ++k) {
      below = below || *row[k] < 0;
      above = above || *row[k] > 0;
    }
    if (below && above) {
      node.crossing.push_back(group);
    } else if (above) {
      add_positive_part(node.base, row, group);
    }
  }

  void start_orthant(Node& node, std::size_t mask) {
    node.bits = bits_;
    resize(node, groups_.size());
    node.rays.assign(size_ * size_, 0);
    for (std::size_t k = 0; k < size_; ++k) {
      const int side = (mask >> k & 1) != 0 ? -1 : 1;
      node.rays[k * size_ + k] = side;
      node.base[k] = side * sign_ * ell_[k];
      for (std::size_t j = 0; j < groups_.size(); ++j) {
        first_[j * size_ + k] = side * abs(groups_[j].weight) * groups_[j].direction[k];
      }
    }
    for (std::size_t j = 0; j < groups_.size(); ++j) {
      const Int** row = &node.table[node.crossing.size() * size_];
      for (std::size_t k = 0; k < size_; ++k) row[k] = &first_[j * size_ + k];
      settle(node, j);
    }
  }

  /// target = 2^shift_k a + 2^shift_l b for the split of the node.
  static void combine(const Node& node, const Int& a, const Int& b, Int& target) {
    if (node.shift_k == 0 && node.shift_l == 0) {
      target = a + b;
    } else {
      target = shifted(a, node.shift_k) + shifted(b, node.shift_l);
    }
  }

  /// The child of a split that has the new ray at `place`.
  void start_child(const Node& parent, Node& child, std::size_t place) {
    child.bits = parent.bits + static_cast<std::size_t>(parent.shift_k + parent.shift_l) + 1;
    resize(child, parent.crossing.size());
    child.rays = parent.rays;
    child.base = parent.base;
    for (std::size_t i = 0; i < size_; ++i) {
      combine(parent, parent.rays[parent.k * size_ + i], parent.rays[parent.l * size_ + i],
              child.rays[place * size_ + i]);
    }
    combine(parent, parent.base[parent.k], parent.base[parent.l], child.base[place]);
    for (std::size_t j = 0; j < parent.crossing.size(); ++j) {
      const Int** row = &child.table[child.crossing.size() * size_];
      std::copy_n(&parent.table[j * size_], size_, row);
      row[place] = &parent.fresh[j];
      settle(child, parent.crossing[j]);
    }
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
    node.shift_k = std::max(shift, 0L);
    node.shift_l = std::max(-shift, 0L);
    node.in_second_child = false;
    for (std::size_t j = 0; j < node.crossing.size(); ++j) {
      const Int* const* row = &node.table[j * size_];
      combine(node, *row[node.k], *row[node.l], node.fresh[j]);
    }
  }

  /// Follows the preorder: the path holds the open splits and, at its end, the current cone.
  void run_orthant(std::size_t mask) {
    if (path_.empty()) path_.emplace_back();
    start_orthant(path_[0], mask);
    for (std::size_t depth = 0;;) {
      reader_.next_line();
      if (reader_.accept("s")) {
        read_split(path_[depth]);
        if (++depth == path_.size()) path_.emplace_back();
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
  std::vector<Int> leaf_sums(const Node& node, const Leaf& leaf) {
    std::vector<Int> sums = node.base;
    std::vector<Int> listed_part(size_);
    auto listed = leaf.listed.begin();
    for (std::size_t j = 0; j < node.crossing.size(); ++j) {
      const Int* const* row = &node.table[j * size_];
      const Group& group = groups_[node.crossing[j]];
      if (positive(node.crossing[j])) {
        add_positive_part(sums, row, node.crossing[j]);
      } else if (listed != leaf.listed.end() && listed->first == group.first_row) {
        for (std::size_t k = 0; k < size_; ++k) listed_part[k] += listed->second * *row[k];
        ++listed;
      } else if (!leaf.rule.empty() && dot(group.direction.data(), leaf.rule.data(), size_) > 0) {
        for (std::size_t k = 0; k < size_; ++k) sums[k] -= *row[k];
      }
    }
    demand(listed == leaf.listed.end(),
           "a listed row is not the first of a crossing group of negative weight");
    for (std::size_t k = 0; k < size_; ++k) {
      sums[k] = shifted(sums[k], leaf.multiplier_grid) - listed_part[k];
    }
    return sums;
  }

  void check_leaf(const Node& node, const Leaf& leaf) {
    std::vector<Int> qp = leaf.p;
    long exponent = leaf.grid;
    if (!basis_.gram.empty()) {
      for (std::size_t k = 0; k < size_; ++k)
        qp[k] = dot(&basis_.gram[k * size_], leaf.p.data(), size_);
      exponent += 2 * problem_.x.exponent;
    }
    demand(dyadic(dot(qp.data(), leaf.p.data(), size_), exponent + leaf.grid) <=
               problem_.row_beta * problem_.row_beta,
           "the vector of a leaf is longer than beta");
    const std::vector<Int> sums = leaf_sums(node, leaf);
    const long lift = exponent_ + leaf.multiplier_grid - exponent;
    for (std::size_t k = 0; k < size_; ++k) {
      const Int reached = dot(qp.data(), &node.rays[k * size_], size_);
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
  int sign_;
  const std::vector<Int>& ell_;
  std::vector<Int> first_;  ///< |w_j| (v_j.r_k) in the orthant, groups x R
  std::size_t bits_ = 0;
  std::vector<Node> path_;
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
