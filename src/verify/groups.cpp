#include "verify/groups.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace thalweg::verify {
namespace {

/// Fraction-free Gauss-Jordan elimination: on return the first `rank` rows span the same space, and
/// row i has the same value `pivot` in column pivots[i] and 0 in the other pivot columns.
struct ReducedRows {
  std::vector<std::vector<Int>> rows;
  std::vector<std::size_t> pivots;
  Int pivot = 1;
};

ReducedRows reduce(std::vector<std::vector<Int>> rows) {
  ReducedRows reduced;
  const std::size_t columns = rows.front().size();
  std::size_t rank = 0;
  for (std::size_t c = 0; c < columns && rank < rows.size(); ++c) {
    const auto found = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(rank), rows.end(),
                                    [c](const auto& row) { return row[c] != 0; });
    if (found == rows.end()) continue;
    std::swap(*found, rows[rank]);
    const Int pivot = rows[rank][c];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i == rank) continue;
      const Int factor = rows[i][c];
      for (std::size_t k = 0; k < columns; ++k) {
        rows[i][k] = pivot * rows[i][k] - factor * rows[rank][k];
        mpz_divexact(rows[i][k].get_mpz_t(), rows[i][k].get_mpz_t(), reduced.pivot.get_mpz_t());
      }
    }
    reduced.pivot = pivot;
    reduced.pivots.push_back(c);
    ++rank;
  }
  rows.resize(rank);
  reduced.rows = std::move(rows);
  return reduced;
}

/// x lies in the span exactly when pivot x = sum_i x[pivots[i]] rows[i].
bool in_span(const ReducedRows& reduced, const Int* x, std::size_t d) {
  for (std::size_t c = 0; c < d; ++c) {
    Int rest = reduced.pivot * x[c];
    for (std::size_t i = 0; i < reduced.rows.size(); ++i) {
      rest -= x[reduced.pivots[i]] * reduced.rows[i][c];
    }
    if (rest != 0) return false;
  }
  return true;
}

void demand_span(const Reader& reader, const Problem& problem, const Basis& basis) {
  std::vector<std::vector<Int>> rows;
  for (std::size_t i = 0; i < basis.size; ++i) {
    const auto start = basis.rows.begin() + static_cast<std::ptrdiff_t>(i * problem.d);
    rows.emplace_back(start, start + static_cast<std::ptrdiff_t>(problem.d));
  }
  const ReducedRows reduced = reduce(std::move(rows));
  for (std::size_t i = 0; i < problem.n; ++i) {
    if (!in_span(reduced, &problem.x.values[i * problem.d], problem.d)) {
      reader.not_verified("data row " + std::to_string(i) + " is outside the span of the basis");
    }
  }
}

/// Sums of g_j |k_j| over the rows of a group, on the side of its direction and on the other.
struct Members {
  std::size_t first_row = 0;
  bool reversed = false;  ///< the first row points against the map's key
  Int along, against;
};

}  // namespace

Basis read_basis(Reader& reader, const Problem& problem) {
  Basis basis;
  basis.size = reader.size(std::min(problem.n, problem.d));
  basis.identity = basis.size == 0;
  if (basis.identity) {
    reader.end_line();
    basis.size = problem.d;
    return basis;
  }
  if (basis.size > kMaxRank) reader.limit("the basis has more than 24 rows");
  long last = -1;
  for (std::size_t i = 0; i < basis.size; ++i) {
    last = reader.small(last + 1, static_cast<long>(problem.n) - 1);
    const auto row = problem.x.values.begin() + last * static_cast<std::ptrdiff_t>(problem.d);
    basis.rows.insert(basis.rows.end(), row, row + static_cast<std::ptrdiff_t>(problem.d));
  }
  reader.end_line();
  // Elimination works with minors of order up to R, about R times as long as the entries.
  for (const Int& v : basis.rows) reader.charge(2 * basis.size * footprint(v));
  for (std::size_t i = 0; i < basis.size; ++i) {
    for (std::size_t k = 0; k < basis.size; ++k) {
      basis.gram.push_back(dot(&basis.rows[i * problem.d], &basis.rows[k * problem.d], problem.d));
    }
  }
  demand_span(reader, problem, basis);
  return basis;
}

Groups make_groups(Reader& reader, const Problem& problem, const Basis& basis,
                   const ScaledVector& nu) {
  const std::size_t d = problem.d;
  std::map<std::vector<Int>, Members> by_direction;
  for (std::size_t i = 0; i < problem.n; ++i) {
    const auto row = problem.x.values.begin() + static_cast<std::ptrdiff_t>(i * d);
    std::vector<Int> key(row, row + static_cast<std::ptrdiff_t>(d));
    const auto lead = std::find_if(key.begin(), key.end(), [](const Int& v) { return v != 0; });
    if (lead == key.end()) continue;
    Int multiple;
    for (const Int& v : key) multiple = gcd(multiple, v);
    const bool reversed = *lead < 0;
    for (Int& v : key) {
      reader.charge(footprint(v));
      v /= reversed ? Int(-multiple) : multiple;
    }
    Members fresh;
    fresh.first_row = i;
    fresh.reversed = reversed;
    Members& members = by_direction.try_emplace(std::move(key), fresh).first->second;
    (reversed == members.reversed ? members.along : members.against) += nu.values[i] * multiple;
  }

  Groups result;
  result.exponent = nu.exponent + problem.x.exponent * (basis.identity ? 1 : 2);
  result.ell.resize(basis.size);
  for (const auto& [key, members] : by_direction) {
    Group group;
    group.first_row = members.first_row;
    group.weight = members.along + members.against;
    for (std::size_t k = 0; k < basis.size; ++k) {
      Int v = basis.identity ? key[k] : dot(&basis.rows[k * d], key.data(), d);
      if (members.reversed) v = -v;
      result.ell[k] -= members.against * v;
      reader.charge(footprint(v));
      group.direction.push_back(std::move(v));
    }
    if (group.weight != 0) result.groups.push_back(std::move(group));
  }
  std::sort(result.groups.begin(), result.groups.end(),
            [](const Group& a, const Group& b) { return a.first_row < b.first_row; });
  return result;
}

}  // namespace thalweg::verify
