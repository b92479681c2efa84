#include "landscape/independent_atoms.hpp"

#include <Eigen/SVD>
#include <limits>

namespace thalweg::landscape {

IndependentSolution independent_solution(const NearColumns& columns, const Vector& b,
                                         double b_radius) {
  const Matrix& A = columns.A;
  IndependentSolution result;
  result.z = Vector::Zero(A.cols());
  if (A.cols() == 0) {
    result.independent = true;
    return result;
  }
  if (A.cols() > A.rows()) return result;
  const Eigen::JacobiSVD<Matrix> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const double eps = std::numeric_limits<double>::epsilon();
  const double size = static_cast<double>(A.rows() + A.cols());
  const double least = svd.singularValues().minCoeff() - 16 * size * eps * A.norm();
  if (!(least > columns.radius * (1 + 1e-12))) return result;
  result.independent = true;
  result.z = svd.solve(b);
  const double rounding = 4 * size * eps * (A.norm() * result.z.norm() + b.norm());
  const double off = (A * result.z - b).norm() + rounding;
  result.error =
      (off + b_radius + columns.radius * result.z.norm()) / (least - columns.radius) * (1 + 1e-12);
  return result;
}

}  // namespace thalweg::landscape
