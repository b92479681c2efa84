#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "arrangement/pattern_map.hpp"
#include "arrangement/sample_rows.hpp"
#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using Pattern = std::vector<PatternWord>;

void check(const HyperplaneArrangement& arrangement, const Matrix& W, Index walls) {
  if (W.cols() != arrangement.dimension()) {
    throw InvalidArgument("W has " + std::to_string(W.cols()) + " columns but X has " +
                          std::to_string(arrangement.dimension()));
  }
  if (!W.allFinite()) throw InvalidArgument("W has an entry that is not finite");
  if (walls < 0) {
    throw InvalidArgument("walls must not be negative, but it is " + std::to_string(walls));
  }
}

/// The sign of x^T (w + e_1 (1, 0, ..., 0) + e_2 (0, 1, ...) + ...), e_1 >> e_2 >> ... > 0.
bool is_positive(const Vector& x, const Vector& w) {
  const int sign = exact_dot_sign(x, w);
  if (sign != 0) return sign > 0;
  for (const double entry : x) {
    if (entry != 0) return entry > 0;
  }
  return true;
}

/// Hyperplanes by angle with w, the nearest first, as many as wanted.
std::vector<Index> nearest_hyperplanes(const HyperplaneArrangement& arrangement, const Vector& w,
                                       Index wanted) {
  const Matrix& X = arrangement.rows();
  std::vector<double> angles;
  for (Index i = 0; i < X.rows(); ++i) {
    angles.push_back(std::abs(X.row(i).stableNormalized().dot(w)));
  }
  std::vector<Index> order(angles.size());
  std::iota(order.begin(), order.end(), Index{0});
  const auto first = order.begin() + std::min<Index>(wanted, X.rows());
  std::partial_sort(order.begin(), first, order.end(), [&](Index a, Index b) {
    const double left = angles[static_cast<std::size_t>(a)];
    const double right = angles[static_cast<std::size_t>(b)];
    return left < right || (left == right && a < b);
  });
  order.erase(first, order.end());
  return order;
}

}  // namespace

CellSample cells_around(const HyperplaneArrangement& arrangement, const Matrix& W, Index walls,
                        const RunControl& control) {
  check(arrangement, W, walls);
  const PatternMap map(arrangement);
  CellSample sample;
  sample.status = SampleStatus::kComplete;
  sample.cells.samples = arrangement.samples();
  sample.cells.words = map.sample_words();
  std::set<Pattern> known;
  Pattern mapped(static_cast<std::size_t>(map.sample_words()));
  const auto deliver = [&](const Pattern& pattern) {
    ++sample.drawn;
    if (!known.insert(pattern).second) return;
    map.to_samples(pattern.data(), mapped.data());
    sample.cells.patterns.insert(sample.cells.patterns.end(), mapped.begin(), mapped.end());
  };
  for (Index j = 0; j < W.rows() && sample.status == SampleStatus::kComplete; ++j) {
    const Vector w = W.row(j);
    Pattern pattern(static_cast<std::size_t>(map.hyperplane_words()), 0);
    for (Index i = 0; i < arrangement.hyperplanes(); ++i) {
      if (!is_positive(arrangement.rows().row(i), w)) continue;
      pattern[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
    }
    ++sample.trials;
    deliver(pattern);
    for (const Index i : nearest_hyperplanes(arrangement, w, walls)) {
      if (control.should_stop()) {
        sample.status = SampleStatus::kStopped;
        break;
      }
      Pattern crossed = pattern;
      crossed[static_cast<std::size_t>(i / 64)] ^= PatternWord{1} << (i % 64);
      ++sample.trials;
      if (known.contains(crossed) ||
          interior_point(arrangement, crossed, PatternOver::kHyperplanes).is_cell()) {
        deliver(crossed);
      }
    }
  }
  sample.distinct = known.size();
  return sample;
}

}  // namespace thalweg
