#include "support/exact_cells.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

namespace thalweg::testing {
namespace {

using IntegerVector = std::vector<mpz_class>;

/// A cell with a point inside.
struct InteriorPoint {
  PatternText signs;
  IntegerVector point;
};

mpz_class dot(const IntegerVector& a, const IntegerVector& b) {
  mpz_class sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

bool is_zero(const IntegerVector& v) {
  return std::all_of(v.begin(), v.end(), [](const mpz_class& entry) { return entry == 0; });
}

/// v divided by the greatest common divisor of its entries.
IntegerVector primitive(IntegerVector v) {
  mpz_class divisor = 0;
  for (const mpz_class& entry : v) divisor = gcd(divisor, entry);
  if (divisor > 1) {
    for (mpz_class& entry : v) entry /= divisor;
  }
  return v;
}

char turned(char sign) { return sign == '1' ? '0' : '1'; }

/// Rows up to multiples.
struct DistinctRows {
  static constexpr std::size_t kZero = static_cast<std::size_t>(-1);

  std::vector<IntegerVector> rows;
  std::vector<std::size_t> row_of;  ///< for each given row, kZero for zero
  std::vector<bool> opposite;       ///< a negative multiple

  explicit DistinctRows(const std::vector<IntegerVector>& given) {
    std::map<IntegerVector, std::size_t> seen;
    for (const IntegerVector& row : given) {
      if (is_zero(row)) {
        row_of.push_back(kZero);
        opposite.push_back(false);
        continue;
      }
      IntegerVector key = primitive(row);
      const auto first =
          std::find_if(key.begin(), key.end(), [](const mpz_class& entry) { return entry != 0; });
      const bool negative = *first < 0;
      if (negative) {
        for (mpz_class& entry : key) entry = -entry;
      }
      const auto [place, fresh] = seen.emplace(key, rows.size());
      if (fresh) rows.push_back(key);
      row_of.push_back(place->second);
      opposite.push_back(negative);
    }
  }

  /// Signs of the given rows from signs of the distinct ones.
  [[nodiscard]] PatternText expand(const PatternText& signs) const {
    PatternText text;
    for (std::size_t i = 0; i < row_of.size(); ++i) {
      if (row_of[i] == kZero) {
        text += '1';
      } else {
        text += opposite[i] ? turned(signs[row_of[i]]) : signs[row_of[i]];
      }
    }
    return text;
  }
};

/// d - 1 independent integer vectors orthogonal to h.
std::vector<IntegerVector> basis_of_hyperplane(const IntegerVector& h) {
  std::size_t pivot = 0;
  while (h[pivot] == 0) ++pivot;
  std::vector<IntegerVector> basis;
  for (std::size_t k = 0; k < h.size(); ++k) {
    if (k == pivot) continue;
    IntegerVector v(h.size());
    v[k] = h[pivot];
    v[pivot] = -h[k];
    basis.push_back(primitive(std::move(v)));
  }
  return basis;
}

/// The point with its low bits dropped as far as the signs of all rows allow.
IntegerVector shortened(IntegerVector point, const std::vector<IntegerVector>& rows) {
  point = primitive(std::move(point));
  std::size_t bits = 0;
  for (const mpz_class& entry : point) {
    bits = std::max(bits, mpz_sizeinbase(entry.get_mpz_t(), 2));
  }
  for (std::size_t keep = 12; 2 * keep <= bits; keep *= 2) {
    IntegerVector candidate = point;
    for (mpz_class& entry : candidate) entry >>= bits - keep;
    const bool same = std::all_of(rows.begin(), rows.end(), [&](const IntegerVector& row) {
      return sgn(dot(row, candidate)) == sgn(dot(row, point));
    });
    if (same) return primitive(std::move(candidate));
  }
  return point;
}

/// scale * point + sign * h on the same side as `point` of each row that does not contain it.
IntegerVector beside(const IntegerVector& point, const IntegerVector& h, int sign,
                     const std::vector<IntegerVector>& rows) {
  mpz_class scale = 1;
  for (const IntegerVector& row : rows) {
    const mpz_class distance = abs(dot(row, point));
    if (distance == 0) continue;
    const mpz_class step = abs(dot(row, h));
    while (distance * scale <= step) scale *= 2;
  }
  IntegerVector moved = point;
  for (std::size_t k = 0; k < h.size(); ++k) {
    moved[k] *= scale;
    moved[k] += sign * h[k];
  }
  return moved;
}

std::vector<InteriorPoint> list_cells(const std::vector<IntegerVector>& rows, std::size_t d);

/// The cells of `rows` that h cuts, each with a point on h.
std::unordered_map<PatternText, IntegerVector> cut_cells(const std::vector<IntegerVector>& rows,
                                                         const IntegerVector& h) {
  const std::vector<IntegerVector> basis = basis_of_hyperplane(h);
  std::vector<IntegerVector> restricted;
  for (const IntegerVector& row : rows) {
    IntegerVector coordinates;
    for (const IntegerVector& v : basis) coordinates.push_back(dot(row, v));
    restricted.push_back(std::move(coordinates));
  }
  const DistinctRows distinct(restricted);
  std::unordered_map<PatternText, IntegerVector> result;
  for (const InteriorPoint& cell : list_cells(distinct.rows, basis.size())) {
    IntegerVector point(h.size());
    for (std::size_t b = 0; b < basis.size(); ++b) {
      for (std::size_t k = 0; k < h.size(); ++k) point[k] += cell.point[b] * basis[b][k];
    }
    result.emplace(distinct.expand(cell.signs), std::move(point));
  }
  return result;
}

/// All cells of distinct hyperplanes in dimension d.
std::vector<InteriorPoint> list_cells(const std::vector<IntegerVector>& rows, std::size_t d) {
  if (rows.empty()) return {{"", IntegerVector(d)}};
  if (d == 1) return {{rows[0][0] > 0 ? "1" : "0", {1}}, {rows[0][0] > 0 ? "0" : "1", {-1}}};
  std::vector<InteriorPoint> cells = {{"", IntegerVector(d)}};
  std::vector<IntegerVector> used;
  for (const IntegerVector& h : rows) {
    const auto cut = cut_cells(used, h);
    used.push_back(h);
    std::vector<InteriorPoint> finer;
    for (InteriorPoint& cell : cells) {
      const auto place = cut.find(cell.signs);
      if (place == cut.end()) {
        cell.signs += dot(h, cell.point) > 0 ? '1' : '0';
        finer.push_back(std::move(cell));
        continue;
      }
      for (const int sign : {-1, 1}) {
        finer.push_back({cell.signs + (sign > 0 ? '1' : '0'),
                         shortened(beside(place->second, h, sign, used), used)});
      }
    }
    cells = std::move(finer);
  }
  return cells;
}

/// The row times a power of two.
IntegerVector to_integers(const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  constexpr int kLowestExponent = -1074;
  IntegerVector result;
  for (const double value : row) {
    int exponent = 0;
    mpz_class integer(std::ldexp(std::frexp(value, &exponent), 53));
    const int shift = exponent - 53 - kLowestExponent;
    if (shift >= 0) {
      integer <<= static_cast<unsigned>(shift);
    } else {
      integer >>= static_cast<unsigned>(-shift);  // exact: a subnormal number has the zeros
    }
    result.push_back(std::move(integer));
  }
  return result;
}

}  // namespace

std::vector<PatternText> exact_cells(const Matrix& X) {
  std::vector<IntegerVector> rows;
  for (Index i = 0; i < X.rows(); ++i) rows.push_back(to_integers(X.row(i)));
  const DistinctRows distinct(rows);
  std::vector<PatternText> texts;
  for (const InteriorPoint& cell : list_cells(distinct.rows, static_cast<std::size_t>(X.cols()))) {
    texts.push_back(distinct.expand(cell.signs));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

PatternText to_text(std::span<const PatternWord> pattern, Index samples) {
  PatternText text;
  for (Index i = 0; i < samples; ++i) {
    text += pattern_sign(pattern, i) == Sign::kPlus ? '1' : '0';
  }
  return text;
}

PatternText opposite(const Matrix& X, PatternText cell) {
  for (Index i = 0; i < X.rows(); ++i) {
    char& sign = cell[static_cast<std::size_t>(i)];
    if (!X.row(i).isZero(0)) sign = turned(sign);
  }
  return cell;
}

std::vector<PatternText> to_texts(const Matrix& X, const CellList& cells, bool antipodal) {
  std::vector<PatternText> texts;
  for (Index c = 0; c < cells.size(); ++c) {
    texts.push_back(to_text(cells.pattern(c), cells.samples));
    if (antipodal) texts.push_back(opposite(X, texts.back()));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace thalweg::testing
