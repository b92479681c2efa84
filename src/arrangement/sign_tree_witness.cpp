#include "arrangement/sign_tree_witness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::sign_tree {
namespace {

bool bit(const PatternWord* words, Index i) { return (words[i / 64] >> (i % 64) & 1) != 0; }

}  // namespace

WitnessWriter::WitnessWriter(const HyperplaneArrangement& arrangement, const TreeRows& rows)
    : arrangement_(arrangement),
      rows_(rows),
      lifted_(rows.dimension),
      distances_(rows.stride),
      plus_(static_cast<std::size_t>(rows.stride / 64)),
      certain_(static_cast<std::size_t>(rows.stride / 64)) {}

bool WitnessWriter::write(const PatternWord* pattern, const double* point, double* u) {
  if (point != nullptr && survives(pattern, point, u)) return true;
  std::fill(u, u + dimension(), std::numeric_limits<double>::quiet_NaN());
  return false;
}

bool WitnessWriter::survives(const PatternWord* pattern, const double* point, double* u) {
  const Index d = dimension();
  if (rows_.reduced) {
    const Vector z = Eigen::Map<const Vector>(point, rows_.dimension);
    const Vector direction = arrangement_.to_direction(z);
    std::copy(direction.begin(), direction.end(), u);
    // Powers of two are exact as long as nothing leaves the range of normal numbers.
    const bool exact = std::all_of(direction.begin(), direction.end(),
                                   [](double v) { return v == 0 || std::isnormal(v); });
    return exact || has_all_signs(pattern, direction);
  }
  if (!rows_.homogenised) {
    std::copy(point, point + d, u);
    return true;
  }
  for (Index c = 0; c < d; ++c) lifted_[c] = u[c] = point[c] / point[d];
  lifted_[d] = 1;
  return has_signs_of_tree(pattern);
}

bool WitnessWriter::has_all_signs(const PatternWord* pattern, const Vector& u) const {
  Matrix signed_rows = arrangement_.rows();
  for (Index i = 0; i < signed_rows.rows(); ++i) {
    if (!bit(pattern, i)) signed_rows.row(i) *= -1;
  }
  return strictly_inside(signed_rows, u);
}

bool WitnessWriter::has_signs_of_tree(const PatternWord* pattern) {
  locate(rows_.block(), lifted_.data(), rows_.errors.data(), distances_.data(),
         {plus_.data(), certain_.data()});
  for (Index i = 0; i < rows_.count; ++i) {
    const Index plane = rows_.hyperplane[static_cast<std::size_t>(i)];
    // Constraints ask for a plus.
    const bool wanted = plane < 0 || bit(pattern, plane);
    if (bit(certain_.data(), i)) {
      if (bit(plus_.data(), i) != wanted) return false;
      continue;
    }
    const Matrix row = (wanted ? 1.0 : -1.0) * rows_.by_row.col(i).transpose();
    if (!strictly_inside(row, lifted_)) return false;
  }
  return true;
}

}  // namespace thalweg::sign_tree
