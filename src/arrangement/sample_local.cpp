#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "arrangement/sample_flag.hpp"
#include "arrangement/sample_subsets.hpp"
#include "arrangement/sample_vertices.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr std::uint64_t kChunk = 1024;
constexpr Index kLanes = SampledVertices::kLanes;
constexpr Index kMostCentres = 1024;

/// Some rows with the rows nearest to each.
struct Neighbourhoods {
  Index centres = 0;
  Index size = 0;
  std::vector<std::int32_t> rows;  ///< (centres x size)
};

/// O(centres N d). Distances are taken between rows of one scale, so that none overflows.
Neighbourhoods find_neighbours(const Matrix& X, Index size, std::uint64_t seed) {
  Neighbourhoods result;
  result.centres = std::min(X.rows(), kMostCentres);
  result.size = size;
  Random random(seed);
  std::vector<std::int32_t> centres(static_cast<std::size_t>(result.centres));
  draw_subset(random, X.rows(), result.centres, centres.data(), 1);
  const Matrix points = (X / std::max(X.cwiseAbs().maxCoeff(), 1e-300)).transpose();
  std::vector<std::int32_t> order(static_cast<std::size_t>(X.rows()));
  for (const std::int32_t centre : centres) {
    const Vector distances =
        (points.colwise() - points.col(centre)).colwise().squaredNorm().transpose();
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(
        order.begin(), order.begin() + size, order.end(), [&](std::int32_t a, std::int32_t b) {
          return distances[a] < distances[b] || (distances[a] == distances[b] && a < b);
        });
    result.rows.insert(result.rows.end(), order.begin(), order.begin() + size);
  }
  return result;
}

class LocalSource : public SampleSource {
 public:
  LocalSource(const HyperplaneArrangement& arrangement, const SampleFlag& flag,
              const Neighbourhoods& neighbourhoods)
      : arrangement_(arrangement),
        neighbourhoods_(neighbourhoods),
        vertices_(arrangement, flag.flag, flag.rows, sample_kernels()),
        pattern_(static_cast<std::size_t>(pattern_words(arrangement.hyperplanes()))) {}

  void draw(Random& random, SampleChunk& chunk) override {
    const auto words = static_cast<Index>(pattern_.size());
    const PatternWord last = last_word_bits(arrangement_.hyperplanes());
    while (chunk.open()) {
      for (Index l = 0; l < kLanes; ++l) choose(random, l);
      vertices_.locate(arrangement_.rank());
      for (Index l = 0; l < kLanes && chunk.done < chunk.wanted; ++l) {
        ++chunk.trials;
        if (!vertices_.random_cell(l, random, pattern_.data())) continue;
        orient(pattern_.data(), words, last, random.below(2) == 1);
        chunk.patterns.insert(chunk.patterns.end(), pattern_.begin(), pattern_.end());
        ++chunk.done;
      }
    }
  }

  [[nodiscard]] std::uint64_t exact_signs() const override { return vertices_.exact_signs(); }

 private:
  void choose(Random& random, Index lane) {
    const Index wanted = arrangement_.rank() - 1;
    const auto centre =
        static_cast<Index>(random.below(static_cast<std::uint64_t>(neighbourhoods_.centres)));
    draw_subset(random, neighbourhoods_.size, wanted, vertices_.subsets() + lane, kLanes);
    for (Index i = 0; i < wanted; ++i) {
      std::int32_t& row = vertices_.subsets()[i * kLanes + lane];
      row = neighbourhoods_.rows[static_cast<std::size_t>(centre * neighbourhoods_.size + row)];
    }
  }

  const HyperplaneArrangement& arrangement_;
  const Neighbourhoods& neighbourhoods_;
  SampledVertices vertices_;
  std::vector<PatternWord> pattern_;
};

}  // namespace

CellSample sample_local_cells(const HyperplaneArrangement& arrangement,
                              const SampleSettings& settings, Index neighbours) {
  if (neighbours < 0) {
    throw InvalidArgument("neighbours must not be negative, but it is " +
                          std::to_string(neighbours));
  }
  if (arrangement.hyperplanes() == 0) return sample_everything(arrangement, settings);
  const Index r = arrangement.rank();
  const Index wanted = neighbours == 0 ? 2 * r + 2 : std::max(neighbours, r - 1);
  const Index size = std::min(std::max<Index>(wanted, 1), arrangement.hyperplanes());
  const Neighbourhoods neighbourhoods = find_neighbours(arrangement.rows(), size, settings.seed);
  return sample_on_flag(arrangement, settings, kChunk, [&](const SampleFlag& flag) {
    return std::make_unique<LocalSource>(arrangement, flag, neighbourhoods);
  });
}

}  // namespace thalweg
