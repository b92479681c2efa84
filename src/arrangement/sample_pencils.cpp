#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
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
/// No row.
constexpr Index kNone = -1;
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
  void list_others();
  void decide_in_floating_point();
  void locate(std::span<const Index> group);
  [[nodiscard]] bool certain(std::size_t l, Index row, PatternWord* pattern) const;
  void decide_left_over();
  void deliver(SampleChunk& chunk);
  [[nodiscard]] PatternWord* pattern(std::size_t place) {
    return patterns_.data() + place * static_cast<std::size_t>(words_);
  }

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
  std::vector<Index> others_;           ///< the rows not in it
  std::vector<PatternWord> patterns_;   ///< (others x words), their vertices' cells
  std::vector<bool> found_;             ///< which of them exist
  std::vector<std::size_t> left_over_;  ///< positions whose vertex needs exact signs

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
};

PencilSource::PencilSource(const HyperplaneArrangement& arrangement, const SampleFlag& flag,
                           const LevelChoice& choice)
    : rows_(flag.rows),
      choice_(choice),
      kernels_(sample_kernels()),
      vertices_(arrangement, flag.flag, flag.rows, kernels_),
      hyperplanes_(arrangement.hyperplanes()),
      words_(pattern_words(hyperplanes_)) {
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
    list_others();
    left_over_.clear();
    if (level_ > 1) fill_dictionary();
    decide_in_floating_point();
    decide_left_over();
    deliver(chunk);
    ++chunk.trials;
    ++chunk.done;
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

/// The rows that complete a basis; at level 1 it is complete, and kNone stands for that.
void PencilSource::list_others() {
  others_.clear();
  if (level_ == 1) others_.push_back(kNone);
  for (Index k = 0; k < hyperplanes_ && level_ > 1; ++k) {
    if (std::find(subset_.begin(), subset_.end(), k) == subset_.end()) others_.push_back(k);
  }
  patterns_.resize(others_.size() * static_cast<std::size_t>(words_));
  found_.assign(others_.size(), false);
}

/// The vertices of the pencil; what floating point leaves open is left over.
void PencilSource::decide_in_floating_point() {
  const bool useless = level_ == 1 || !(dictionary_.error < kInfinity);
  const std::span<const Index> others = others_;
  for (std::size_t first = 0; first < others.size(); first += kLanes) {
    const auto group = others.subspan(first, std::min<std::size_t>(kLanes, others.size() - first));
    if (!useless) locate(group);
    for (std::size_t l = 0; l < group.size(); ++l) {
      found_[first + l] = !useless && certain(l, group[l], pattern(first + l));
      if (!found_[first + l]) left_over_.push_back(first + l);
    }
  }
}

/// *Error.* With E the dictionary's error and M its largest entry, t = -alpha_j / beta_j is off by
/// at most dt = E (1 + |t|) / (|beta_j| - E) + u |t|, and beta_k t + alpha_k by M dt + E (1 + |t|)
/// + 3 u M (1 + |t|).
void PencilSource::locate(std::span<const Index> group) {
  const double E = dictionary_.error;
  const double M = dictionary_.largest;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const Index j = group[std::min(lane, group.size() - 1)];
    const double beta = dictionary_.entries[static_cast<std::size_t>(2 * j)];
    const double t = -dictionary_.entries[static_cast<std::size_t>(2 * j + 1)] / beta;
    const double height = std::abs(t) + 1;
    const double shift = E * height / (std::abs(beta) - E) + kUnit * height;
    const double tolerance = 1.01 * (M * shift + E * height + 3 * kUnit * M * height);
    tolerance_[lane] = std::abs(beta) > E && tolerance < kInfinity ? tolerance : kInfinity;
    point_[lane] = t;
    point_[lane + kLanes] = 1;
  }
  kernels_.signs({dictionary_.entries.data(), hyperplanes_, 2, 0}, 2, point_.data(),
                 tolerance_.data(), negative_.data(), small_.data());
}

/// The vertex's pattern when all its signs are certain. The rows through it count as small.
bool PencilSource::certain(std::size_t l, Index row, PatternWord* pattern) const {
  const std::size_t size = subset_.size();
  if (!(tolerance_[l] < kInfinity) || small_[l] != size + 1) return false;
  for (Index w = 0; w < words_; ++w) {
    pattern[w] = negative_[static_cast<std::size_t>(w * kLanes) + l];
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

/// Exact signs; degenerate vertices have a cell at some of their bases only.
void PencilSource::decide_left_over() {
  const auto size = static_cast<Index>(subset_.size());
  for (std::size_t first = 0; first < left_over_.size(); first += kLanes) {
    const std::size_t present = std::min<std::size_t>(kLanes, left_over_.size() - first);
    for (std::size_t l = 0; l < kLanes; ++l) {
      std::int32_t* lane = vertices_.subsets() + l;
      for (Index i = 0; i < size; ++i) lane[i * kLanes] = subset_[static_cast<std::size_t>(i)];
      const Index row = others_[left_over_[first + std::min(l, present - 1)]];
      if (row != kNone) lane[size * kLanes] = static_cast<std::int32_t>(row);
    }
    vertices_.locate(level_);
    for (std::size_t l = 0; l < present; ++l) {
      const std::size_t place = left_over_[first + l];
      found_[place] = vertices_.cell_of_basis(static_cast<Index>(l), pattern(place));
    }
  }
}

/// In the order of the rows, whatever floating point left over.
void PencilSource::deliver(SampleChunk& chunk) {
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!found_[i]) continue;
    orient(pattern(i), words_, last_word_bits(hyperplanes_), opposite_);
    chunk.patterns.insert(chunk.patterns.end(), pattern(i), pattern(i) + words_);
  }
}

}  // namespace

CellSample sample_pencils(const HyperplaneArrangement& arrangement,
                          const SampleSettings& settings) {
  if (arrangement.hyperplanes() == 0) return sample_everything(arrangement, settings);
  const Index hyperplanes = arrangement.hyperplanes();
  const LevelChoice choice = LevelChoice::for_pencils(hyperplanes, arrangement.rank());
  SampleSettings pencils = settings;
  const auto each = static_cast<std::uint64_t>(hyperplanes);
  pencils.count = settings.count / each + (settings.count % each == 0 ? 0 : 1);
  return sample_on_flag(arrangement, pencils, kChunk, [&](const SampleFlag& flag) {
    return std::make_unique<PencilSource>(arrangement, flag, choice);
  });
}

}  // namespace thalweg
