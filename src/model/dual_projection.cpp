#include "model/dual_projection.hpp"

#include <Eigen/Cholesky>

#include "model/convex_line.hpp"

namespace thalweg::detail {

Vector project_on_complement(const Loss& loss, const Vector& targets, const Matrix& Q,
                             const Vector& nu) {
  constexpr int kSteps = 100;
  constexpr double kExact = 1e-15;    ///< |Q^T x| relative to |x|
  constexpr double kDamping = 1e-12;  ///< where clamped entries leave Q^T Q singular
  const Index r = Q.cols();
  Vector t = Vector::Zero(r);
  Vector x = loss.project_to_dual_domain(nu, targets);
  Vector best = x;
  double least = (Q.transpose() * x).norm();
  for (int step = 0; step < kSteps; ++step) {
    const Vector pull = Q.transpose() * x;
    if (pull.norm() <= kExact * x.norm()) break;
    const Vector shifted = nu - Q * t;
    const Vector is_inside = (x.array() == shifted.array()).cast<double>().matrix();
    Matrix H = Q.transpose() * is_inside.asDiagonal() * Q;
    H.diagonal().array() += kDamping;
    const Vector move = H.ldlt().solve(pull);
    const auto at = [&](double s) {
      return loss.project_to_dual_domain(nu - Q * (t + s * move), targets);
    };
    const double length =
        step_on_convex_ray([&](double s) { return -move.dot(Q.transpose() * at(s)); });
    if (length == 0) break;
    t += length * move;
    x = loss.project_to_dual_domain(nu - Q * t, targets);
    const double size = (Q.transpose() * x).norm();
    if (size < least) {
      least = size;
      best = x;
    }
  }
  return best;
}

}  // namespace thalweg::detail
