#include "landscape/stationary_ties.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/exact/rank.hpp"

namespace thalweg::landscape {

Hyperplanes::Hyperplanes(const Matrix& X)
    : exact_(X),
      groups_(group_parallel_rows(X)),
      members_(groups_.first_rows.size()),
      lengths_(X.rowwise().stableNorm()) {
  for (std::size_t row = 0; row < groups_.group_of_row.size(); ++row) {
    const Index group = groups_.group_of_row[row];
    if (group >= 0) members_[static_cast<std::size_t>(group)].push_back(static_cast<Index>(row));
  }
}

std::vector<Index> Hyperplanes::near(const Vector& w, double tolerance) const {
  const Vector values = X() * w;
  const double size = tolerance * w.stableNorm();
  std::vector<Index> planes;
  for (Index plane = 0; plane < count(); ++plane) {
    if (std::abs(values[first(plane)]) <= size * length(plane)) planes.push_back(plane);
  }
  return planes;
}

std::vector<Index> Hyperplanes::through(const Vector& w) const {
  // More than the rounding of a product relative to |x| |w|.
  std::vector<Index> planes = near(w, std::ldexp(static_cast<double>(w.size() + 8), -51));
  std::erase_if(planes, [&](Index plane) {
    mpq_class sum = 0;
    for (Index k = 0; k < w.size(); ++k) sum += mpq_class(w[k]) * exact_(first(plane), k);
    return sum != 0;
  });
  return planes;
}

Matrix Hyperplanes::normals(const std::vector<Index>& planes) const {
  Matrix rows(static_cast<Index>(planes.size()), X().cols());
  for (std::size_t k = 0; k < planes.size(); ++k) {
    rows.row(static_cast<Index>(k)) = X().row(first(planes[k]));
  }
  return rows;
}

std::vector<Index> Hyperplanes::all_rows(const std::vector<Index>& planes) const {
  std::vector<Index> result;
  for (const Index plane : planes) {
    result.insert(result.end(), rows(plane).begin(), rows(plane).end());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::optional<Matrix> tie_cells(const Matrix& normals, Index most) {
  const Index k = normals.rows();
  if (k == 0) return Matrix(1, 0);
  EnumerationSettings settings;
  settings.max_cells = static_cast<std::uint64_t>(most) + 1;
  const auto [list, info] = list_cells(HyperplaneArrangement(normals), settings);
  if (info.status != EnumerationStatus::kComplete ||
      info.cells() > static_cast<std::uint64_t>(most)) {
    return std::nullopt;
  }
  const Index copies = info.antipodal ? 2 : 1;
  Matrix cells(copies * list.size(), k);
  for (Index cell = 0; cell < list.size(); ++cell) {
    for (Index i = 0; i < k; ++i) {
      const double gate = pattern_sign(list.pattern(cell), i) == Sign::kPlus ? 1 : 0;
      cells(copies * cell, i) = gate;
      if (copies == 2) cells(copies * cell + 1, i) = 1 - gate;
    }
  }
  return cells;
}

bool independent_spans(const Matrix& normals, const std::vector<Index>& some,
                       const std::vector<Index>& others) {
  if (some.empty() || others.empty()) return true;
  std::vector<Index> all = some;
  all.insert(all.end(), others.begin(), others.end());
  const RowBasis first = row_basis(normals(some, Eigen::all));
  const RowBasis second = row_basis(normals(others, Eigen::all));
  const RowBasis both = row_basis(normals(all, Eigen::all));
  // Ranks that are not proved are lower bounds: only that of all rows may be one.
  return first.proved && second.proved && first.rank() + second.rank() == both.rank();
}

}  // namespace thalweg::landscape
