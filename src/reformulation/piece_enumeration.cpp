#include "thalweg/reformulation/piece_enumeration.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "reformulation/piece_search.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {
namespace {

/// Whether the pieces are the cells of the rows' arrangement.
bool is_arrangement(const BranchForm& form) {
  return std::all_of(form.units().begin(), form.units().end(), [](const BranchForm::Unit& unit) {
    return unit.kind == BranchForm::Kind::kRelu && unit.row_count == 1 && unit.inputs.empty();
  });
}

/// Cells as patterns, each with its antipode.
void add_cells(const CellList& cells, const Matrix& rows, bool antipodal, PieceList& list) {
  for (Index c = 0; c < cells.size(); ++c) {
    BranchPattern pattern(static_cast<std::size_t>(rows.rows()));
    BranchPattern opposite = pattern;
    for (Index r = 0; r < rows.rows(); ++r) {
      if (rows.row(r).isZero(0)) continue;
      const bool open = pattern_sign(cells.pattern(c), r) == Sign::kPlus;
      pattern[static_cast<std::size_t>(r)] = open ? 1 : 0;
      opposite[static_cast<std::size_t>(r)] = open ? 0 : 1;
    }
    const Vector point =
        Eigen::Map<const Vector>(cells.witnesses.data() + c * rows.cols(), rows.cols());
    list.patterns.push_back(std::move(pattern));
    list.points.push_back(point.hasNaN() ? Vector{} : point);
    if (!antipodal) continue;
    list.patterns.push_back(std::move(opposite));
    list.points.push_back(-list.points.back());
  }
}

PieceListStatus status_of(const EnumerationInfo& info) {
  switch (info.status) {
    case EnumerationStatus::kComplete:
      return info.complete() ? PieceListStatus::kComplete : PieceListStatus::kStopped;
    case EnumerationStatus::kCellLimit:
      return PieceListStatus::kPieceLimit;
    default:
      return PieceListStatus::kStopped;
  }
}

PieceList enumerate_arrangement(const BranchForm& form, const PieceSettings& settings) {
  const Matrix rows = form.rows();
  PieceList list;
  if (rows.isZero(0)) {
    list.status = PieceListStatus::kComplete;
    list.patterns.emplace_back(static_cast<std::size_t>(rows.rows()));
    list.points.push_back(Vector::Ones(rows.cols()));
    return list;
  }
  EnumerationSettings cells;
  cells.max_cells = settings.max_pieces;
  cells.witnesses = true;
  cells.control = settings.control;
  const auto [found, info] = list_cells(HyperplaneArrangement(rows), cells);
  list.status = status_of(info);
  add_cells(found, rows, info.antipodal, list);
  return list;
}

std::string key_of(const BranchPattern& pattern) { return {pattern.begin(), pattern.end()}; }

/// Classes of numbers that are joined pairwise.
class Classes {
 public:
  explicit Classes(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  /// The smallest of its class.
  [[nodiscard]] std::size_t first(std::size_t i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t i = first(a);
    const std::size_t j = first(b);
    parent_[std::max(i, j)] = std::min(i, j);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

PieceList enumerate_pieces(const BranchForm& form, const PieceSettings& settings) {
  if (is_arrangement(form)) return enumerate_arrangement(form, settings);
  PieceList list;
  PieceSearch(form, settings, list).run();
  return list;
}

void reduce_pieces(const BranchForm& form, const std::vector<std::vector<Index>>& symmetries,
                   PieceList& list) {
  std::unordered_map<std::string, std::size_t> numbers;
  for (const BranchPattern& pattern : list.patterns) {
    numbers.emplace(key_of(pattern), numbers.size());
  }
  Classes classes(list.patterns.size());
  for (std::size_t i = 0; i < list.patterns.size(); ++i) {
    if (list.points[i].size() == 0) continue;
    for (const std::vector<Index>& p : symmetries) {
      const Vector image = list.points[i](p);
      const auto found = numbers.find(key_of(form.evaluate(image).pattern));
      if (found == numbers.end() || found->second == i) continue;
      const BranchPattern& other = list.patterns[found->second];
      if (strictly_inside(form.piece(other).cone, image)) classes.join(i, found->second);
    }
  }
  PieceList kept;
  for (std::size_t i = 0; i < list.patterns.size(); ++i) {
    if (classes.first(i) != i || form.piece(list.patterns[i]).map.isZero(0)) continue;
    kept.patterns.push_back(std::move(list.patterns[i]));
    kept.points.push_back(std::move(list.points[i]));
  }
  list.patterns = std::move(kept.patterns);
  list.points = std::move(kept.points);
}

std::vector<BranchPattern> sample_patterns(const Architecture& architecture, const BranchForm& form,
                                           Index number, Index count, std::uint64_t seed) {
  if (count < 0) {
    throw InvalidArgument("count: expected a number of blocks, got " + std::to_string(count));
  }
  Random random(seed);
  std::vector<BranchPattern> patterns;
  std::unordered_set<std::string> seen;
  for (Index c = 0; c < count; ++c) {
    BranchPattern pattern = form.evaluate(architecture.random_block(number, random)).pattern;
    if (seen.insert(key_of(pattern)).second) patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace thalweg
