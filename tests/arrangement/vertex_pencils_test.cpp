#include "arrangement/vertex_pencils.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "arrangement/exact_dictionary.hpp"
#include "arrangement/hard_arrangements.hpp"
#include "arrangement/local_topes.hpp"

namespace thalweg {

/// Looks at the dictionaries of VertexPencils.
class VertexPencilsPeer {
 public:
  struct Dictionary {
    const std::vector<double>& entries;  ///< columns of `stride`
    Index stride;
    const std::vector<double>& errors;
    double error;
    double largest;
    double product;
    const BitRows& closure;
    const std::vector<Index>& columns;  ///< of the basis
    const std::vector<Index>& free;
  };

  explicit VertexPencilsPeer(VertexPencils& pencils) : pencils_(pencils) {}

  /// Pivots on the rows; false when one of them is refused.
  bool descend_to(const std::vector<Index>& basis) {
    for (const Index row : basis) {
      if (!pencils_.descend(static_cast<Index>(pencils_.basis_.size()), row)) return false;
    }
    return true;
  }
  [[nodiscard]] Dictionary dictionary() {
    VertexPencils::Node& node = pencils_.nodes_[pencils_.basis_.size()];
    return {node.entries, pencils_.stride_, node.errors,  node.error,
            node.largest, node.product,     node.closure, pencils_.basis_columns_,
            node.free};
  }
  /// The pencil of all level - 2 rows as the kernels get it.
  [[nodiscard]] PencilKernels::Pencil pencil() {
    VertexPencils::Node& node = pencils_.nodes_[pencils_.basis_.size()];
    PencilKernels::Pencil pencil;
    pencil.rows = pencils_.count_;
    pencil.entries = node.entries.data();
    pencil.stride = pencils_.stride_;
    pencil.errors = node.errors.data();
    pencil.beta = pencils_.level_ - 2;
    pencil.alpha = pencils_.level_ - 1;
    pencil.basis_size = static_cast<Index>(pencils_.basis_.size());
    pencil.basis_columns = pencils_.basis_columns_.data();
    pencil.basis_rows = pencils_.basis_.data();
    pencil.error = node.error;
    pencil.largest = node.largest;
    pencil.scratch = pencils_.lanes_.data();
    return pencil;
  }

 private:
  VertexPencils& pencils_;
};

namespace testing {
namespace {

/// Everything that a VertexPencils needs, for rows of any kind.
struct Bench {
  HyperplaneArrangement arrangement;
  RowDependence dependence;
  Matrix functionals;
  FlagCoordinates flag;
  PencilStatistics statistics;
  LocalTopes locals;
  VertexPencils pencils;

  Bench(const Matrix& X, const Matrix& L, Index wall)
      : arrangement(X),
        dependence(arrangement.normals()),
        functionals(L),
        flag(arrangement, dependence, functionals, wall),
        locals(flag, pencil_kernels(), statistics),
        pencils(flag, pencil_kernels(), locals, statistics) {}
};

std::vector<Index> rows_but(Index count, Index wall) {
  std::vector<Index> rows;
  for (Index i = 0; i < count; ++i) {
    if (i != wall) rows.push_back(i);
  }
  return rows;
}

/// How much was compared.
struct Tally {
  Index certain = 0;  ///< vertices that kernels called certain
  Index rounded = 0;  ///< entries of dictionaries that are not exact
};

/// What the engine knows about the dictionary after pivots on `basis` is true.
void expect_sound(VertexPencilsPeer& peer, const Bench& bench, const RationalMatrix& Y,
                  const std::vector<Index>& rows, const std::vector<Index>& basis, Index level,
                  Tally& tally) {
  const auto node = peer.dictionary();
  if (!(node.error < std::numeric_limits<double>::infinity())) return;
  RationalMatrix chosen(static_cast<Index>(rows.size()), level);
  for (Index i = 0; i < chosen.rows; ++i) {
    for (Index c = 0; c < level; ++c) chosen(i, c) = Y(rows[static_cast<std::size_t>(i)], c);
  }
  const ExactDictionary exact = exact_dictionary(chosen, basis, node.columns);
  ASSERT_NE(exact.pivots, 0);
  const bool leaf = static_cast<Index>(basis.size()) == level - 2;
  for (Index k = 0; k < chosen.rows; ++k) {
    const auto entry = [&](Index c) {
      return node.entries[static_cast<std::size_t>(c * node.stride + k)];
    };
    const auto sound = [&](Index c) {
      return within(entry(c), exact.entries(k, c), node.errors[static_cast<std::size_t>(c)]);
    };
    if (contains(node.closure, k)) {
      // These rows vanish with the basis, and the dictionary says so.
      for (const Index c : node.free) EXPECT_TRUE(sound(c) && exact.entries(k, c) == 0);
      EXPECT_TRUE(sound(level - 2) && exact.entries(k, level - 2) == 0);
      EXPECT_TRUE(leaf ? entry(level - 1) == 1e300 : sound(level - 1));
      EXPECT_EQ(exact.entries(k, level - 1), 0);
      continue;
    }
    for (const Index c : node.free) EXPECT_TRUE(sound(c)) << "free column " << c << " row " << k;
    for (const Index c : {level - 2, level - 1}) {
      EXPECT_TRUE(sound(c)) << "column " << c << " row " << k;
      EXPECT_LE(abs(exact.entries(k, c)), mpq_class(node.largest));
      if (exact.entries(k, c) != mpq_class(entry(c))) ++tally.rounded;
    }
    if (!basis.empty() && k > basis.back()) {
      for (const Index c : node.columns) EXPECT_TRUE(sound(c)) << "basis " << c << " row " << k;
    }
  }
  if (node.product < std::numeric_limits<double>::infinity()) {
    mpq_class product =
        abs(exact.pivots) * abs(invert(RationalMatrix(bench.functionals)).determinant);
    for (const Index s : basis) {
      product *= mpq_class(bench.flag.integer_scale(rows[static_cast<std::size_t>(s)]));
    }
    if (bench.flag.wall() == FlagCoordinates::kNone) {
      EXPECT_LE(product, mpq_class(node.product));
    }
  }
}

/// The signs of the lowest-vertex cell at the vertex of the basis and row j, bit 1 where negative,
/// decided by determinants; empty when the vertex is on other rows too.
std::vector<bool> exact_pattern(const Bench& bench, const std::vector<Index>& rows,
                                const std::vector<Index>& basis, Index j, Index level) {
  std::vector<Index> corner;
  for (const Index s : basis) corner.push_back(rows[static_cast<std::size_t>(s)]);
  corner.push_back(rows[static_cast<std::size_t>(j)]);
  const auto sign_with = [&](std::vector<Index> chosen, Index last) {
    chosen.push_back(last);
    return bench.flag.sign(chosen);
  };
  const int chart = sign_with(corner, bench.flag.functional(level));
  std::vector<bool> pattern(rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto at = std::find(corner.begin(), corner.end(), rows[k]);
    int sign = 0;
    if (at == corner.end()) {
      sign = sign_with(corner, rows[k]) * chart;
    } else {
      // l_{m-1} = sum_q lambda_q x_q on {l_m = 0}: the cell is where every x_q has lambda_q's sign.
      std::vector<Index> replaced = corner;
      replaced[static_cast<std::size_t>(at - corner.begin())] = bench.flag.functional(level - 1);
      sign = sign_with(replaced, bench.flag.functional(level)) * chart;
    }
    if (sign == 0) return {};
    pattern[k] = sign < 0;
  }
  return pattern;
}

/// Vertices that each instruction set calls certain have the exact signs.
void expect_settled_exact(VertexPencilsPeer& peer, const Bench& bench,
                          const std::vector<Index>& rows, const std::vector<Index>& basis,
                          Index level, Tally& tally) {
  const auto node = peer.dictionary();
  const auto count = static_cast<Index>(rows.size());
  const Index first = basis.empty() ? 0 : basis.back() + 1;
  const bool simple = size(node.closure) == static_cast<Index>(basis.size());
  if (!(node.error < std::numeric_limits<double>::infinity()) || !simple || first >= count) {
    return;
  }
  const Index words = pattern_words(count);
  for (const InstructionSet set :
       {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (!available(set)) continue;
    std::vector<PatternWord> patterns(static_cast<std::size_t>((count - first + 8) * words));
    std::vector<std::uint8_t> settled(static_cast<std::size_t>((count - first) / 8 + 3));
    const bool all = pencil_kernels(set).vertex_patterns(peer.pencil(), first, words,
                                                         patterns.data(), settled.data());
    for (Index j = first; j < count; ++j) {
      const Index v = j - first;
      const bool known = (settled[static_cast<std::size_t>(v / 8)] >> (v % 8) & 1) != 0;
      EXPECT_TRUE(known || !all);
      if (!known) continue;
      ++tally.certain;
      const std::vector<bool> exact = exact_pattern(bench, rows, basis, j, level);
      EXPECT_FALSE(exact.empty()) << "a degenerate vertex is called certain";
      if (exact.empty()) return;
      for (Index k = 0; k < count; ++k) {
        const PatternWord word = patterns[static_cast<std::size_t>(v * words + k / 64)];
        EXPECT_EQ((word >> (k % 64) & 1) != 0, exact[static_cast<std::size_t>(k)]);
      }
    }
  }
}

/// Random integers; every flag of them is as legal as the engine's own.
Matrix random_functionals(Random& random, Index r, int bits) {
  return small_integer_rows(random, r, r, 1 << bits);
}

std::vector<Index> random_basis(Random& random, Index count, Index size) {
  std::vector<Index> basis;
  for (Index row = 0; row < count && static_cast<Index>(basis.size()) < size; ++row) {
    const auto left = static_cast<std::uint64_t>(count - row);
    if (random.below(left) < static_cast<std::uint64_t>(size) - basis.size()) basis.push_back(row);
  }
  return basis;
}

void check_dictionaries(Random& random, const Matrix& X, bool walled, Tally& tally) {
  const HyperplaneArrangement arrangement(X);
  const Index r = arrangement.rank();
  const Index n = arrangement.hyperplanes();
  if (r < 3 || n < 2) return;
  const Index wall =
      walled ? static_cast<Index>(random.below(static_cast<std::uint64_t>(n))) : Index{-1};
  const Matrix L = random_functionals(random, r, 6 + static_cast<int>(random.below(20)));
  if (determinant_sign_exactly(L) == 0) return;
  try {
    Bench bench(X, L, wall);
    const RationalMatrix Y = exact_flag_rows(bench.arrangement, L, bench.flag);
    const std::vector<Index> rows = rows_but(n, wall);
    const Index level = bench.flag.rank();
    for (int round = 0; round < 3; ++round) {
      bench.pencils.prepare(level, rows);
      VertexPencilsPeer peer(bench.pencils);
      const auto basis = random_basis(random, static_cast<Index>(rows.size()), level - 2);
      for (std::size_t size = 0; size <= basis.size(); ++size) {
        const std::vector<Index> part(basis.begin(),
                                      basis.begin() + static_cast<std::ptrdiff_t>(size));
        if (size > 0 && !peer.descend_to({part.back()})) break;
        expect_sound(peer, bench, Y, rows, part, level, tally);
        if (part.size() == basis.size() && static_cast<Index>(basis.size()) == level - 2) {
          expect_settled_exact(peer, bench, rows, basis, level, tally);
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  } catch (const UnluckyFlag&) {
    return;
  }
}

TEST(VertexPencils, DictionariesAreWithinTheirErrorBounds) {
  Random random(401);
  Tally tally;
  for (int round = 0; round < 150; ++round) {
    const auto [kind, X] = hard_arrangement(random, 14, 6);
    check_dictionaries(random, X, round % 4 == 0, tally);
    ASSERT_FALSE(HasFailure()) << kind << ", round " << round << "\n" << X;
  }
  EXPECT_GT(tally.certain, 100);
  EXPECT_GT(tally.rounded, 1000);
}

TEST(VertexPencils, DictionariesOfIllConditionedRowsAreWithinTheirErrorBounds) {
  Random random(402);
  Tally tally;
  for (int round = 0; round < 40; ++round) {
    const auto bits = static_cast<int>(10 + random.below(35));
    const Matrix X = round % 2 == 0 ? clustered_rows(random, 20, 6, bits)
                                    : nudged(random, small_integer_rows(random, 20, 6, 1));
    check_dictionaries(random, X, round % 4 == 0, tally);
    ASSERT_FALSE(HasFailure()) << "round " << round << "\n" << X;
  }
  EXPECT_GT(tally.certain, 100);
  EXPECT_GT(tally.rounded, 1000);
}

}  // namespace
}  // namespace testing
}  // namespace thalweg
