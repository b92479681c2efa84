#include "oracle/branch_spectral_barrier.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

namespace thalweg::oracle {
namespace {

constexpr int kMostRootSteps = 60;

/// z as a matrix with at most as many rows as columns, and back.
class WideMatrix {
 public:
  explicit WideMatrix(const BlockNorm& norm) : norm_(norm), flipped_(norm.rows() > norm.cols()) {}

  [[nodiscard]] Matrix matrix(const Vector& z) const {
    const Matrix columns = z.reshaped(norm_.cols(), norm_.rows());
    return flipped_ ? columns : Matrix(columns.transpose());
  }
  [[nodiscard]] Vector vector(const Matrix& wide) const {
    return flipped_ ? Vector(wide.reshaped()) : Vector(wide.transpose().reshaped());
  }

 private:
  const BlockNorm& norm_;
  bool flipped_;
};

/// Columns of a root, collected.
class Columns {
 public:
  Columns(Index parameters, Index most) : columns_(parameters, most) {}

  void add(double curvature, const Vector& direction) {
    columns_.col(count_++) = std::sqrt(curvature) * direction;
  }
  [[nodiscard]] Matrix take() const { return columns_.leftCols(count_); }

 private:
  Matrix columns_;
  Index count_ = 0;
};

/// Along the gradients E of the radii. With a = weight / (t - r)^2, b = weight / (t + r)^2 and d =
/// a
/// + b it is diag(d) - (a - b)(a - b)^T / sum d: the Laplacian diag(d) - d d^T / sum d, and a rest
/// of the order of b, of which the diagonal is kept.
void add_radial(const Matrix& E, const Vector& radii, double t, const Vector& weights,
                Columns& columns) {
  const Vector a = weights.array() / (t - radii.array()).square();
  const Vector b = weights.array() / (t + radii.array()).square();
  const Vector d = a + b;
  const double sum = d.sum();
  for (Index g = 0; g < radii.size(); ++g) {
    columns.add(4 * a[g] * b[g] / sum, E.col(g));
    for (Index k = 0; k < g; ++k) columns.add(d[g] * d[k] / sum, E.col(g) - E.col(k));
  }
}

}  // namespace

Vector singular_values(const BlockNorm& norm, const Vector& z) {
  return Eigen::JacobiSVD<Matrix>(WideMatrix(norm).matrix(z)).singularValues();
}

double best_height(const Vector& radii, double epsilon) {
  // sum 2 epsilon t / (t^2 - r^2) = 1 has a convex decreasing left side and its root at t - max r
  // in [epsilon, 2 epsilon g]: Newton's method from the left end.
  const double top = radii.maxCoeff();
  double delta = epsilon;
  for (int step = 0; step < kMostRootSteps; ++step) {
    const double t = top + delta;
    double sum = 0;
    double slope = 0;
    for (const double r : radii) {
      const double inverse = 1 / ((top - r + delta) * (t + r));
      sum += 2 * epsilon * t * inverse;
      slope += 2 * epsilon * inverse * (1 - 2 * t * t * inverse);
    }
    const double move = (1 - sum) / slope;
    if (!(move > 1e-3 * delta)) break;
    delta += move;
  }
  return top + delta;
}

SpectralRadii::SpectralRadii(const BlockNorm& norm, const Vector& z) : norm_(&norm) {
  const WideMatrix wide(norm);
  const Eigen::JacobiSVD<Matrix> svd(wide.matrix(z), Eigen::ComputeThinU | Eigen::ComputeThinV);
  radii_ = svd.singularValues();
  left_ = svd.matrixU();
  right_ = svd.matrixV();
  gradients_.resize(z.size(), radii_.size());
  for (Index i = 0; i < radii_.size(); ++i) {
    gradients_.col(i) = wide.vector(left_.col(i) * right_.col(i).transpose());
  }
}

Matrix SpectralRadii::hessian_root(double t, const Vector& weights) const {
  const Index p = gradients_.rows();
  const Index count = radii_.size();
  const Vector product = (t - radii_.array()) * (t + radii_.array());
  Columns columns(p, p + 2 * count * (count + 1));
  // A function of singular values with derivatives f_i = 2 weight r_i / (t^2 - r_i^2): along (u_i
  // v_j^T +- u_j v_i^T) / sqrt 2 its curvature is (f_i -+ f_j) / (r_i -+ r_j), written without
  // differences, and along u_i x^T with x orthogonal to every v it is f_i / r_i.
  const WideMatrix wide(*norm_);
  const Index length = right_.rows();
  const Matrix outside = Matrix::Identity(length, length) - right_ * right_.transpose();
  for (Index i = 0; i < count; ++i) {
    for (Index j = 0; length > count && j < length; ++j) {
      columns.add(2 * weights[i] / product[i], wide.vector(left_.col(i) * outside.row(j)));
    }
    for (Index j = 0; j < i; ++j) {
      const double factor = std::sqrt(weights[i] * weights[j]) / (product[i] * product[j]);
      const Vector one = wide.vector(left_.col(i) * right_.col(j).transpose());
      const Vector other = wide.vector(left_.col(j) * right_.col(i).transpose());
      columns.add(factor * (t * t + radii_[i] * radii_[j]), one + other);
      columns.add(factor * (t * (t - radii_[i]) + radii_[i] * (t - radii_[j])), one - other);
    }
  }
  add_radial(gradients_, radii_, t, weights, columns);
  return columns.take();
}

}  // namespace thalweg::oracle
