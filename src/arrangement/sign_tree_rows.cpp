#include "arrangement/sign_tree_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg::sign_tree {
namespace {

/// Errors unless empty or of `size` entries, none NaN.
void check_bound(const Vector& bound, Index size, const char* name) {
  if (bound.size() != 0 && bound.size() != size) {
    throw InvalidArgument(std::string(name) + " has " + std::to_string(bound.size()) +
                          " entries but the data have " + std::to_string(size) + " columns");
  }
  if (bound.hasNaN()) throw InvalidArgument(std::string(name) + " must not hold NaN");
}

void check(const HyperplaneArrangement& arrangement, const CellConstraints& constraints) {
  const Index d = arrangement.dimension();
  if (constraints.cone.rows() != 0 && constraints.cone.cols() != d) {
    throw InvalidArgument("cone has " + std::to_string(constraints.cone.cols()) +
                          " columns but the data have " + std::to_string(d));
  }
  if (!constraints.cone.allFinite()) throw InvalidArgument("cone must be finite");
  check_bound(constraints.lower, d, "lower");
  check_bound(constraints.upper, d, "upper");
  for (const auto& [sample, sign] : constraints.signs) {
    if (sample < 0 || sample >= arrangement.samples()) {
      throw InvalidArgument("signs name sample " + std::to_string(sample) + " but there are " +
                            std::to_string(arrangement.samples()));
    }
  }
}

/// The signs of hyperplanes that the signs of samples prescribe, 0 for none.
std::vector<int> prescribed_signs(const HyperplaneArrangement& arrangement,
                                  const CellConstraints& constraints, bool& contradiction) {
  std::vector<int> signs(static_cast<std::size_t>(arrangement.hyperplanes()), 0);
  for (const auto& [sample, sign] : constraints.signs) {
    const auto i = static_cast<std::size_t>(sample);
    const Index plane = arrangement.hyperplane_of_sample()[i];
    const bool same = arrangement.orientation_of_sample()[i] == sign;
    if (plane < 0) {
      // A zero row counts as plus everywhere.
      contradiction = contradiction || sign == Sign::kMinus;
      continue;
    }
    int& entry = signs[static_cast<std::size_t>(plane)];
    const int wanted = same ? 1 : -1;
    contradiction = contradiction || entry == -wanted;
    entry = wanted;
  }
  return signs;
}

class Builder {
 public:
  Builder(Index dimension, Index most) { rows_.by_row.resize(dimension, most); }

  void add(const Vector& row, Index hyperplane) {
    rows_.by_row.col(rows_.count++) = scaled(row);
    rows_.hyperplane.push_back(hyperplane);
  }
  void add(const Vector& row, Index hyperplane, Sign sign) {
    add(row, hyperplane);
    rows_.prescribed.push_back(sign);
  }

  TreeRows& rows() { return rows_; }

  TreeRows finish() {
    rows_.dimension = rows_.by_row.rows();
    rows_.by_row.conservativeResize(Eigen::NoChange, rows_.count);
    rows_.stride = pattern_words(rows_.count) * 64;
    rows_.columns = AlignedDoubles(rows_.stride * rows_.dimension);
    rows_.inverse_norms = AlignedDoubles(rows_.stride);
    rows_.errors = AlignedDoubles(rows_.stride);
    for (Index i = 0; i < rows_.count; ++i) {
      const auto row = rows_.by_row.col(i);
      for (Index c = 0; c < rows_.dimension; ++c) rows_.columns[c * rows_.stride + i] = row[c];
      rows_.inverse_norms[i] = 1 / row.norm();
      rows_.errors[i] = std::ldexp(static_cast<double>(rows_.dimension + 2), -52) * row.lpNorm<1>();
    }
    find_integers();
    return std::move(rows_);
  }

 private:
  /// The row times a power of two that brings its largest entry to [1, 2), where that is exact.
  static Vector scaled(const Vector& row) {
    const double largest = row.size() == 0 ? 0 : row.cwiseAbs().maxCoeff();
    if (largest == 0) return row;
    const int exponent = std::ilogb(largest);
    Vector result = row.unaryExpr([&](double v) { return std::ldexp(v, -exponent); });
    const Vector back = result.unaryExpr([&](double v) { return std::ldexp(v, exponent); });
    return back == row ? result : row;
  }

  void find_integers() {
    const auto limit = static_cast<double>(kLargestInteger);
    rows_.integer_scales.setOnes(rows_.count);
    for (Index i = 0; i < rows_.count; ++i) {
      Vector row = rows_.by_row.col(i);
      while (row.cwiseAbs().maxCoeff() <= limit && row.array().rint().matrix() != row) {
        row *= 2;
        rows_.integer_scales[i] *= 2;
      }
      if (row.cwiseAbs().maxCoeff() > limit) {
        rows_.integers.clear();
        return;
      }
      for (const double value : row) rows_.integers.push_back(static_cast<std::int64_t>(value));
    }
  }

  TreeRows rows_;
};

Vector unit(Index size, Index position, double value) {
  Vector result = Vector::Zero(size);
  result[position] = value;
  return result;
}

/// lower s < u < upper s, s > 0.
void add_box(const CellConstraints& constraints, Index d, Builder& builder) {
  builder.add(unit(d + 1, d, 1), -1, Sign::kPlus);
  for (Index c = 0; c < d; ++c) {
    if (constraints.lower.size() != 0) {
      const double low = constraints.lower[c];
      if (low == HUGE_VAL) builder.rows().contradiction = true;
      if (std::isfinite(low)) builder.add(unit(d + 1, c, 1) - unit(d + 1, d, low), -1, Sign::kPlus);
    }
    if (constraints.upper.size() != 0) {
      const double high = constraints.upper[c];
      if (high == -HUGE_VAL) builder.rows().contradiction = true;
      if (std::isfinite(high)) {
        builder.add(unit(d + 1, d, high) - unit(d + 1, c, 1), -1, Sign::kPlus);
      }
    }
  }
}

void add_cone(const CellConstraints& constraints, Index dimension, Builder& builder) {
  for (Index i = 0; i < constraints.cone.rows(); ++i) {
    Vector row = Vector::Zero(dimension);
    row.head(constraints.cone.cols()) = constraints.cone.row(i);
    if (row.isZero(0)) {
      builder.rows().contradiction = true;
    } else {
      builder.add(row, -1, Sign::kPlus);
    }
  }
}

}  // namespace

TreeRows tree_rows(const Matrix& A) {
  Builder builder(A.cols(), A.rows());
  builder.rows().hyperplanes = A.rows();
  for (Index i = 0; i < A.rows(); ++i) builder.add(A.row(i), i);
  return builder.finish();
}

TreeRows row_subset(const TreeRows& rows, const std::vector<Index>& kept) {
  Builder builder(rows.dimension, static_cast<Index>(kept.size()));
  TreeRows& subset = builder.rows();
  subset.hyperplanes = rows.hyperplanes;
  subset.antipodal = rows.antipodal;
  subset.reduced = rows.reduced;
  subset.homogenised = rows.homogenised;
  subset.contradiction = rows.contradiction;
  subset.prescribed = rows.prescribed;
  subset.implied = rows.implied;
  for (const Index i : kept) {
    builder.add(rows.by_row.col(i), rows.hyperplane[static_cast<std::size_t>(i)]);
  }
  return builder.finish();
}

TreeRows tree_rows(const HyperplaneArrangement& arrangement, const CellConstraints& constraints) {
  check(arrangement, constraints);
  const bool box = constraints.lower.size() != 0 || constraints.upper.size() != 0;
  const bool reduced = !box && constraints.cone.rows() == 0;
  const Index d = arrangement.dimension();
  const Index planes = arrangement.hyperplanes();
  const Index dimension = reduced ? arrangement.rank() : box ? d + 1 : d;

  Builder builder(dimension, planes + constraints.cone.rows() + 2 * d + 1);
  TreeRows& rows = builder.rows();
  rows.hyperplanes = planes;
  rows.reduced = reduced;
  rows.homogenised = box;
  rows.antipodal = constraints.empty() && planes > 0;
  std::vector<int> signs = prescribed_signs(arrangement, constraints, rows.contradiction);
  if (box) add_box(constraints, d, builder);
  add_cone(constraints, dimension, builder);

  const auto normal = [&](Index plane) {
    Vector row = Vector::Zero(dimension);
    row.head(reduced ? dimension : d) =
        reduced ? arrangement.normals().row(plane) : arrangement.rows().row(plane);
    return row;
  };
  if (rows.antipodal) signs[0] = -1;
  for (Index plane = 0; plane < planes; ++plane) {
    const int sign = signs[static_cast<std::size_t>(plane)];
    if (sign != 0) builder.add(normal(plane), plane, sign > 0 ? Sign::kPlus : Sign::kMinus);
  }
  for (Index plane = 0; plane < planes; ++plane) {
    if (signs[static_cast<std::size_t>(plane)] == 0) builder.add(normal(plane), plane);
  }
  return builder.finish();
}

}  // namespace thalweg::sign_tree
