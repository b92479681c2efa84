#include "arrangement/delivery.hpp"

#include <limits>

#include "thalweg/arrangement/cell_interior.hpp"

namespace thalweg {

Delivery::Delivery(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                   const CellSink& sink, EnumerationInfo& info)
    : arrangement_(arrangement),
      map_(arrangement),
      sink_(sink),
      info_(info),
      limit_(settings.max_cells),
      control_(settings.control),
      witnesses_(settings.witnesses) {
  const Index rest = arrangement.hyperplanes() % 64;
  last_word_ = rest == 0 ? ~PatternWord{0} : (PatternWord{1} << rest) - 1;
}

bool Delivery::take_half(PatternWord* patterns, Index count) {
  const Index words = map_.hyperplane_words();
  for (Index i = 0; i < count; ++i) {
    PatternWord* pattern = patterns + i * words;
    // Bits become those of plus signs: of the pattern's negative when hyperplane 0 is positive.
    const PatternWord flip = PatternWord{0} - (pattern[0] & 1);
    for (Index w = 0; w < words; ++w) pattern[w] ^= flip;
    pattern[words - 1] &= last_word_;
  }
  CellBlock block{count, words, patterns, nullptr};
  if (witnesses_) {
    block.count = find_witnesses(patterns, count);
    block.witnesses = points_.data();
    stopped_ = block.count < count;
  }
  return take(block) && !stopped_;
}

bool Delivery::take(const CellBlock& block) {
  CellBlock out = block;
  const std::uint64_t each = info_.antipodal ? 2 : 1;
  const std::uint64_t room = limit_ / each - info_.delivered;
  if (static_cast<std::uint64_t>(out.count) > room) {
    out.count = static_cast<Index>(room);
    limited_ = true;
  }
  if (!map_.identity()) {
    out.words = map_.sample_words();
    samples_.resize(static_cast<std::size_t>(out.count * out.words));
    for (Index i = 0; i < out.count; ++i) {
      map_.to_samples(block.patterns + i * block.words, samples_.data() + i * out.words);
    }
    out.patterns = samples_.data();
  }
  info_.delivered += static_cast<std::uint64_t>(out.count);
  const bool wanted = out.count == 0 || sink_(out);
  return wanted && !limited_;
}

Index Delivery::find_witnesses(const PatternWord* patterns, Index count) {
  const Index d = arrangement_.dimension();
  const auto words = static_cast<std::size_t>(map_.hyperplane_words());
  points_.resize(static_cast<std::size_t>(count * d));
  for (Index i = 0; i < count; ++i) {
    if (control_.should_stop()) return i;
    const std::span pattern(patterns + i * map_.hyperplane_words(), words);
    const CellInterior interior = interior_point(arrangement_, pattern, PatternOver::kHyperplanes);
    Eigen::Map<Vector> point(points_.data() + i * d, d);
    if (interior.status == CellStatus::kPoint) {
      point = interior.point;
    } else {
      point.setConstant(std::numeric_limits<double>::quiet_NaN());
      ++info_.missing_witnesses;
    }
  }
  return count;
}

}  // namespace thalweg
