#include "convex/conic_cone_second_order.hpp"

#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

Index rest(const ConstVectorRef& v) { return v.size() - 1; }

/// s0^2 - |s1|^2 without the cancellation of the squares.
double hyperbolic_square(const ConstVectorRef& s) {
  const double length = s.tail(rest(s)).norm();
  return (s[0] - length) * (s[0] + length);
}

double hyperbolic_product(const ConstVectorRef& a, const ConstVectorRef& b) {
  return a[0] * b[0] - a.tail(rest(a)).dot(b.tail(rest(b)));
}

}  // namespace

void SecondOrderScaling::set_identity(VectorRef lambda) {
  axis_.setZero();
  axis_[0] = 1;
  eta_ = 1;
  lambda = axis_;
}

bool SecondOrderScaling::update(const ConstVectorRef& s, const ConstVectorRef& z,
                                VectorRef lambda) {
  const double ss = hyperbolic_square(s);
  const double zz = hyperbolic_square(z);
  if (!(ss > 0) || !(zz > 0) || !(s[0] > 0) || !(z[0] > 0)) return false;
  const double s_length = std::sqrt(ss);
  const double z_length = std::sqrt(zz);
  const double gamma = std::sqrt(0.5 * (1 + s.dot(z) / (s_length * z_length)));
  const Index m = rest(s);
  axis_[0] = (s[0] / s_length + z[0] / z_length) / (2 * gamma);
  axis_.tail(m) = (s.tail(m) / s_length - z.tail(m) / z_length) / (2 * gamma);
  eta_ = std::sqrt(s_length / z_length);
  const double s0 = s[0] / s_length;
  const double z0 = z[0] / z_length;
  const double scale = std::sqrt(s_length * z_length);
  lambda[0] = scale * gamma;
  lambda.tail(m) = scale / (s0 + z0 + 2 * gamma) *
                   ((gamma + z0) / s_length * s.tail(m) + (gamma + s0) / z_length * z.tail(m));
  return std::isfinite(eta_) && eta_ > 0 && axis_.allFinite() && lambda.allFinite();
}

void SecondOrderScaling::apply_inverse(VectorRef v) const {
  const Index m = rest(v);
  const double along = axis_.tail(m).dot(v.tail(m));
  const double first = axis_[0] * v[0] - along;
  const double factor = along / (1 + axis_[0]) - v[0];
  v.tail(m) = (v.tail(m) + factor * axis_.tail(m)) / eta_;
  v[0] = first / eta_;
}

double second_order_depth(const ConstVectorRef& s) { return s[0] - s.tail(rest(s)).norm(); }

void second_order_product(VectorRef a, const ConstVectorRef& b) {
  const double first = a.dot(b);
  a.tail(rest(a)) = a[0] * b.tail(rest(a)) + b[0] * a.tail(rest(a)).eval();
  a[0] = first;
}

void second_order_divide(const ConstVectorRef& lambda, VectorRef d) {
  d[0] = hyperbolic_product(lambda, d) / hyperbolic_square(lambda);
  d.tail(rest(d)) = (d.tail(rest(d)) - d[0] * lambda.tail(rest(d))) / lambda[0];
}

double second_order_step(const ConstVectorRef& lambda, const ConstVectorRef& d) {
  const double a = hyperbolic_square(d);
  const double b = hyperbolic_product(lambda, d);
  const double c = hyperbolic_square(lambda);
  const double discriminant = b * b - a * c;
  if (discriminant < 0) return std::numeric_limits<double>::infinity();
  const double denominator = std::sqrt(discriminant) - b;  // the smaller positive root, if any
  return denominator > 0 ? c / denominator : std::numeric_limits<double>::infinity();
}

}  // namespace thalweg::detail
