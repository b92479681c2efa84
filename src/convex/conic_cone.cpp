#include "convex/conic_cone.hpp"

#include <algorithm>
#include <limits>

namespace thalweg::detail {

template <class F>
void ConeScaling::for_second_order(const F& f) const {
  Index at = cone_.orthant;
  for (std::size_t j = 0; j < cone_.second_order.size(); ++j) {
    f(j, at, cone_.second_order[j]);
    at += cone_.second_order[j];
  }
}

template <class F>
void ConeScaling::for_semidefinite(const F& f) const {
  Index at = cone_.orthant;
  for (const Index size : cone_.second_order) at += size;
  for (std::size_t j = 0; j < cone_.semidefinite.size(); ++j) {
    const Index size = cone_.semidefinite[j] * (cone_.semidefinite[j] + 1) / 2;
    f(j, at, size);
    at += size;
  }
}

ConeScaling::ConeScaling(const ConeProduct& cone)
    : cone_(cone), orthant_inverse_(cone.orthant), lambda_(cone.size()) {
  for (const Index size : cone.second_order) second_order_.emplace_back(size);
  for (const Index side : cone.semidefinite) semidefinite_.emplace_back(side);
  set_identity();
  identity_ = lambda_;
}

Index ConeScaling::degree() const {
  Index degree = cone_.orthant + static_cast<Index>(cone_.second_order.size());
  for (const Index side : cone_.semidefinite) degree += side;
  return degree;
}

void ConeScaling::set_identity() {
  orthant_inverse_.setOnes();
  lambda_.head(cone_.orthant).setOnes();
  for_second_order([&](std::size_t j, Index at, Index size) {
    second_order_[j].set_identity(lambda_.segment(at, size));
  });
  for_semidefinite([&](std::size_t j, Index at, Index size) {
    semidefinite_[j].set_identity(lambda_.segment(at, size));
  });
}

bool ConeScaling::update(const Vector& s, const Vector& z) {
  const Index m = cone_.orthant;
  if (!(s.head(m).array() > 0).all() || !(z.head(m).array() > 0).all()) return false;
  orthant_inverse_ = (z.head(m).array() / s.head(m).array()).sqrt();
  lambda_.head(m) = s.head(m).array() * orthant_inverse_.array();
  bool inside = lambda_.head(m).allFinite() && (lambda_.head(m).array() > 0).all();
  for_second_order([&](std::size_t j, Index at, Index size) {
    inside = inside && second_order_[j].update(s.segment(at, size), z.segment(at, size),
                                               lambda_.segment(at, size));
  });
  for_semidefinite([&](std::size_t j, Index at, Index size) {
    inside = inside && semidefinite_[j].update(s.segment(at, size), z.segment(at, size),
                                               lambda_.segment(at, size));
  });
  return inside;
}

void ConeScaling::scale_slack(Eigen::Ref<Matrix> columns) const {
  for (Index k = 0; k < columns.cols(); ++k) {
    columns.col(k).head(cone_.orthant).array() *= orthant_inverse_.array();
    for_second_order([&](std::size_t j, Index at, Index size) {
      second_order_[j].apply_inverse(columns.col(k).segment(at, size));
    });
    for_semidefinite([&](std::size_t j, Index at, Index size) {
      semidefinite_[j].scale_slack(columns.col(k).segment(at, size));
    });
  }
}

void ConeScaling::unscale_multiplier(Vector& v) const {
  v.head(cone_.orthant).array() *= orthant_inverse_.array();
  for_second_order([&](std::size_t j, Index at, Index size) {
    second_order_[j].apply_inverse(v.segment(at, size));
  });
  for_semidefinite([&](std::size_t j, Index at, Index size) {
    semidefinite_[j].unscale_multiplier(v.segment(at, size));
  });
}

void ConeScaling::corrector(double shift, const Vector& a, const Vector& b, Vector& d) const {
  const Index m = cone_.orthant;
  d.head(m) = (shift - a.head(m).array() * b.head(m).array()) / lambda_.head(m).array();
  for_second_order([&](std::size_t, Index at, Index size) {
    d.segment(at, size) = a.segment(at, size);
    second_order_product(d.segment(at, size), b.segment(at, size));
    d.segment(at, size) = shift * identity_.segment(at, size) - d.segment(at, size);
    second_order_divide(lambda_.segment(at, size), d.segment(at, size));
  });
  for_semidefinite([&](std::size_t, Index at, Index size) {
    d.segment(at, size) = a.segment(at, size);
    semidefinite_product(d.segment(at, size), b.segment(at, size));
    d.segment(at, size) = shift * identity_.segment(at, size) - d.segment(at, size);
    semidefinite_divide(lambda_.segment(at, size), d.segment(at, size));
  });
}

double ConeScaling::step_to_boundary(const Vector& d) const {
  double step = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < cone_.orthant; ++i) {
    if (d[i] < 0) step = std::min(step, -lambda_[i] / d[i]);
  }
  for_second_order([&](std::size_t, Index at, Index size) {
    step = std::min(step, second_order_step(lambda_.segment(at, size), d.segment(at, size)));
  });
  for_semidefinite([&](std::size_t, Index at, Index size) {
    step = std::min(step, semidefinite_step(lambda_.segment(at, size), d.segment(at, size)));
  });
  return step;
}

double ConeScaling::depth(const Vector& v) const {
  double depth = std::numeric_limits<double>::infinity();
  if (cone_.orthant > 0) depth = v.head(cone_.orthant).minCoeff();
  for_second_order([&](std::size_t, Index at, Index size) {
    depth = std::min(depth, second_order_depth(v.segment(at, size)));
  });
  for_semidefinite([&](std::size_t, Index at, Index size) {
    depth = std::min(depth, semidefinite_depth(v.segment(at, size)));
  });
  return depth;
}

}  // namespace thalweg::detail
