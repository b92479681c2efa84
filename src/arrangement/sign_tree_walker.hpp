#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "arrangement/circuit_pool.hpp"
#include "arrangement/sign_tree_crossing.hpp"
#include "arrangement/sign_tree_fine.hpp"
#include "arrangement/sign_tree_proof.hpp"
#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::sign_tree {

/// What the tree's decisions took.
struct Statistics {
  std::uint64_t nodes = 0;
  std::uint64_t excluded_by_pool = 0;  ///< children that a learned relation excludes
  std::uint64_t crossings = 0;         ///< points found in floating point, verified by the filter
  std::uint64_t fine_crossings = 0;    ///< the same with 113 bits
  std::uint64_t relations = 0;         ///< children excluded by a relation that was then learned
  std::uint64_t exact_programs = 0;

  Statistics& operator+=(const Statistics& other);
};

/// A node of the tree: signs of the first rows and, where known, a point with exactly these signs,
/// of doubles or finer.
struct Node {
  Index depth = 0;
  std::vector<PatternWord> pattern;  ///< bits of rows < depth
  bool has_point = false;
  bool has_fine = false;
  std::vector<double> point;
  std::vector<Fine> fine;
};

/// Walks the tree of sign vectors depth first; each worker has its own.
///
/// A node knows a point of its cell whenever one of 113 bits was found, so one of its two children
/// is not empty without further work. The other is decided by a learned relation that excludes it,
/// by a point found in floating point and accepted by the static filter, with doubles or in slivers
/// with 113 bits, by a relation proved exactly, or by an exact linear program. Every decision is
/// exact.
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
  /// A point of doubles with all signs, (dimension), or null when none was found.
  [[nodiscard]] const double* point();

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

 private:
  /// What is known of a cell: a point of doubles, a finer one, both or none; each has exactly the
  /// node's signs.
  struct Witness {
    bool has_point = false;
    bool has_fine = false;
    Fine* fine = nullptr;
    double* point = nullptr;
    double* distances = nullptr;
    SignBits bits{};
  };

  void load(const Node& node);
  [[nodiscard]] bool advance();
  [[nodiscard]] bool advance_prescribed(Index row, Sign sign);
  [[nodiscard]] bool advance_undecided(Index row);
  [[nodiscard]] bool pop();
  void take(Index row, Sign sign);
  void untake(Index row);
  void push(Index row, Sign sign);

  [[nodiscard]] bool decide(Index row, Sign sign, Witness& child);
  enum class Found { kChild, kNoChild, kNothing };
  [[nodiscard]] Found cross(Index row, Sign sign, Witness& child);
  [[nodiscard]] Found cross_finely(Index row, Sign sign, Witness& child);
  [[nodiscard]] Found proved_relation(double tiny);
  void set_candidates(std::span<const Index> support, Index row, Sign sign);
  [[nodiscard]] bool decide_exactly(Index row, Sign sign, Witness& child);
  [[nodiscard]] bool inside(const Witness& witness, Index row, Sign sign) const;
  [[nodiscard]] int sign_at_point(const Witness& witness, Index row) const;
  [[nodiscard]] int settle_sign(Witness& witness, Index row) const;

  const TreeRows& rows_;
  RunControl control_;
  Index words_;
  CircuitPool pool_;
  CrossingSearch<double> search_;
  FineSearch fine_search_;
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
  std::vector<Fine> fines_;
  std::vector<double> rounded_;
  std::vector<PatternWord> bits_;
  Witness current_;
  Witness spare_;
  std::vector<Witness> of_row_;  ///< of pending children
  Relation candidates_;
  std::vector<double> factors_;
};

}  // namespace thalweg::sign_tree
