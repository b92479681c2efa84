#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "arrangement/bit_rows.hpp"
#include "arrangement/pattern_map.hpp"
#include "arrangement/sample_rows.hpp"
#include "arrangement/sample_run.hpp"
#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr std::uint64_t kChunk = 1024;
constexpr Index kLanes = SampleKernels::kLanes;

class GaussianSource : public SampleSource {
 public:
  GaussianSource(const HyperplaneArrangement& arrangement, const SampleRows& rows)
      : arrangement_(arrangement),
        rows_(rows),
        words_(pattern_words(rows.count())),
        directions_(static_cast<std::size_t>(rows.dimension() * kLanes)),
        negative_(static_cast<std::size_t>(words_ * kLanes)),
        pattern_(static_cast<std::size_t>(words_)) {}

  void draw(Random& random, SampleChunk& chunk) override {
    while (chunk.open()) {
      draw_directions(random);
      for (Index l = 0; l < kLanes && chunk.done < chunk.wanted; ++l) {
        ++chunk.trials;
        if (!decide(l)) continue;
        orient(pattern_.data(), words_, last_word_bits(rows_.count()), false);
        chunk.patterns.insert(chunk.patterns.end(), pattern_.begin(), pattern_.end());
        ++chunk.done;
      }
    }
  }

  [[nodiscard]] std::uint64_t exact_signs() const override { return exact_signs_; }

 private:
  /// The kernel's sum of d products of numbers up to 1 with u is off by at most gamma_d |u|_1, and
  /// the rows by their error.
  void draw_directions(Random& random) {
    std::array<double, kLanes> tolerance;
    for (Index l = 0; l < kLanes; ++l) {
      double length = 0;
      for (Index c = 0; c < rows_.dimension(); ++c) {
        const double entry = random.normal();
        directions_[static_cast<std::size_t>(c * kLanes + l)] = entry;
        length += std::abs(entry);
      }
      const double gamma = 0x1p-53 * static_cast<double>(rows_.dimension() + 2);
      tolerance[static_cast<std::size_t>(l)] = 1.01 * (gamma + rows_.view().error) * length;
    }
    sample_kernels().signs(rows_.view(), rows_.dimension(), directions_.data(), tolerance.data(),
                           negative_.data(), small_.data());
    std::copy(tolerance.begin(), tolerance.end(), tolerance_.begin());
  }

  /// The lane's pattern, bit 1 where negative; false on a hyperplane.
  [[nodiscard]] bool decide(Index lane) {
    const auto l = static_cast<std::size_t>(lane);
    for (Index w = 0; w < words_; ++w) {
      pattern_[static_cast<std::size_t>(w)] = negative_[static_cast<std::size_t>(w * kLanes) + l];
    }
    if (small_[l] == 0) return true;
    Vector u(rows_.dimension());
    for (Index c = 0; c < u.size(); ++c) {
      u[c] = directions_[static_cast<std::size_t>(c * kLanes) + l];
    }
    for (Index k = 0; k < rows_.count(); ++k) {
      const double value = Eigen::Map<const Vector>(rows_.row(k), u.size()).dot(u);
      int sign = value < 0 ? -1 : 1;
      if (!(std::abs(value) > tolerance_[l])) {
        ++exact_signs_;
        sign = exact_dot_sign(arrangement_.rows().row(k), u);
        if (sign == 0) return false;
      }
      set_row(pattern_, k, sign < 0);
    }
    return true;
  }

  static void set_row(BitRows& set, Index row, bool value) {
    const PatternWord bit = PatternWord{1} << (row % 64);
    PatternWord& word = set[static_cast<std::size_t>(row / 64)];
    word = value ? word | bit : word & ~bit;
  }

  const HyperplaneArrangement& arrangement_;
  const SampleRows& rows_;
  Index words_;
  std::vector<double> directions_;  ///< (d x 8)
  std::array<double, kLanes> tolerance_ = {};
  std::array<PatternWord, kLanes> small_ = {};
  std::vector<PatternWord> negative_;  ///< (words x 8)
  BitRows pattern_;
  std::uint64_t exact_signs_ = 0;
};

}  // namespace

CellSample sample_gaussian_cells(const HyperplaneArrangement& arrangement,
                                 const SampleSettings& settings) {
  if (arrangement.hyperplanes() == 0) return sample_everything(arrangement, settings);
  const SampleRows rows = SampleRows::scaled(arrangement.rows());
  return run_samples(arrangement, settings, kChunk,
                     [&] { return std::make_unique<GaussianSource>(arrangement, rows); });
}

}  // namespace thalweg
