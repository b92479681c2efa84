#include "cell_count.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thalweg::cli {
namespace {

constexpr unsigned long kMostSubsets = 3'000'000;

/// A residue modulo the Mersenne prime 2^61 - 1.
using Residue = std::uint64_t;
constexpr Residue kPrime = (Residue{1} << 61) - 1;

Residue multiply(Residue a, Residue b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  const Residue folded =
      static_cast<Residue>(product & kPrime) + static_cast<Residue>(product >> 61);
  return folded >= kPrime ? folded - kPrime : folded;
}

Residue subtract(Residue a, Residue b) { return a >= b ? a - b : a + kPrime - b; }

Residue inverse(Residue a) {
  Residue result = 1;
  for (Residue exponent = kPrime - 2; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = multiply(result, a);
    a = multiply(a, a);
  }
  return result;
}

/// The residue of a double m 2^e; 2 has order 61, so negative exponents are powers as well.
Residue residue_of(double value) {
  int exponent = 0;
  const double fraction = std::frexp(std::abs(value), &exponent);
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  const int shift = (((exponent - 53) % 61) + 61) % 61;
  const Residue magnitude = multiply(mantissa % kPrime, Residue{1} << shift);
  return value < 0 ? subtract(0, magnitude) : magnitude;
}

/// Rows of residues, all of one length.
using Rows = std::vector<std::vector<Residue>>;

/// row - (row[column] / pivot[column]) pivot without that column; precondition pivot[column] is 1.
std::vector<Residue> eliminate(const std::vector<Residue>& row, const std::vector<Residue>& pivot,
                               std::size_t column) {
  std::vector<Residue> result;
  result.reserve(row.size() - 1);
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (k != column) result.push_back(subtract(row[k], multiply(row[column], pivot[k])));
  }
  return result;
}

/// Whether the rows (a, b) are nonzero and their ratios a / b pairwise distinct.
bool distinct_lines(const Rows& rows) {
  // One inversion for all (Montgomery): running products of the nonzero b forwards, inverses back.
  std::vector<Residue> running = {1};
  for (const auto& row : rows) {
    if (row[0] == 0 && row[1] == 0) return false;
    running.push_back(row[1] == 0 ? running.back() : multiply(running.back(), row[1]));
  }
  Residue rest = inverse(running.back());
  std::vector<Residue> ratios;
  for (std::size_t i = rows.size(); i-- > 0;) {
    const Residue b = rows[i][1];
    if (b == 0) {
      ratios.push_back(kPrime);  // no residue: the line b = 0
      continue;
    }
    ratios.push_back(multiply(rows[i][0], multiply(rest, running[i])));
    rest = multiply(rest, b);
  }
  std::sort(ratios.begin(), ratios.end());
  return std::adjacent_find(ratios.begin(), ratios.end()) == ratios.end();
}

/// Whether every `length` rows are independent in the field; length >= 2 is the rows' length.
/// Each subset is met once, at its first length - 2 rows.
bool all_bases(const Rows& rows) {
  if (rows.empty()) return true;
  if (rows.front().size() == 2) return distinct_lines(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto nonzero =
        std::find_if(rows[i].begin(), rows[i].end(), [](Residue value) { return value != 0; });
    if (nonzero == rows[i].end()) return false;
    const auto column = static_cast<std::size_t>(nonzero - rows[i].begin());
    std::vector<Residue> pivot = rows[i];
    const Residue scale = inverse(pivot[column]);
    for (Residue& value : pivot) value = multiply(value, scale);
    Rows later;
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      later.push_back(eliminate(rows[j], pivot, column));
    }
    if (!all_bases(later)) return false;
  }
  return true;
}

/// Whether every `basis.rank()` of the distinct lines are certainly independent.
bool in_general_position(const Matrix& X, const RowGroups& groups, const RowBasis& basis) {
  // Independent columns that span the column space: subsets of rows keep their rank on them.
  const RowBasis columns = row_basis(X.transpose());
  if (!columns.proved || columns.rank() != basis.rank()) return false;
  Rows rows;
  for (const Index i : groups.first_rows) {
    std::vector<Residue> row;
    for (const Index k : columns.rows) row.push_back(residue_of(X(i, k)));
    rows.push_back(std::move(row));
  }
  return all_bases(rows);
}

mpz_class binomial(Index n, Index k) {
  mpz_class result;
  mpz_bin_uiui(result.get_mpz_t(), static_cast<unsigned long>(n), static_cast<unsigned long>(k));
  return result;
}

}  // namespace

mpz_class cells_in_general_position(Index hyperplanes, Index rank) {
  if (rank == 0) return 1;
  mpz_class sum = 0;
  for (Index k = 0; k < rank; ++k) sum += binomial(hyperplanes - 1, k);
  return 2 * sum;
}

std::optional<mpz_class> exact_cell_count(const Matrix& X, const RowGroups& groups,
                                          const RowBasis& basis) {
  if (!basis.proved) return std::nullopt;
  const Index rank = basis.rank();
  const auto hyperplanes = static_cast<Index>(groups.first_rows.size());
  const mpz_class count = cells_in_general_position(hyperplanes, rank);
  if (rank <= 2 || rank == hyperplanes) return count;
  if (binomial(hyperplanes, rank - 1) > kMostSubsets) return std::nullopt;
  if (!in_general_position(X, groups, basis)) return std::nullopt;
  return count;
}

}  // namespace thalweg::cli
