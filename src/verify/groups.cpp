#include "verify/groups.hpp"

#include <algorithm>
#include <map>

namespace thalweg::verify {
namespace {

using Row = std::vector<Int>;

Row row_of(const std::vector<Int>& values, std::size_t i, std::size_t d) {
  const auto start = values.begin() + static_cast<std::ptrdiff_t>(i * d);
  return Row(start, start + static_cast<std::ptrdiff_t>(d));
}

/// Rows in reduced echelon form without fractions: row i has the common value `pivot` in column
/// columns[i] and 0 in the other pivot columns (Gauss-Jordan; every division is exact).
struct ReducedRows {
  std::vector<Row> rows;
  std::vector<std::size_t> columns;
  Int pivot = 1;
};

ReducedRows reduce(std::vector<Row> rows) {
  ReducedRows reduced;
  for (std::size_t c = 0; c < rows[0].size() && reduced.columns.size() < rows.size(); ++c) {
    const std::size_t rank = reduced.columns.size();
    std::size_t found = rank;
    while (found < rows.size() && rows[found][c] == 0) ++found;
    if (found == rows.size()) continue;
    std::swap(rows[found], rows[rank]);
    const Int pivot = rows[rank][c];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i == rank) continue;
      const Int factor = rows[i][c];
      for (std::size_t k = 0; k < rows[i].size(); ++k) {
        const Int value = pivot * rows[i][k] - factor * rows[rank][k];
        mpz_divexact(rows[i][k].get_mpz_t(), value.get_mpz_t(), reduced.pivot.get_mpz_t());
      }
    }
    reduced.pivot = pivot;
    reduced.columns.push_back(c);
  }
  rows.resize(reduced.columns.size());
  reduced.rows = std::move(rows);
  return reduced;
}

/// x lies in the span exactly when pivot x = sum_i x[columns[i]] rows[i].
bool in_span(const ReducedRows& reduced, const Int* x, std::size_t d) {
  for (std::size_t c = 0; c < d; ++c) {
    Int rest = reduced.pivot * x[c];
    for (std::size_t i = 0; i < reduced.rows.size(); ++i) {
      rest -= x[reduced.columns[i]] * reduced.rows[i][c];
    }
    if (rest != 0) return false;
  }
  return true;
}

/// Sums of g_j |k_j| over the rows along a direction and against it.
struct Members {
  std::size_t first_row = 0;
  bool reversed = false;  ///< whether the first row points against the direction
  Int along, against;     ///< with the first row's orientation
};

}  // namespace

Basis read_basis(Reader& reader, const Problem& problem) {
  const std::size_t d = problem.d;
  Basis basis;
  basis.size = static_cast<std::size_t>(
      reader.small(0, static_cast<long>(std::min({problem.n, d, std::size_t{24}}))));
  std::vector<Row> rows;
  for (long last = -1; rows.size() < basis.size;) {
    last = reader.small(last + 1, static_cast<long>(problem.n) - 1);
    rows.push_back(row_of(problem.x.values, static_cast<std::size_t>(last), d));
  }
  reader.end_line();
  if (basis.size == 0) {
    basis.size = d;
    return basis;
  }
  for (const Row& row : rows) {
    for (const Row& other : rows) basis.gram.push_back(dot(row.data(), other.data(), d));
    // Elimination meets minors of order up to R, about R times as long as the entries.
    for (const Int& v : row) reader.charge((basis.size + 1) * (32 + 8 * mpz_size(v.get_mpz_t())));
    basis.rows.insert(basis.rows.end(), row.begin(), row.end());
  }
  const ReducedRows reduced = reduce(std::move(rows));
  for (std::size_t i = 0; i < problem.n; ++i) {
    demand(in_span(reduced, &problem.x.values[i * d], d), "a row is outside the span of the basis");
  }
  return basis;
}

Groups make_groups(Reader& reader, const Problem& problem, const Basis& basis,
                   const ScaledVector& nu) {
  const std::size_t d = problem.d;
  std::map<Row, Members> by_direction;  // the direction's first nonzero entry is positive
  for (std::size_t i = 0; i < problem.n; ++i) {
    Row row = row_of(problem.x.values, i, d);
    Int multiple;
    for (const Int& v : row) multiple = gcd(multiple, v);
    if (multiple == 0) continue;
    const bool reversed = *std::find_if(row.begin(), row.end(), [](auto& v) { return v != 0; }) < 0;
    const Int divisor = reversed ? Int(-multiple) : multiple;
    for (Int& v : row) {
      v /= divisor;
      reader.charge(v);
    }
    Members& members =
        by_direction.try_emplace(std::move(row), Members{i, reversed, 0, 0}).first->second;
    (reversed == members.reversed ? members.along : members.against) += nu.values[i] * multiple;
  }
  Groups result{
      {}, Row(basis.size), nu.exponent + problem.x.exponent * (basis.rows.empty() ? 1 : 2)};
  for (const auto& [direction, members] : by_direction) {
    Group group{members.first_row, members.along + members.against, {}};
    for (std::size_t k = 0; k < basis.size; ++k) {
      Int v = basis.rows.empty() ? direction[k] : dot(&basis.rows[k * d], direction.data(), d);
      if (members.reversed) v = -v;
      result.ell[k] -= members.against * v;
      reader.charge(v);
      group.direction.push_back(v);
    }
    if (group.weight != 0) result.groups.push_back(std::move(group));
  }
  std::sort(result.groups.begin(), result.groups.end(),
            [](const Group& a, const Group& b) { return a.first_row < b.first_row; });
  return result;
}

}  // namespace thalweg::verify
