#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "arrangement/circuit_pool.hpp"
#include "arrangement/sign_tree_crossing.hpp"
#include "arrangement/sign_tree_proof.hpp"
#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::sign_tree {

/// What the tree's decisions took.
struct Statistics {
  std::uint64_t nodes = 0;
  std::uint64_t excluded_by_pool = 0;  ///< children that a learned relation excludes
  std::uint64_t crossings = 0;         ///< points found in floating point, verified by the filter
  std::uint64_t relations = 0;         ///< children excluded by a relation that was then learned
  std::uint64_t exact_programs = 0;
  std::uint64_t pointless_cells = 0;  ///< delivered cells that hold no double point that was found

  Statistics& operator+=(const Statistics& other);
};

/// A node of the tree: signs of the first rows and a point of doubles with these signs, exactly.
struct Node {
  Index depth = 0;
  std::vector<PatternWord> pattern;  ///< bits of rows < depth
  bool has_point = false;
  std::vector<double> point;
};

/// Walks the tree of sign vectors depth first; each worker has its own.
///
/// A node knows a point of its cell whenever one of doubles was found, so one of its two children
/// is not empty without further work. The other is decided by a learned relation that excludes it,
/// by a point found in floating point and accepted by the static filter or in rational arithmetic,
/// by a relation proved exactly, or by an exact linear program. Every decision is exact.
class Walker {
 public:
  Walker(const TreeRows& rows, const RunControl& control);

  /// The node without signs, where every walk begins.
  [[nodiscard]] Node root() const;

  /// Visits the descendants of `node` at depth `leaf_depth`. `leaf` returns false to stop. Returns
  /// whether the walk went to its end; otherwise `stopped()` says whether the control ended it.
  [[nodiscard]] bool walk(const Node& node, Index leaf_depth, const std::function<bool()>& leaf);

  /// At a leaf.
  [[nodiscard]] Node node() const;
  [[nodiscard]] const PatternWord* delivered_pattern() const { return delivered_.data(); }
  /// (dimension), or null.
  [[nodiscard]] const double* point() const;

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }
  [[nodiscard]] Statistics& statistics() { return statistics_; }

 private:
  /// Memory of one point and where it lies.
  struct Witness {
    bool has_point = false;
    double* point = nullptr;
    double* distances = nullptr;
    SignBits bits{};
  };
  enum class Child { kEmpty, kPoint, kNoPoint };

  void load(const Node& node);
  [[nodiscard]] bool advance();
  [[nodiscard]] bool advance_prescribed(Index row, Sign sign);
  [[nodiscard]] bool advance_undecided(Index row);
  [[nodiscard]] bool pop();
  void take(Index row, Sign sign);
  void untake(Index row);
  void push(Index row, Sign sign);

  [[nodiscard]] Child decide(Index row, Sign sign, Witness& child);
  [[nodiscard]] bool proved_relation(Index row, Sign sign);
  [[nodiscard]] Child decide_exactly(Index row, Sign sign, Witness& child);
  [[nodiscard]] bool inside(const Witness& witness, Index row, Sign sign) const;
  [[nodiscard]] bool certain(const Witness& witness, Index row) const;

  const TreeRows& rows_;
  RunControl control_;
  Index words_;
  CircuitPool pool_;
  CrossingSearch search_;
  RelationProof proof_;
  Statistics statistics_;
  bool stopped_ = false;

  Index depth_ = 0;
  std::vector<PatternWord> pattern_;    ///< bits of decided rows that are plus
  std::vector<PatternWord> delivered_;  ///< the same over hyperplanes in their order
  AlignedDoubles sigma_;                ///< (stride) signs of decided rows, else 0
  struct Pending {
    Index row;
    Sign sign;
  };
  std::vector<Pending> pending_;

  AlignedDoubles points_;
  AlignedDoubles distances_;
  std::vector<PatternWord> bits_;
  Witness current_;
  Witness spare_;
  std::vector<Witness> of_row_;  ///< of pending children
  Relation candidates_;
  std::vector<double> factors_;
};

}  // namespace thalweg::sign_tree
