#include "certificate/leaf_cone.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <limits>

namespace thalweg::certificate {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

std::vector<mpz_class> exact_vector(const ConeVector& integers) {
  std::vector<mpz_class> z;
  for (Index k = 0; k < integers.size(); ++k) z.emplace_back(integers[k]);
  return z;
}

}  // namespace

LeafFrame::LeafFrame(const Matrix& data, const RowGeometry& rows)
    : X(data),
      geometry(rows),
      frame(geometry.gram().llt().matrixU()),
      inverse_frame(frame.inverse()),
      axis_lengths(geometry.gram().diagonal().cwiseSqrt()),
      magnitudes(geometry.row_magnitudes()),
      exact_rows(scaled_integers(X)),
      rounding(static_cast<double>(X.cols() + 4 * geometry.coordinates() + 16) * kEps) {}

int LeafFrame::exact_sign(Index row, const std::vector<mpz_class>& z) const {
  mpz_class sum;
  if (geometry.basis().empty()) {
    for (Index k = 0; k < X.cols(); ++k) sum += exact_rows(row, k) * z[static_cast<std::size_t>(k)];
    return sgn(sum);
  }
  for (std::size_t i = 0; i < z.size(); ++i) {
    mpz_class product;
    for (Index k = 0; k < X.cols(); ++k) {
      product += exact_rows(geometry.basis()[i], k) * exact_rows(row, k);
    }
    sum += product * z[i];
  }
  return sgn(sum);
}

LeafCone::LeafCone(const LeafFrame& frame, const ConeView& view)
    : frame_(frame),
      view_(view),
      problem_(view, frame.frame),
      margin_(view.margin.cwiseQuotient(problem_.lengths())) {
  const double terms = static_cast<double>(view.crossing_values.rows() + 8);
  const ConeVector sums = problem_.values().cwiseAbs().rowwise().sum();
  margin_ += terms * kEps * (problem_.demand_size() + sums);
  rows_.resize(crossing(), rank());
  row_sizes_.resize(crossing());
  for (Index j = 0; j < crossing(); ++j) {
    const auto group = frame.geometry.group_of_row()[static_cast<std::size_t>(row(j))];
    rows_.row(j) = frame.geometry.rows().row(group);
    row_sizes_[j] = frame.magnitudes.row(group).norm();
  }
}

bool LeafCone::is_finite() const {
  return problem_.rays().allFinite() && problem_.values().allFinite();
}

Vector LeafCone::multipliers_by_weights(const ConeVector& w) const {
  const ConeVector scaled = w.cwiseProduct(problem_.lengths());
  const Vector t = problem_.values().transpose() * scaled;
  const double size = 1e-13 * scaled.sum();
  Vector s(t.size());
  for (Index j = 0; j < t.size(); ++j) {
    const auto vector = [&] { return ray_combination(w); };
    s[j] = is_positive(j, t[j], size * problem_.row_sizes()[j], vector) ? 1 : 0;
  }
  return s;
}

Vector LeafCone::multipliers_by_sign(const ConeVector& integers) const {
  const Vector t = rows_ * integers;
  const double size = integers.norm();
  Vector s(t.size());
  for (Index j = 0; j < t.size(); ++j) {
    const auto vector = [&] { return exact_vector(integers); };
    s[j] = is_positive(j, t[j], frame_.rounding * row_sizes_[j] * size, vector) ? 1 : 0;
  }
  return s;
}

template <class ExactVector>
bool LeafCone::is_positive(Index j, double value, double error, const ExactVector& vector) const {
  if (std::abs(value) > error) return value > 0;
  return frame_.exact_sign(row(j), vector()) > 0;
}

std::vector<mpz_class> LeafCone::ray_combination(const ConeVector& w) const {
  std::vector<mpz_class> z(static_cast<std::size_t>(rank()));
  for (Index k = 0; k < rank(); ++k) {
    for (Index i = 0; i < rank(); ++i) {
      z[static_cast<std::size_t>(i)] += mpz_class(view_.rays(i, k)) * mpz_class(w[k]);
    }
  }
  return z;
}

bool LeafCone::crosses(Index j) const {
  bool positive = false;
  bool negative = false;
  const auto v = problem_.values().col(j);
  for (Index k = 0; k < rank() && !(positive && negative); ++k) {
    if (std::abs(v[k]) > margin_[k]) {
      (v[k] > 0 ? positive : negative) = true;
      continue;
    }
    const int sign = frame_.exact_sign(row(j), exact_vector(view_.rays.col(k)));
    positive = positive || sign > 0;
    negative = negative || sign < 0;
  }
  return positive && negative;
}

ConeVector LeafCone::coordinates(const ConeVector& p) const {
  return problem_.rays().partialPivLu().solve(p);
}

}  // namespace thalweg::certificate
