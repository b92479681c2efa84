#include "thalweg/reformulation/cone_decomposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr int kSteps = 100;          ///< of the fixed-point search
constexpr double kAccuracy = 1e-13;  ///< of the length, relative

/// The walls of a cone with unit rows, and the bounds that w puts on u.
struct Walls {
  Matrix M;      ///< (k x d), rows sigma_i x_i / |x_i|
  Vector least;  ///< max(0, M w)
};

Walls walls_of(const Matrix& X, const Vector& gates, const Vector& w) {
  std::vector<Index> rows;
  for (Index i = 0; i < X.rows(); ++i) {
    if (!X.row(i).isZero(0)) rows.push_back(i);
  }
  Walls walls;
  walls.M.resize(static_cast<Index>(rows.size()), X.cols());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double sigma = gates[rows[k]] > 0 ? 1 : -1;
    walls.M.row(static_cast<Index>(k)) = sigma * X.row(rows[k]) / X.row(rows[k]).norm();
  }
  walls.least = (walls.M * w).cwiseMax(0.0);
  return walls;
}

/// The projection of a point on {u : M u >= least} and its multipliers.
struct Projected {
  Vector u;
  Vector multipliers;  ///< mu >= 0 with u - point = M^T mu
};

/// Least-distance program min |x|, M x >= h as nonnegative least squares (Lawson and Hanson 1974,
/// chapter 23); nothing when no u satisfies the constraints.
std::optional<Projected> project(const Walls& walls, const Vector& point) {
  const Index d = point.size();
  const Vector h = walls.least - walls.M * point;
  if (h.size() == 0 || h.maxCoeff() <= 0) return Projected{point, Vector::Zero(h.size())};
  const double scale = h.cwiseAbs().maxCoeff();
  Matrix E(d + 1, h.size());
  E.topRows(d) = walls.M.transpose();
  E.row(d) = h.transpose() / scale;
  Vector f = Vector::Zero(d + 1);
  f[d] = 1;
  const BoundedLeastSquares solution = bounded_least_squares(
      E, f, Vector::Constant(h.size(), std::numeric_limits<double>::infinity()));
  const double share = solution.residual[d];  // 1 - h^T y / scale: 0 exactly when infeasible
  if (!(share > 1e-13)) return std::nullopt;
  Projected result;
  result.multipliers = scale / share * solution.x;
  result.u = point + walls.M.transpose() * result.multipliers;
  return result;
}

/// A lower bound of |u| + |v| from multipliers mu: for p + q = M^T mu with |p|, |q| <= 1,
/// |u| + |u - w| >= p^T u + q^T (u - w) = mu^T M u - q^T w >= mu^T least - q^T w.
double dual_bound(const Walls& walls, const Vector& w, const Projected& projected, const Vector& u,
                  const Vector& v) {
  const double nu = u.norm();
  const double nv = v.norm();
  if (nu == 0 || nv == 0) return w.norm();
  const Vector mu = (1 / nu + 1 / nv) * projected.multipliers;
  const Vector sum = walls.M.transpose() * mu;
  Vector p = u / nu;
  Vector q = sum - p;
  const double excess = std::max(1.0, q.norm());
  return std::max(w.norm(), (mu.dot(walls.least) - q.dot(w)) / excess);
}

/// Bracketed search for the fixed point of an image in [0, 1]: false position with halved weights
/// (Illinois), from plain iteration.
class FixedPoint {
 public:
  [[nodiscard]] double theta() const { return theta_; }

  /// Takes the image of theta(); whether a next point lies inside the bracket.
  bool advance(double image) {
    const double rise = image - theta_;
    if (rise == 0) return false;
    const bool up = rise > 0;
    if (up) {
      low_ = theta_;
      low_rise_ = rise;
      if (was_up_ && high_rise_) *high_rise_ *= 0.5;
    } else {
      high_ = theta_;
      high_rise_ = rise;
      if (was_down_ && low_rise_) *low_rise_ *= 0.5;
    }
    was_up_ = up;
    was_down_ = !up;
    theta_ = image;
    if (low_rise_ && high_rise_) {
      theta_ = (low_ * *high_rise_ - high_ * *low_rise_) / (*high_rise_ - *low_rise_);
    }
    if (!(theta_ > low_ && theta_ < high_)) theta_ = 0.5 * (low_ + high_);
    return theta_ > low_ && theta_ < high_;
  }

 private:
  double theta_ = 0.5;
  double low_ = 0;
  double high_ = 1;
  std::optional<double> low_rise_;  ///< image - theta at the ends, once known
  std::optional<double> high_rise_;
  bool was_up_ = false;
  bool was_down_ = false;
};

}  // namespace

ConeParts cone_parts(const Matrix& X, const Vector& gates, const Vector& w,
                     Decomposition decomposition, const RunControl& control) {
  if (gates.size() != X.rows() || w.size() != X.cols()) {
    throw InvalidArgument("cone_parts: expected gates (" + std::to_string(X.rows()) + ") and w (" +
                          std::to_string(X.cols()) + "), got " + std::to_string(gates.size()) +
                          " and " + std::to_string(w.size()));
  }
  const Walls walls = walls_of(X, gates, w);
  ConeParts parts;
  const Vector heights = walls.M * w;
  if (heights.size() == 0 || heights.minCoeff() >= 0) {
    return {true, w, Vector::Zero(w.size()), w.norm(), w.norm()};
  }
  if (heights.maxCoeff() <= 0) return {true, Vector::Zero(w.size()), -w, w.norm(), w.norm()};
  FixedPoint search;
  for (int step = 0; step < kSteps; ++step) {
    parts.stopped = control.should_stop();
    if (parts.stopped) break;
    const double theta = search.theta();
    const std::optional<Projected> projected = project(walls, theta * w);
    if (!projected) break;
    const Vector u = projected->u;
    const Vector v = u - w;
    const double length = u.norm() + v.norm();
    parts.lower_bound = std::max(parts.lower_bound, dual_bound(walls, w, *projected, u, v));
    if (!parts.feasible || length < parts.length) {
      parts.feasible = true;
      parts.u = u;
      parts.v = v;
      parts.length = length;
    }
    const bool closed = parts.length - parts.lower_bound <= kAccuracy * parts.length;
    if (decomposition == Decomposition::kLeastSquares || closed) break;
    if (!search.advance(u.norm() / length)) break;
  }
  return parts;
}

DecomposedNetwork cone_decomposition(const TrainingProblem& problem, const Matrix& patterns,
                                     const GatedSolution& solution, Decomposition decomposition,
                                     const RunControl& control) {
  DecomposedNetwork result;
  result.bias = solution.bias;
  result.skip = solution.skip;
  double before = 0;
  double after = 0;
  for (std::size_t k = 0; k < solution.rows.size(); ++k) {
    const Index row = solution.rows[k];
    const Vector w = solution.W.col(static_cast<Index>(k));
    const ConeParts parts =
        cone_parts(problem.X(), patterns.row(row).transpose(), w, decomposition, control);
    if (!parts.feasible) {
      DecomposedNetwork none;
      none.stopped = parts.stopped;
      return none;
    }
    if (!parts.u.isZero(0)) result.neurons.push_back({parts.u, Sign::kPlus, {}, row});
    if (!parts.v.isZero(0)) result.neurons.push_back({parts.v, Sign::kMinus, {}, row});
    before += w.norm();
    after += parts.length;
    result.worst_blow_up = std::max(result.worst_blow_up, parts.length / w.norm());
  }
  result.feasible = true;
  if (before > 0) result.blow_up = after / before;
  TwoLayerNetwork network =
      to_network(result.neurons, problem.dimension(), {result.bias, result.skip});
  result.objective = problem.objective(network);
  return result;
}

}  // namespace thalweg
