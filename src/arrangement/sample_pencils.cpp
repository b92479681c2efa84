#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "arrangement/sample_flag.hpp"
#include "arrangement/sample_subsets.hpp"
#include "arrangement/sample_vertices.hpp"
#include "thalweg/arrangement/sample_cells.hpp"

namespace thalweg {
namespace {

constexpr std::uint64_t kChunk = 64;
constexpr Index kLanes = SampledVertices::kLanes;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnit = 0x1p-53;

/// x_k = sum_s D_ks y_s + beta_k l_{m-1} + alpha_k l_m for the rows s of a pencil, on W_m.
struct Dictionary {
  std::vector<double> entries;  ///< (N x 2), beta and alpha; 0 for the rows s
  std::vector<double> factors;  ///< (N x size), D
  double error = 0;             ///< every entry is within this of the exact one; or infinity
  double largest = 0;           ///< at least every exact entry's modulus
};

class PencilSource : public SampleSource {
 public:
  PencilSource(const HyperplaneArrangement& arrangement, const SampleFlag& flag,
               const LevelChoice& choice);

  void draw(Random& random, SampleChunk& chunk) override;
  [[nodiscard]] std::uint64_t exact_signs() const override { return vertices_.exact_signs(); }

 private:
  void fill_dictionary();
  void vertices_of_pencil(SampleChunk& chunk);
  void locate(Index first, Index present);
  [[nodiscard]] bool certain(Index lane, Index row, PatternWord* pattern) const;
  void decide_left_over(SampleChunk& chunk);
  void deliver(PatternWord* pattern, SampleChunk& chunk) const;

  const SampleRows& rows_;
  const LevelChoice& choice_;
  const SampleKernels& kernels_;
  SampledVertices vertices_;
  Index hyperplanes_;
  Index words_;

  // The pencil at hand.
  Index level_ = 1;
  bool opposite_ = false;
  std::vector<std::int32_t> subset_;  ///< in the order of the inverse's columns
  Dictionary dictionary_;
  std::vector<Index> left_over_;  ///< rows whose vertex needs exact signs

  // Eight matrices, of which the first is used; eight vertices.
  std::vector<std::int32_t> subsets_;
  std::vector<double> matrix_;
  std::vector<double> inverse_;
  std::vector<double> point_;
  std::array<double, kLanes> inverse_error_ = {};
  std::array<double, kLanes> relation_error_ = {};
  std::array<double, kLanes> tolerance_ = {};
  std::array<PatternWord, kLanes> small_ = {};
  std::vector<PatternWord> negative_;
  std::vector<PatternWord> pattern_;
};

PencilSource::PencilSource(const HyperplaneArrangement& arrangement, const SampleFlag& flag,
                           const LevelChoice& choice)
    : rows_(flag.rows),
      choice_(choice),
      kernels_(sample_kernels()),
      vertices_(arrangement, flag.flag, flag.rows, kernels_),
      hyperplanes_(arrangement.hyperplanes()),
      words_(pattern_words(hyperplanes_)),
      pattern_(static_cast<std::size_t>(words_)) {
  const auto r = static_cast<std::size_t>(arrangement.rank());
  const auto rows = static_cast<std::size_t>(hyperplanes_);
  subset_.reserve(r);
  subsets_.resize(r * kLanes);
  matrix_.resize(r * r * kLanes);
  inverse_.resize(r * r * kLanes);
  point_.resize(std::max<std::size_t>(r, 2) * kLanes);
  negative_.resize(static_cast<std::size_t>(words_) * kLanes);
  dictionary_.entries.resize(2 * rows);
  dictionary_.factors.resize(r * rows);
}

void PencilSource::draw(Random& random, SampleChunk& chunk) {
  while (chunk.open()) {
    level_ = choice_.level(choice_.draw(random));
    opposite_ = random.below(2) == 1;
    subset_.resize(static_cast<std::size_t>(std::max<Index>(level_ - 2, 0)));
    draw_subset(random, hyperplanes_, static_cast<Index>(subset_.size()), subset_.data(), 1);
    left_over_.clear();
    if (level_ == 1) {
      left_over_.push_back(-1);
    } else {
      fill_dictionary();
      vertices_of_pencil(chunk);
    }
    decide_left_over(chunk);
    ++chunk.trials;
    ++chunk.drawn;
  }
}

/// *Error.* D_ks is within e = relation_error. beta_k = y_k,c - D_k y_S,c is then off by at most
/// the error of y_k, size (e + |D| error) and the rounding gamma (1 + size |D|), |D| the largest.
void PencilSource::fill_dictionary() {
  const auto size = static_cast<Index>(subset_.size());
  for (Index i = 0; i < size; ++i) {
    std::fill_n(subsets_.data() + i * kLanes, kLanes, subset_[static_cast<std::size_t>(i)]);
  }
  const SampleKernels::Rows view = rows_.view();
  kernels_.solve(view, {size + 1, subsets_.data(), matrix_.data(), inverse_.data(), point_.data(),
                        inverse_error_.data(), relation_error_.data(), tolerance_.data()});
  for (Index i = 0; i < size; ++i) {
    subset_[static_cast<std::size_t>(i)] = subsets_[static_cast<std::size_t>(i * kLanes)];
  }
  double largest_factor = 0;
  double largest = 0;
  for (Index k = 0; k < hyperplanes_; ++k) {
    const double* row = rows_.row(k);
    double beta = row[level_ - 2];
    double alpha = row[level_ - 1];
    for (Index i = 0; i < size; ++i) {
      double factor = 0;
      for (Index j = 0; j < size; ++j) {
        factor += row[j] * inverse_[static_cast<std::size_t>((j * size + i) * kLanes)];
      }
      const double* basis = rows_.row(subset_[static_cast<std::size_t>(i)]);
      beta -= factor * basis[level_ - 2];
      alpha -= factor * basis[level_ - 1];
      dictionary_.factors[static_cast<std::size_t>(k * size + i)] = factor;
      largest_factor = std::max(largest_factor, std::abs(factor));
    }
    dictionary_.entries[static_cast<std::size_t>(2 * k)] = beta;
    dictionary_.entries[static_cast<std::size_t>(2 * k + 1)] = alpha;
    largest = std::max({largest, std::abs(beta), std::abs(alpha)});
  }
  for (const std::int32_t s : subset_) {
    std::fill_n(dictionary_.entries.data() + std::ptrdiff_t{2} * s, 2, 0.0);
  }
  const auto terms = static_cast<double>(size);
  const double gamma = 1.01 * (terms + 2) * kUnit;
  dictionary_.error = 1.01 * ((1 + terms) * relation_error_[0] +
                              (view.error + gamma) * (1 + terms * largest_factor));
  dictionary_.largest = largest + dictionary_.error;
}

/// The vertices of rows after those of the pencil; what floating point leaves open is left over.
void PencilSource::vertices_of_pencil(SampleChunk& chunk) {
  Index first = 0;
  for (const std::int32_t s : subset_) first = std::max<Index>(first, s + 1);
  for (; first < hyperplanes_; first += kLanes) {
    const Index present = std::min(kLanes, hyperplanes_ - first);
    if (dictionary_.error < kInfinity) locate(first, present);
    for (Index l = 0; l < present; ++l) {
      if (dictionary_.error < kInfinity && certain(l, first + l, pattern_.data())) {
        deliver(pattern_.data(), chunk);
      } else {
        left_over_.push_back(first + l);
      }
    }
  }
}

/// *Error.* With E the dictionary's error and M its largest entry, t = -alpha_j / beta_j is off by
/// at most dt = E (1 + |t|) / (|beta_j| - E) + u |t|, and beta_k t + alpha_k by M dt + E (1 + |t|)
/// + 3 u M (1 + |t|).
void PencilSource::locate(Index first, Index present) {
  const double E = dictionary_.error;
  const double M = dictionary_.largest;
  for (Index l = 0; l < kLanes; ++l) {
    const Index j = first + std::min(l, present - 1);
    const double beta = dictionary_.entries[static_cast<std::size_t>(2 * j)];
    const double t = -dictionary_.entries[static_cast<std::size_t>(2 * j + 1)] / beta;
    const double height = std::abs(t) + 1;
    const double shift = E * height / (std::abs(beta) - E) + kUnit * height;
    const double tolerance = 1.01 * (M * shift + E * height + 3 * kUnit * M * height);
    const auto lane = static_cast<std::size_t>(l);
    tolerance_[lane] = std::abs(beta) > E && tolerance < kInfinity ? tolerance : kInfinity;
    point_[lane] = t;
    point_[lane + kLanes] = 1;
  }
  kernels_.signs({dictionary_.entries.data(), hyperplanes_, 2, 0}, 2, point_.data(),
                 tolerance_.data(), negative_.data(), small_.data());
}

/// The vertex's pattern when all its signs are certain. The rows through it count as small.
bool PencilSource::certain(Index lane, Index row, PatternWord* pattern) const {
  const auto l = static_cast<std::size_t>(lane);
  const std::size_t size = subset_.size();
  if (!(tolerance_[l] < kInfinity) || small_[l] != size + 1) return false;
  for (Index w = 0; w < words_; ++w) {
    pattern[w] = negative_[static_cast<std::size_t>(w * kLanes + lane)];
  }
  // l_{m-1} = (y_row - sum_s D_s y_s) / beta on W_{m-1}.
  const bool below = dictionary_.entries[static_cast<std::size_t>(2 * row)] < 0;
  const auto set = [&](Index k, bool negative) {
    const PatternWord bit = PatternWord{1} << (k % 64);
    pattern[k / 64] = negative ? pattern[k / 64] | bit : pattern[k / 64] & ~bit;
  };
  set(row, below);
  for (std::size_t i = 0; i < size; ++i) {
    const double factor = dictionary_.factors[static_cast<std::size_t>(row) * size + i];
    if (!(std::abs(factor) > dictionary_.error)) return false;
    set(subset_[i], (factor > 0) != below);
  }
  return true;
}

/// Exact signs; degenerate vertices have a cell at one of their bases only.
void PencilSource::decide_left_over(SampleChunk& chunk) {
  const auto count = static_cast<Index>(left_over_.size());
  const auto size = static_cast<Index>(subset_.size());
  for (Index first = 0; first < count; first += kLanes) {
    const Index present = std::min(kLanes, count - first);
    for (Index l = 0; l < kLanes; ++l) {
      std::int32_t* lane = vertices_.subsets() + l;
      for (Index i = 0; i < size; ++i) lane[i * kLanes] = subset_[static_cast<std::size_t>(i)];
      const Index row = left_over_[static_cast<std::size_t>(first + std::min(l, present - 1))];
      if (level_ > 1) lane[size * kLanes] = static_cast<std::int32_t>(row);
    }
    vertices_.locate(level_);
    for (Index l = 0; l < present; ++l) {
      if (vertices_.cell_of_basis(l, pattern_.data())) deliver(pattern_.data(), chunk);
    }
  }
}

void PencilSource::deliver(PatternWord* pattern, SampleChunk& chunk) const {
  orient(pattern, words_, last_word_bits(hyperplanes_), opposite_);
  chunk.patterns.insert(chunk.patterns.end(), pattern, pattern + words_);
}

}  // namespace

CellSample sample_pencils(const HyperplaneArrangement& arrangement,
                          const SampleSettings& settings) {
  if (arrangement.hyperplanes() == 0) return sample_everything(arrangement, settings);
  const LevelChoice choice(arrangement.hyperplanes(), arrangement.rank(), 1);
  return sample_on_flag(arrangement, settings, kChunk, [&](const SampleFlag& flag) {
    return std::make_unique<PencilSource>(arrangement, flag, choice);
  });
}

}  // namespace thalweg
