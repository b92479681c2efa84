#include "thalweg/convex/bounded_least_squares.hpp"

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {
namespace {

enum class Place { kLower, kFree, kUpper };

/// Columns are scaled to unit length inside; zero columns stay at their lower bound.
class ActiveSet {
 public:
  ActiveSet(const Matrix& A, const Vector& b, const Vector& upper)
      : A_(A),
        b_(b),
        norms_(A.colwise().norm().transpose()),
        given_upper_(upper),
        upper_(upper.cwiseProduct(norms_)) {
    const Index k = A.cols();
    x_.setZero(k);
    place_.assign(static_cast<std::size_t>(k), Place::kLower);
    blocked_.assign(static_cast<std::size_t>(k), false);
    for (Index i = 0; i < k; ++i) {
      if (norms_[i] > 0) A_.col(i) /= norms_[i];
    }
  }

  BoundedLeastSquares solve() {
    BoundedLeastSquares result;
    const Index limit = 10 * (A_.cols() + A_.rows()) + 20;
    for (Index step = 0; step < limit; ++step) {
      residual_ = b_ - A_ * x_;
      const Index entering = choose();
      if (entering < 0) {
        result.converged = true;
        break;
      }
      enter(entering);
    }
    residual_ = b_ - A_ * x_;
    result.x.resize(x_.size());
    for (Index i = 0; i < x_.size(); ++i) {
      const bool at_upper = place_[at(i)] == Place::kUpper;
      // Scaling back must not move a variable off its bound.
      result.x[i] = at_upper        ? given_upper_[i]
                    : norms_[i] > 0 ? std::fmin(x_[i] / norms_[i], given_upper_[i])
                                    : 0.0;
    }
    result.residual = residual_;
    return result;
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  /// The bound whose release reduces the residual most; -1 at the optimum.
  Index choose() const {
    const double tolerance = 1e-14 * b_.norm();
    const Vector slope = A_.transpose() * residual_;
    Index best = -1;
    double gain = tolerance;
    for (Index i = 0; i < x_.size(); ++i) {
      if (norms_[i] == 0 || blocked_[at(i)]) continue;
      const Place place = place_[at(i)];
      const double value =
          place == Place::kLower ? slope[i] : (place == Place::kUpper ? -slope[i] : 0.0);
      if (value > gain) {
        gain = value;
        best = i;
      }
    }
    return best;
  }

  /// Frees one variable, then solves on the free set, clamping what leaves its bounds.
  void enter(Index entering) {
    const Place origin = place_[at(entering)];
    place_[at(entering)] = Place::kFree;
    bool first = true;
    for (;;) {
      std::vector<Index> free;
      for (Index i = 0; i < x_.size(); ++i) {
        if (place_[at(i)] == Place::kFree) free.push_back(i);
      }
      if (free.empty()) return;
      const Vector target = solve_free(free);
      if (first) {
        const double move = target[index_in(free, entering)] - x_[entering];
        const bool wrong = origin == Place::kLower ? !(move > 0) : !(move < 0);
        if (wrong || free_dependent_) {  // rounding noise: this column adds nothing
          place_[at(entering)] = origin;
          blocked_[at(entering)] = true;
          return;
        }
        first = false;
      }
      if (!step_towards(free, target)) {
        std::fill(blocked_.begin(), blocked_.end(), false);
        return;
      }
    }
  }

  static Index index_in(const std::vector<Index>& list, Index value) {
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (list[k] == value) return static_cast<Index>(k);
    }
    return -1;
  }

  Vector solve_free(const std::vector<Index>& free) {
    Matrix columns(A_.rows(), static_cast<Index>(free.size()));
    Vector rest = residual_base(free);
    for (std::size_t k = 0; k < free.size(); ++k) {
      columns.col(static_cast<Index>(k)) = A_.col(free[k]);
    }
    Eigen::ColPivHouseholderQR<Matrix> qr(columns);
    qr.setThreshold(1e-11);
    free_dependent_ = qr.rank() < columns.cols();
    return qr.solve(rest);
  }

  /// b minus the columns at bounds.
  Vector residual_base(const std::vector<Index>& free) const {
    Vector fixed = x_;
    for (const Index i : free) fixed[i] = 0;
    return b_ - A_ * fixed;
  }

  /// Moves to `target` as far as the bounds allow; true when a variable was clamped.
  bool step_towards(const std::vector<Index>& free, const Vector& target) {
    double alpha = 1;
    std::size_t leaving = free.size();
    for (std::size_t k = 0; k < free.size(); ++k) {
      const Index i = free[k];
      const double z = target[static_cast<Index>(k)];
      const double bound = z < 0 ? 0 : (z > upper_[i] ? upper_[i] : z);
      if (bound == z) continue;
      const double ratio = (bound - x_[i]) / (z - x_[i]);
      if (leaving == free.size() || ratio < alpha) {
        alpha = std::fmax(0.0, std::fmin(1.0, ratio));
        leaving = k;
      }
    }
    for (std::size_t k = 0; k < free.size(); ++k) {
      const Index i = free[k];
      x_[i] = std::fmin(upper_[i],
                        std::fmax(0.0, x_[i] + alpha * (target[static_cast<Index>(k)] - x_[i])));
    }
    if (leaving == free.size()) return false;
    const Index i = free[leaving];
    const bool low = target[static_cast<Index>(leaving)] < 0;
    x_[i] = low ? 0.0 : upper_[i];
    place_[at(i)] = low ? Place::kLower : Place::kUpper;
    return true;
  }

  Matrix A_;
  const Vector& b_;
  Vector norms_;
  const Vector& given_upper_;
  Vector upper_;
  Vector x_;
  Vector residual_;
  std::vector<Place> place_;
  std::vector<bool> blocked_;
  bool free_dependent_ = false;
};

}  // namespace

BoundedLeastSquares bounded_least_squares(const Matrix& A, const Vector& b, const Vector& upper) {
  return ActiveSet(A, b, upper).solve();
}

}  // namespace thalweg
