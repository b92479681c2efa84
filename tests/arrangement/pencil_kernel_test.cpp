#include "arrangement/pencil_kernel.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::testing {
namespace {

constexpr double kFar = 1e300;

std::vector<InstructionSet> available_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set :
       {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (available(set)) sets.push_back(set);
  }
  return sets;
}

/// A pencil of made-up numbers: x_k = sum_s D_ks y_s + beta_k c + alpha_k h for the rows after the
/// basis, which comes first.
class MadePencil {
 public:
  MadePencil(Random& random, Index rows, Index basis, double error) : error_(error) {
    rows_ = rows;
    stride_ = (rows + 7) / 8 * 8 + 8;
    entries_.assign(static_cast<std::size_t>(stride_ * (basis + 2)), 0.0);
    errors_.assign(static_cast<std::size_t>(basis + 2), error);
    for (Index c = 0; c < basis; ++c) {
      columns_.push_back(c);
      basis_.push_back(c);
    }
    for (Index k = 0; k < rows; ++k) {
      for (Index c = 0; c < basis + 2; ++c) at(k, c) = entry(random, k);
      if (k < basis) {
        at(k, basis) = 0;
        at(k, basis + 1) = kFar;
      }
    }
    if (hard()) near_degenerate(random);
    for (Index k = basis; k < rows; ++k) {
      largest_ = std::max({largest_, std::abs(beta(k)), std::abs(alpha(k))});
    }
    largest_ += error;
  }

  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index first() const { return static_cast<Index>(basis_.size()); }
  [[nodiscard]] double beta(Index k) const { return at(k, first()); }
  [[nodiscard]] double alpha(Index k) const { return at(k, first() + 1); }

  [[nodiscard]] PencilKernels::Pencil pencil(std::vector<PatternWord>& scratch) const {
    scratch.assign(static_cast<std::size_t>(2 * PencilKernels::kLanes * ((rows_ + 63) / 64)), 0);
    PencilKernels::Pencil result;
    result.rows = rows_;
    result.entries = entries_.data();
    result.stride = stride_;
    result.errors = errors_.data();
    result.beta = first();
    result.alpha = first() + 1;
    result.basis_size = first();
    result.basis_columns = columns_.data();
    result.basis_rows = basis_.data();
    result.error = error_;
    result.largest = largest_;
    result.scratch = scratch.data();
    return result;
  }

  /// Whether row k is negative at the vertex of row j, when that is so for every pencil within the
  /// error of this one.
  [[nodiscard]] std::optional<bool> negative(Index j, Index k) const {
    const std::optional<int> b = sign(beta(j));
    if (!b) return std::nullopt;
    if (k == j) return *b < 0;
    if (k < first()) {
      // l = sum_q lambda_q x_q with lambda_j = 1 / beta_j, lambda_s = -D_js / beta_j.
      const std::optional<int> entry = sign(at(j, k));
      if (!entry) return std::nullopt;
      return *entry == *b;
    }
    // alpha_k beta_j - beta_k alpha_j is linear in each number: its sign is decided at corners.
    std::optional<int> common;
    for (int corner = 0; corner < 16; ++corner) {
      const auto moved = [&](double value, int bit) -> mpq_class {
        return mpq_class(value) + ((corner >> bit & 1) != 0 ? 1 : -1) * mpq_class(error_);
      };
      const mpq_class value =
          moved(alpha(k), 0) * moved(beta(j), 1) - moved(beta(k), 2) * moved(alpha(j), 3);
      const int here = sgn(value) * *b;
      if (here == 0 || (common && *common != here)) return std::nullopt;
      common = here;
    }
    return *common < 0;
  }

 private:
  [[nodiscard]] double at(Index k, Index c) const {
    return entries_[static_cast<std::size_t>(c * stride_ + k)];
  }
  double& at(Index k, Index c) { return entries_[static_cast<std::size_t>(c * stride_ + k)]; }

  [[nodiscard]] std::optional<int> sign(double value) const {
    if (!(std::abs(value) > error_)) return std::nullopt;
    return value > 0 ? 1 : -1;
  }

  /// In long pencils rows of special size would leave every vertex open.
  [[nodiscard]] bool hard() const { return rows_ < 32; }

  /// Of order 1, or near the error, or 0.
  [[nodiscard]] double entry(Random& random, Index k) const {
    const double value = random.normal();
    switch (random.below(8) + (hard() && k % 3 == 0 ? 0 : 2)) {
      case 0:
        return error_ * value;
      case 1:
        return 0;
      default:
        return value;
    }
  }

  /// Rows that pass the vertex of an earlier one at about the distance that can be resolved.
  void near_degenerate(Random& random) {
    for (Index k = first() + 1; k < rows_; k += 1 + static_cast<Index>(random.below(3))) {
      const Index j =
          first() + static_cast<Index>(random.below(static_cast<std::uint64_t>(k - first())));
      if (beta(j) == 0) continue;
      const double t = -alpha(j) / beta(j);
      const double distance = (error_ + 0x1p-52) * (1 + std::abs(t)) * (1 + 1 / std::abs(beta(j)));
      at(k, first() + 1) = -beta(k) * t + 3 * distance * random.normal();
    }
  }

  Index rows_ = 0;
  Index stride_ = 0;
  double error_ = 0;
  double largest_ = 0;
  std::vector<double> entries_;
  std::vector<double> errors_;
  std::vector<Index> columns_;
  std::vector<Index> basis_;
};

struct Tally {
  Index settled = 0;
  Index open = 0;
};

void expect_certain(const MadePencil& made, Tally& tally) {
  const Index first = made.first();
  const Index vertices = made.rows() - first;
  const Index words = pattern_words(made.rows());
  std::map<std::pair<Index, Index>, std::optional<bool>> known_signs;
  const auto negative = [&](Index j, Index k) {
    const auto [place, fresh] = known_signs.try_emplace({j, k});
    if (fresh) place->second = made.negative(j, k);
    return place->second;
  };
  for (const InstructionSet set : available_sets()) {
    std::vector<PatternWord> scratch;
    std::vector<PatternWord> patterns(static_cast<std::size_t>((vertices + 8) * words));
    std::vector<std::uint8_t> settled(static_cast<std::size_t>(vertices / 8 + 3));
    const bool all = pencil_kernels(set).vertex_patterns(made.pencil(scratch), first, words,
                                                         patterns.data(), settled.data());
    bool every = true;
    for (Index v = 0; v < vertices; ++v) {
      const bool known = (settled[static_cast<std::size_t>(v / 8)] >> (v % 8) & 1) != 0;
      every = every && known;
      ++(known ? tally.settled : tally.open);
      for (Index k = 0; known && k < made.rows(); ++k) {
        const std::optional<bool> expected = negative(first + v, k);
        ASSERT_TRUE(expected.has_value()) << "vertex " << v << " row " << k;
        const PatternWord word = patterns[static_cast<std::size_t>(v * words + k / 64)];
        ASSERT_EQ((word >> (k % 64) & 1) != 0, *expected) << "vertex " << v << " row " << k;
      }
    }
    ASSERT_EQ(all, every);
  }
}

TEST(PencilKernel, ASettledVertexHasItsSignsWhateverTheErrorHides) {
  Random random(1101);
  Tally tally;
  for (int round = 0; round < 60; ++round) {
    const auto rows = static_cast<Index>(2 + random.below(24));
    const auto basis =
        static_cast<Index>(random.below(static_cast<std::uint64_t>(std::min<Index>(rows - 1, 4))));
    const double error = std::ldexp(1.0, -static_cast<int>(4 + random.below(48)));
    ASSERT_NO_FATAL_FAILURE(expect_certain(MadePencil(random, rows, basis, error), tally));
  }
  EXPECT_GT(tally.settled, 100);
  EXPECT_GT(tally.open, 100);
}

TEST(PencilKernel, PatternsOfManyWords) {
  Random random(1102);
  Tally tally;
  for (const Index rows : {64, 65, 129}) {
    ASSERT_NO_FATAL_FAILURE(expect_certain(MadePencil(random, rows, 2, 0x1p-50), tally));
  }
  EXPECT_GT(tally.settled, 10);
}

TEST(PencilKernel, PointSignsAndCombinationsEqualPlainLoops) {
  Random random(1103);
  constexpr Index kRows = 72;
  std::vector<double> beta(kRows + 8);
  std::vector<double> alpha(kRows + 8);
  for (std::size_t k = 0; k < beta.size(); ++k) {
    // Small integers: every operation is exact, on any instruction set.
    beta[k] = static_cast<double>(random.below(9)) - 4;
    alpha[k] = static_cast<double>(random.below(9)) - 4;
  }
  for (const InstructionSet set : available_sets()) {
    const PencilKernels& kernels = pencil_kernels(set);
    for (const Index rows : {Index{1}, Index{8}, Index{63}, Index{64}, Index{65}, kRows}) {
      PatternWord negative[2] = {~PatternWord{0}, ~PatternWord{0}};
      PatternWord small[2] = {~PatternWord{0}, ~PatternWord{0}};
      kernels.point_signs(beta.data(), alpha.data(), rows, 2.0, 1.0, negative, small);
      for (Index k = 0; k < 64 * pattern_words(rows); ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double value = k < rows ? 2 * beta[at] + alpha[at] : 0;
        ASSERT_EQ((negative[k / 64] >> (k % 64) & 1) != 0, k < rows && value < 0);
        ASSERT_EQ((small[k / 64] >> (k % 64) & 1) != 0, k < rows && std::abs(value) <= 1);
      }
    }
    const double* columns[] = {beta.data(), alpha.data()};
    const double factors[] = {3, -2};
    for (const bool based : {false, true}) {
      const double* base = based ? alpha.data() : nullptr;
      std::vector<double> target(kRows);
      const double most = kernels.combine(columns, factors, 2, base, target.data(), kRows);
      double expected_most = 0;
      for (std::size_t k = 0; k < kRows; ++k) {
        const double expected = 3 * beta[k] - 2 * alpha[k] + (based ? alpha[k] : 0);
        ASSERT_EQ(target[k], expected);
        expected_most = std::max(expected_most, std::abs(expected));
      }
      ASSERT_EQ(most, expected_most);
    }
  }
}

}  // namespace
}  // namespace thalweg::testing
