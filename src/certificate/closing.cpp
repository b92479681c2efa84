#include "certificate/closing.hpp"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::certificate {

ClosingProblem::ClosingProblem(const ConeView& cone, const Matrix& frame) {
  rays_ = frame * cone.rays;
  lengths_ = rays_.colwise().norm().transpose();
  const ConeVector inverse = lengths_.cwiseInverse();
  rays_ = rays_ * inverse.asDiagonal();
  dual_rays_ = rays_.transpose().partialPivLu().inverse();
  fixed_ = cone.fixed.cwiseProduct(inverse);
  values_ = inverse.asDiagonal() * cone.crossing_values.transpose();
  rows_ = dual_rays_ * values_;
  row_sizes_ = rows_.colwise().norm().transpose();
}

/// Bounded least squares (Stark and Parker): |p|^2 with p = sum_k (c_k(s) + slack_k) dual_ray_k
/// over 0 <= s <= 1 and slack >= 0. Variables 0 .. crossing - 1 are the multipliers, then the
/// slacks.
class ClosingProblem::Descent {
 public:
  Descent(const ClosingProblem& problem, const ConeVector& constant, Vector* multipliers)
      : problem_(problem), multipliers_(multipliers), constant_(constant) {
    count_ = multipliers == nullptr ? 0 : multipliers->size();
    slack_ = ConeVector::Zero(problem.rank());
    is_free_.assign(static_cast<std::size_t>(count_ + problem.rank()), false);
  }

  ConeVector run() {
    const Index limit = 12 * problem_.rank() + 30;
    refresh();
    for (Index step = 0; step < limit; ++step) {
      const Index entering = most_violating();
      if (entering < 0 || static_cast<Index>(free_.size()) >= problem_.rank()) break;
      free_.push_back(entering);
      is_free_[static_cast<std::size_t>(entering)] = true;
      banned_ = -1;
      while (!move_free_variables(entering)) {
      }
    }
    return p_;
  }

  /// Rays whose slack is held at zero.
  [[nodiscard]] std::vector<Index> tight_rays() const {
    std::vector<Index> tight;
    for (Index k = 0; k < slack_.size(); ++k) {
      if (!is_free_[static_cast<std::size_t>(count_ + k)]) tight.push_back(k);
    }
    return tight;
  }

 private:
  [[nodiscard]] bool is_multiplier(Index v) const { return v < count_; }
  [[nodiscard]] double upper(Index v) const {
    return is_multiplier(v) ? 1.0 : std::numeric_limits<double>::infinity();
  }
  double& value(Index v) { return is_multiplier(v) ? (*multipliers_)[v] : slack_[v - count_]; }
  [[nodiscard]] ConeVector column(Index v) const {
    if (is_multiplier(v)) return -problem_.rows_.col(v);
    return problem_.dual_rays_.col(v - count_);
  }

  void refresh() {
    p_ = constant_ + problem_.dual_rays_ * slack_;
    if (count_ > 0) p_ -= problem_.rows_ * *multipliers_;
  }

  /// The bound variable along which |p| falls fastest, -1 when none does.
  [[nodiscard]] Index most_violating() {
    Index best = -1;
    double best_rate = 1e-13 * p_.norm();
    const auto consider = [&](Index v, double slope, double length, double current) {
      if (is_free_[static_cast<std::size_t>(v)] || v == banned_ || length == 0) return;
      const double rate = (current > 0 ? slope : -slope) / length;
      if (rate > best_rate) {
        best_rate = rate;
        best = v;
      }
    };
    if (count_ > 0) {
      const Vector slopes = problem_.rows_.transpose() * p_;
      for (Index v = 0; v < count_; ++v) {
        consider(v, -slopes[v], problem_.row_sizes_[v], (*multipliers_)[v]);
      }
    }
    for (Index k = 0; k < slack_.size(); ++k) {
      const auto direction = problem_.dual_rays_.col(k);
      // A positive slack is free, so a bound one is 0.
      consider(count_ + k, direction.dot(p_), direction.norm(), 0.0);
    }
    return best;
  }

  /// One step towards the least-squares solution of the free variables; true when it was reached,
  /// false when a variable met its bound and left.
  bool move_free_variables(Index entering) {
    const Index m = static_cast<Index>(free_.size());
    if (m == 0) return true;
    ConeMatrix A(problem_.rank(), m);
    for (Index a = 0; a < m; ++a) A.col(a) = column(free_[static_cast<std::size_t>(a)]);
    const ConeVector move = A.colPivHouseholderQr().solve(-p_);
    double length = 1;
    Index blocking = -1;
    for (Index a = 0; a < m; ++a) {
      const Index v = free_[static_cast<std::size_t>(a)];
      const double reached = value(v) + move[a];
      if (reached >= 0 && reached <= upper(v)) continue;
      const double room = reached < 0 ? -value(v) / move[a] : (upper(v) - value(v)) / move[a];
      if (room < length) {
        length = std::max(0.0, room);
        blocking = a;
      }
    }
    for (Index a = 0; a < m; ++a) {
      const Index v = free_[static_cast<std::size_t>(a)];
      double& x = value(v);
      x = std::clamp(x + length * move[a], 0.0, upper(v));
      if (a == blocking) x = move[a] < 0 ? 0.0 : upper(v);
    }
    refresh();
    if (blocking < 0) return true;
    const Index leaving = free_[static_cast<std::size_t>(blocking)];
    if (length == 0 && leaving == entering) banned_ = entering;
    is_free_[static_cast<std::size_t>(leaving)] = false;
    free_.erase(free_.begin() + blocking);
    return false;
  }

  const ClosingProblem& problem_;
  Vector* multipliers_;
  ConeVector constant_;
  ConeVector slack_;
  ConeVector p_;
  std::vector<Index> free_;
  std::vector<bool> is_free_;
  Index count_ = 0;
  Index banned_ = -1;  ///< entered and left at once: rounding only
};

ConeVector ClosingProblem::shortest(const ConeVector& c) const {
  Descent descent(*this, dual_rays_ * c, nullptr);
  const ConeVector p = descent.run();
  // The tight rays determine p; solving for them avoids the dual rays, which a narrow cone makes
  // long.
  const std::vector<Index> tight = descent.tight_rays();
  if (tight.empty()) return ConeVector::Zero(rank());
  ConeMatrix A(static_cast<Index>(tight.size()), rank());
  ConeVector demanded(A.rows());
  for (Index a = 0; a < A.rows(); ++a) {
    A.row(a) = rays_.col(tight[static_cast<std::size_t>(a)]).transpose();
    demanded[a] = c[tight[static_cast<std::size_t>(a)]];
  }
  const ConeVector refined = A.completeOrthogonalDecomposition().solve(demanded);
  return refined.allFinite() ? refined : p;
}

ConeVector ClosingProblem::optimise(Vector& s) const {
  return Descent(*this, dual_rays_ * fixed_, &s).run();
}

}  // namespace thalweg::certificate
