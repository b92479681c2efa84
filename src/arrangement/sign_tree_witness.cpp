#include "arrangement/sign_tree_witness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::sign_tree {

WitnessWriter::WitnessWriter(const HyperplaneArrangement& arrangement,
                             const CellConstraints& constraints, const TreeRows& rows)
    : arrangement_(arrangement), constraints_(constraints), rows_(rows) {}

bool WitnessWriter::write(const PatternWord* pattern, const double* point, double* u) const {
  const Index d = dimension();
  std::fill(u, u + d, std::numeric_limits<double>::quiet_NaN());
  if (point == nullptr) return false;
  Vector direction = Eigen::Map<const Vector>(point, rows_.reduced ? rows_.dimension : d);
  bool exact = !rows_.homogenised;
  if (rows_.reduced) {
    direction = arrangement_.to_direction(direction);
    // Powers of two are exact as long as nothing leaves the range of normal numbers.
    exact = std::all_of(direction.begin(), direction.end(),
                        [](double v) { return v == 0 || std::isnormal(v); });
  }
  if (rows_.homogenised) direction /= point[d];
  if (!exact && !verified(pattern, direction)) return false;
  std::copy(direction.begin(), direction.end(), u);
  return true;
}

bool WitnessWriter::verified(const PatternWord* pattern, const Vector& u) const {
  for (Index c = 0; c < u.size(); ++c) {
    if (constraints_.lower.size() != 0 && !(u[c] > constraints_.lower[c])) return false;
    if (constraints_.upper.size() != 0 && !(u[c] < constraints_.upper[c])) return false;
  }
  const Matrix& rows = arrangement_.rows();
  // The static filter of `locate`; what it leaves open is decided in rational arithmetic.
  const double unit = std::ldexp(static_cast<double>(u.size() + 2), -52);
  const double size = u.size() == 0 ? 0 : u.lpNorm<Eigen::Infinity>();
  const auto positive = [&](const Eigen::RowVectorXd& row) {
    double sum = 0;
    for (Index c = 0; c < u.size(); ++c) sum += row[c] * u[c];
    const double bound = unit * row.lpNorm<1>() * size + 1e-290;
    return std::fabs(sum) > bound ? sum > 0 : strictly_inside(Matrix(row), u);
  };
  for (Index i = 0; i < rows.rows(); ++i) {
    const bool plus = (pattern[i / 64] >> (i % 64) & 1) != 0;
    if (!positive((plus ? 1.0 : -1.0) * rows.row(i))) return false;
  }
  for (Index i = 0; i < constraints_.cone.rows(); ++i) {
    if (!positive(constraints_.cone.row(i))) return false;
  }
  return true;
}

}  // namespace thalweg::sign_tree
