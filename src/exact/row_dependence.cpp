#include "thalweg/exact/row_dependence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "thalweg/exact/prime_field.hpp"
#include "thalweg/exact/rank.hpp"

namespace thalweg {
namespace {

constexpr Index kMostColumns = 32;

/// At least log2 of the length of the row, scaled by a power of two to integers; 0 for a zero row.
double integer_bits(const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  int lowest = std::numeric_limits<int>::max();
  int highest = std::numeric_limits<int>::min();
  for (const double value : row) {
    if (value == 0) continue;
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    const auto significand = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    const int zeros = std::countr_zero(static_cast<std::uint64_t>(significand));
    lowest = std::min(lowest, exponent - 53 + zeros);
    highest = std::max(highest, exponent);
  }
  if (highest < lowest) return 0;
  // |row| <= sqrt(r) max |entry| and max |entry| <= 2^highest; sharper where that cannot overflow.
  const double spread = 0.5 * std::log2(static_cast<double>(row.size())) + highest - lowest;
  const double length = std::ldexp(row.norm(), -lowest);
  const bool ordinary = highest < 500 && lowest > -500;
  return ordinary ? std::log2(length) + 1e-9 : spread + 1e-9;
}

}  // namespace

RowDependence::RowDependence(const Matrix& X) : X_(X) {
  residues_.reserve(static_cast<std::size_t>(X.size()));
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index c = 0; c < X.cols(); ++c) residues_.push_back(MersenneField::residue(X(i, c)));
    bits_.push_back(integer_bits(X.row(i)));
  }
}

bool RowDependence::singular_modulo_prime(std::span<const Index> rows) const {
  const auto columns = static_cast<std::size_t>(X_.cols());
  std::array<std::array<std::uint64_t, kMostColumns>, kMostColumns> a;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto first = static_cast<std::size_t>(rows[i]) * columns;
    for (std::size_t c = 0; c < columns; ++c) a[i][c] = residues_[first + c];
  }
  std::array<std::size_t, kMostColumns> order;
  for (std::size_t c = 0; c < columns; ++c) order[c] = c;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t pivot = i;
    while (pivot < columns && a[i][order[pivot]] == 0) ++pivot;
    if (pivot == columns) return true;
    std::swap(order[i], order[pivot]);
    const std::uint64_t head = a[i][order[i]];
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      const std::uint64_t factor = a[k][order[i]];
      if (factor == 0) continue;
      for (std::size_t c = i + 1; c < columns; ++c) {
        std::uint64_t& entry = a[k][order[c]];
        entry = MersenneField::subtract(MersenneField::multiply(entry, head),
                                        MersenneField::multiply(factor, a[i][order[c]]));
      }
    }
  }
  return false;
}

bool RowDependence::dependent(std::span<const Index> rows) const {
  const auto count = static_cast<Index>(rows.size());
  if (count > X_.cols()) return true;
  if (X_.cols() <= kMostColumns) {
    if (!singular_modulo_prime(rows)) return false;
    double bits = 0;
    for (const Index row : rows) bits += bits_[static_cast<std::size_t>(row)];
    if (bits < MersenneField::kBits) return true;
  }
  Matrix chosen(count, X_.cols());
  for (Index i = 0; i < count; ++i) chosen.row(i) = X_.row(rows[static_cast<std::size_t>(i)]);
  const RowBasis basis = row_basis(chosen);
  return basis.rank() < count;
}

}  // namespace thalweg
