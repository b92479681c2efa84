#include <cmath>
#include <vector>

#include "lp_tree.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg::bench {
namespace {

constexpr double kTolerance = 1e-10;

/// values[j] = sum_i weights[i] rows[i][j] over rows of `stride`.
THALWEG_MULTIVERSION void weighted_sum(const double* rows, std::ptrdiff_t stride,
                                       std::ptrdiff_t dimension, const double* weights,
                                       std::ptrdiff_t count, double* values) {
  for (std::ptrdiff_t j = 0; j < count; ++j) values[j] = weights[0] * rows[j];
  for (std::ptrdiff_t i = 1; i < dimension; ++i) {
    const double* row = rows + i * stride;
    for (std::ptrdiff_t j = 0; j < count; ++j) values[j] += weights[i] * row[j];
  }
}

/// Is -g_k a combination of g_1, ..., g_{k-1} with coefficients >= 0? Phase one from a basis of
/// artificial columns; its multipliers pi at the optimum either say yes, or -pi is a point with
/// g_i^T (-pi) >= 0 and g_k^T (-pi) > 0, which a little of the parent's witness makes strict.
class SmallSimplex final : public ConeProgram {
 public:
  explicit SmallSimplex(const Matrix& X)
      : dimension_(X.cols()),
        unit_(X.rowwise().normalized()),
        signed_(X.rows(), X.cols()),
        prices_(X.rows()),
        inverse_(dimension_, dimension_),
        values_(dimension_),
        multipliers_(dimension_),
        direction_(dimension_),
        artificial_(static_cast<std::size_t>(dimension_)) {}

  void set_sign(Index row, double sign) override { signed_.row(row) = sign * unit_.row(row); }
  void drop(Index) override {}

  bool find(Index rows, const Vector& nearby, Vector& point) override {
    target_ = -signed_.row(rows - 1).transpose();
    start();
    while (true) {
      multipliers_.setZero();
      for (Index i = 0; i < dimension_; ++i) {
        if (artificial_[static_cast<std::size_t>(i)]) multipliers_ += inverse_.row(i).transpose();
      }
      const double distance = multipliers_.dot(target_);
      if (distance <= kTolerance) return false;
      const Index entering = price(rows - 1);
      if (entering < 0 || !pivot(entering)) {
        const double depth = -signed_.row(rows - 1).dot(nearby);
        point = (0.5 * distance / depth) * nearby - multipliers_;
        point.normalize();
        return true;
      }
    }
  }

 private:
  void start() {
    inverse_.setZero();
    for (Index i = 0; i < dimension_; ++i) {
      inverse_(i, i) = target_[i] < 0 ? -1 : 1;
      values_[i] = std::fabs(target_[i]);
      artificial_[static_cast<std::size_t>(i)] = true;
    }
  }

  /// The column that improves most, -1 at the optimum.
  Index price(Index count) {
    weighted_sum(signed_.data(), signed_.rows(), dimension_, multipliers_.data(), count,
                 prices_.data());
    Index best = -1;
    double largest = kTolerance * multipliers_.norm();
    for (Index j = 0; j < count; ++j) {
      if (prices_[j] > largest) {
        largest = prices_[j];
        best = j;
      }
    }
    return best;
  }

  bool pivot(Index entering) {
    direction_.noalias() = inverse_ * signed_.row(entering).transpose();
    Index leaving = -1;
    double step = 0;
    for (Index i = 0; i < dimension_; ++i) {
      if (direction_[i] <= kTolerance) continue;
      const double ratio = values_[i] / direction_[i];
      if (leaving < 0 || ratio < step) {
        leaving = i;
        step = ratio;
      }
    }
    if (leaving < 0) return false;
    inverse_.row(leaving) /= direction_[leaving];
    values_ -= step * direction_;
    values_[leaving] = step;
    for (Index i = 0; i < dimension_; ++i) {
      if (i != leaving) inverse_.row(i) -= direction_[i] * inverse_.row(leaving);
    }
    artificial_[static_cast<std::size_t>(leaving)] = false;
    return true;
  }

  Index dimension_;
  Matrix unit_;    ///< (n x d), rows of length 1
  Matrix signed_;  ///< (n x d), g_i
  Vector prices_;
  Matrix inverse_;  ///< of the basis
  Vector target_;
  Vector values_;  ///< of the basic variables
  Vector multipliers_;
  Vector direction_;
  std::vector<bool> artificial_;  ///< whether the basic variable of a row is
};

}  // namespace

std::unique_ptr<ConeProgram> small_simplex(const Matrix& X) {
  return std::make_unique<SmallSimplex>(X);
}

}  // namespace thalweg::bench
