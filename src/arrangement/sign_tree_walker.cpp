#include "arrangement/sign_tree_walker.hpp"

#include <algorithm>
#include <utility>

#include "thalweg/core/random.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::sign_tree {
namespace {

PatternWord bit(Index row) { return PatternWord{1} << (row % 64); }
std::size_t word(Index row) { return static_cast<std::size_t>(row / 64); }

Sign opposite(Sign sign) { return sign == Sign::kPlus ? Sign::kMinus : Sign::kPlus; }

Index padded(Index size) { return (size + kLanes - 1) / kLanes * kLanes; }

}  // namespace

Statistics& Statistics::operator+=(const Statistics& other) {
  nodes += other.nodes;
  excluded_by_pool += other.excluded_by_pool;
  crossings += other.crossings;
  fine_crossings += other.fine_crossings;
  relations += other.relations;
  exact_programs += other.exact_programs;
  return *this;
}

Walker::Walker(const TreeRows& rows, const RunControl& control)
    : rows_(rows),
      control_(control),
      words_(pattern_words(rows.count)),
      pool_(rows.count),
      search_(rows),
      fine_search_(rows),
      proof_(rows),
      pattern_(static_cast<std::size_t>(words_)),
      delivered_(static_cast<std::size_t>(pattern_words(rows.hyperplanes))),
      sigma_(rows.stride) {
  for (const auto& [plane, sign] : rows.implied) {
    if (sign == Sign::kPlus) delivered_[word(plane)] |= bit(plane);
  }
  const Index witnesses = rows.count + 2;
  // At least one lane: without dimensions there still is a point.
  const Index width = std::max(kLanes, padded(rows.dimension));
  points_ = AlignedDoubles(witnesses * width);
  distances_ = AlignedDoubles(witnesses * rows.stride);
  fines_.resize(static_cast<std::size_t>(witnesses * rows.dimension));
  rounded_.resize(static_cast<std::size_t>(width));
  bits_.resize(static_cast<std::size_t>(witnesses * 2 * words_));
  for (Index i = 0; i < witnesses; ++i) {
    Witness witness;
    witness.point = points_.data() + i * width;
    witness.distances = distances_.data() + i * rows.stride;
    witness.fine = fines_.data() + i * rows.dimension;
    witness.bits.plus = bits_.data() + i * 2 * words_;
    witness.bits.certain = witness.bits.plus + words_;
    of_row_.push_back(witness);
  }
  current_ = of_row_.back();
  of_row_.pop_back();
  spare_ = of_row_.back();
  of_row_.pop_back();
  pending_.reserve(static_cast<std::size_t>(rows.count));
  const auto most = static_cast<std::size_t>(rows.dimension + 2);
  candidates_.reserve(most);
  factors_.reserve(most);
}

Node Walker::root() const {
  Node node;
  node.pattern.assign(static_cast<std::size_t>(words_), 0);
  node.has_point = true;
  if (rows_.dimension == 0) return node;
  // Any point will do; one in general position lies on few hyperplanes.
  const Vector direction = Random(1).direction(rows_.dimension);
  node.point.assign(direction.begin(), direction.end());
  return node;
}

void Walker::load(const Node& node) {
  for (Index row = 0; row < rows_.count; ++row) untake(row);
  pending_.clear();
  depth_ = 0;
  for (Index row = 0; row < node.depth; ++row) {
    const bool plus = (node.pattern[word(row)] & bit(row)) != 0;
    take(row, plus ? Sign::kPlus : Sign::kMinus);
  }
  current_.has_point = node.has_point;
  current_.has_fine = node.has_fine;
  std::copy(node.fine.begin(), node.fine.end(), current_.fine);
  if (!node.has_point) return;
  std::copy(node.point.begin(), node.point.end(), current_.point);
  locate(rows_.block(), current_.point, rows_.errors.data(), current_.distances, current_.bits);
}

Node Walker::node() const {
  Node node;
  node.depth = depth_;
  node.pattern = pattern_;
  node.has_point = current_.has_point;
  node.has_fine = current_.has_fine;
  if (node.has_point) node.point.assign(current_.point, current_.point + rows_.dimension);
  if (node.has_fine) node.fine.assign(current_.fine, current_.fine + rows_.dimension);
  return node;
}

const double* Walker::point() {
  if (current_.has_point) return current_.point;
  const bool found =
      current_.has_fine && fine_search_.round(current_.fine, sigma_.data(), rounded_.data());
  return found ? rounded_.data() : nullptr;
}

bool Walker::walk(const Node& node, Index leaf_depth, const std::function<bool()>& leaf) {
  load(node);
  while (true) {
    bool alive = true;
    while (alive && depth_ < leaf_depth) {
      const std::uint64_t programs = statistics_.exact_programs;
      alive = advance();
      // Exact programs are slow enough to look at the clock after each.
      const bool look = ++statistics_.nodes % 64 == 0 || statistics_.exact_programs != programs;
      if (look && control_.should_stop()) {
        stopped_ = true;
        return false;
      }
    }
    if (alive && !leaf()) return false;
    if (!pop()) return true;
  }
}

void Walker::take(Index row, Sign sign) {
  sigma_[row] = to_double(sign);
  depth_ = row + 1;
  if (sign != Sign::kPlus) return;
  pattern_[word(row)] |= bit(row);
  const Index plane = rows_.hyperplane[static_cast<std::size_t>(row)];
  if (plane >= 0) delivered_[word(plane)] |= bit(plane);
}

void Walker::untake(Index row) {
  sigma_[row] = 0;
  pattern_[word(row)] &= ~bit(row);
  const Index plane = rows_.hyperplane[static_cast<std::size_t>(row)];
  if (plane >= 0) delivered_[word(plane)] &= ~bit(plane);
}

void Walker::push(Index row, Sign sign) { pending_.push_back({row, sign}); }

bool Walker::pop() {
  if (pending_.empty()) return false;
  const Pending next = pending_.back();
  pending_.pop_back();
  while (depth_ > next.row) untake(--depth_);
  std::swap(current_, of_row_[static_cast<std::size_t>(next.row)]);
  take(next.row, next.sign);
  return true;
}

/// The sign of the row at the point where the filter is sure of it, else 0.
int Walker::sign_at_point(const Witness& witness, Index row) const {
  const bool certain = witness.has_point && (witness.bits.certain[word(row)] & bit(row)) != 0;
  if (!certain) return 0;
  return (witness.bits.plus[word(row)] & bit(row)) != 0 ? 1 : -1;
}

/// The sign of the row at a point of the node, 0 when unsure. Points elsewhere are forgotten: both
/// points of a node must be in its own child.
int Walker::settle_sign(Witness& witness, Index row) const {
  const int coarse = sign_at_point(witness, row);
  if (!witness.has_fine) return coarse;
  const int fine = fine_search_.sign(row, witness.fine);
  if (fine == 0) {
    if (coarse != 0) witness.has_fine = false;
    return coarse;
  }
  if (coarse != fine) witness.has_point = false;
  return fine;
}

/// Decides the next row; false when the node turns out to be empty.
bool Walker::advance() {
  const Index row = depth_;
  if (row < rows_.prescribed_rows()) {
    return advance_prescribed(row, rows_.prescribed[static_cast<std::size_t>(row)]);
  }
  const int known = settle_sign(current_, row);
  if (known == 0) return advance_undecided(row);
  const Sign own = known > 0 ? Sign::kPlus : Sign::kMinus;
  if (decide(row, opposite(own), of_row_[static_cast<std::size_t>(row)])) push(row, opposite(own));
  take(row, own);
  return true;
}

bool Walker::advance_prescribed(Index row, Sign sign) {
  if (settle_sign(current_, row) != static_cast<int>(sign)) {
    Witness& child = of_row_[static_cast<std::size_t>(row)];
    if (!decide(row, sign, child)) return false;
    std::swap(current_, child);
  }
  take(row, sign);
  return true;
}

/// No point, or a point too close to the hyperplane: both children are questions.
bool Walker::advance_undecided(Index row) {
  Witness& kept = of_row_[static_cast<std::size_t>(row)];
  const bool minus = decide(row, Sign::kMinus, spare_);
  const bool plus = decide(row, Sign::kPlus, kept);
  if (!minus && !plus) return false;
  if (!minus) {
    std::swap(current_, kept);
    take(row, Sign::kPlus);
    return true;
  }
  if (plus) push(row, Sign::kPlus);
  std::swap(current_, spare_);
  take(row, Sign::kMinus);
  return true;
}

/// Whether the filter is sure of the signs of the node's rows and of `row`.
bool Walker::inside(const Witness& witness, Index row, Sign sign) const {
  for (std::size_t w = 0; w <= word(row); ++w) {
    PatternWord mask = ~PatternWord{0};
    PatternWord wanted = pattern_[w];
    if (w == word(row)) {
      mask = (bit(row) - 1) | bit(row);
      if (sign == Sign::kPlus) wanted |= bit(row);
    }
    const PatternWord wrong = (witness.bits.plus[w] ^ wanted) | ~witness.bits.certain[w];
    if ((wrong & mask) != 0) return false;
  }
  return true;
}

/// Whether the child is a cell; then `child` holds what is known of a point.
bool Walker::decide(Index row, Sign sign, Witness& child) {
  if (pool_.excludes(pattern_.data(), row, sign)) {
    ++statistics_.excluded_by_pool;
    return false;
  }
  child.has_point = false;
  child.has_fine = false;
  Found found = cross(row, sign, child);
  if (found == Found::kNothing) found = cross_finely(row, sign, child);
  if (found != Found::kNothing) return found == Found::kChild;
  return decide_exactly(row, sign, child);
}

Walker::Found Walker::cross(Index row, Sign sign, Witness& child) {
  if (!current_.has_point) return Found::kNothing;
  const Place<double> from{current_.point, current_.distances};
  const Crossing crossing = search_.run(row, sign, sigma_.data(), from, child.point);
  if (crossing == Crossing::kGaveUp) return Found::kNothing;
  if (crossing == Crossing::kRelation) {
    factors_.assign(search_.factors().begin(), search_.factors().end());
    factors_.push_back(1);
    set_candidates(search_.support(), row, sign);
    candidates_.emplace_back(row, sign);
    return proved_relation(kTiny);
  }
  locate(rows_.block(), child.point, rows_.errors.data(), child.distances, child.bits);
  if (!inside(child, row, sign)) return Found::kNothing;
  ++statistics_.crossings;
  child.has_point = true;
  return Found::kChild;
}

Walker::Found Walker::cross_finely(Index row, Sign sign, Witness& child) {
  const Crossing crossing = fine_search_.run(row, sign, sigma_.data(), child.fine);
  if (crossing == Crossing::kGaveUp) return Found::kNothing;
  if (crossing == Crossing::kRelation) {
    factors_ = fine_search_.factors();
    set_candidates(fine_search_.support(), row, sign);
    return proved_relation(kFineTiny);
  }
  ++statistics_.fine_crossings;
  child.has_fine = true;
  for (Index c = 0; c < rows_.dimension; ++c) child.point[c] = static_cast<double>(child.fine[c]);
  locate(rows_.block(), child.point, rows_.errors.data(), child.distances, child.bits);
  child.has_point = inside(child, row, sign);
  return Found::kChild;
}

void Walker::set_candidates(std::span<const Index> support, Index row, Sign sign) {
  candidates_.clear();
  for (const Index i : support) {
    candidates_.emplace_back(i, i < row ? sign_of(sigma_[i]) : sign);
  }
}

Walker::Found Walker::proved_relation(double tiny) {
  if (candidates_.empty() || !proof_.prove(candidates_, factors_, tiny)) return Found::kNothing;
  ++statistics_.relations;
  pool_.learn(proof_.relation());
  return Found::kNoChild;
}

bool Walker::decide_exactly(Index row, Sign sign, Witness& child) {
  ++statistics_.exact_programs;
  Matrix signed_rows(row + 1, rows_.dimension);
  for (Index i = 0; i <= row; ++i) {
    const double factor = i < row ? sigma_[i] : to_double(sign);
    signed_rows.row(i) = factor * rows_.by_row.col(i).transpose();
  }
  const StrictFeasibility answer = strict_feasibility(signed_rows);
  if (!answer.feasible) {
    set_candidates(answer.support, row, sign);
    ++statistics_.relations;
    pool_.learn(candidates_);
    return false;
  }
  child.has_point = answer.point.has_value();
  if (!child.has_point) return true;
  std::copy(answer.point->begin(), answer.point->end(), child.point);
  locate(rows_.block(), child.point, rows_.errors.data(), child.distances, child.bits);
  return true;
}

}  // namespace thalweg::sign_tree
