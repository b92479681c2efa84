#include "arrangement/sign_tree_presolve.hpp"

#include <numeric>
#include <optional>
#include <vector>

namespace thalweg::sign_tree {
namespace {

/// Which signs of one row occur in a set.
struct Occurring {
  bool minus = false;
  bool plus = false;
};

Occurring occurring_signs(const TreeRows& rows, Node start, const RunControl& control,
                          Statistics& statistics) {
  Walker walker(rows, control);
  start.pattern.resize(static_cast<std::size_t>(pattern_words(rows.count)), 0);
  const Index last = rows.count - 1;
  Occurring result;
  const bool finished = walker.walk(start, rows.count, [&] {
    const PatternWord word = walker.node().pattern[static_cast<std::size_t>(last / 64)];
    ((word >> (last % 64) & 1) != 0 ? result.plus : result.minus) = true;
    return true;
  });
  statistics += walker.statistics();
  return finished ? result : Occurring{true, true};
}

}  // namespace

TreeRows without_implied_rows(const TreeRows& rows, const RunControl& control,
                              Statistics& statistics) {
  std::vector<Index> kept(static_cast<std::size_t>(rows.prescribed_rows()));
  std::iota(kept.begin(), kept.end(), Index{0});
  const TreeRows prescribed = row_subset(rows, kept);
  Walker walker(prescribed, control);
  std::optional<Node> start;
  (void)walker.walk(walker.root(), prescribed.count, [&] {
    start = walker.node();
    return true;
  });
  statistics += walker.statistics();
  if (walker.stopped()) return rows;
  if (!start) {
    TreeRows empty = prescribed;
    empty.contradiction = true;
    return empty;
  }
  std::vector<Index> probe = kept;
  probe.push_back(0);
  std::vector<std::pair<Index, Sign>> implied;
  for (Index row = rows.prescribed_rows(); row < rows.count; ++row) {
    probe.back() = row;
    Occurring signs{true, true};
    if (!control.should_stop()) {
      signs = occurring_signs(row_subset(rows, probe), *start, control, statistics);
    }
    if (signs.minus && signs.plus) {
      kept.push_back(row);
    } else {
      implied.emplace_back(rows.hyperplane[static_cast<std::size_t>(row)],
                           signs.plus ? Sign::kPlus : Sign::kMinus);
    }
  }
  TreeRows result = row_subset(rows, kept);
  result.implied = std::move(implied);
  return result;
}

}  // namespace thalweg::sign_tree
