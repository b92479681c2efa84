#pragma once

#include <Eigen/Cholesky>

#include "oracle/sign_cell.hpp"

namespace thalweg::oracle {

/// First and second moments of a distribution on the unit sphere, or something that passes for
/// them: moment - mean mean^T positive definite, trace 1.
struct MomentPoint {
  Vector mean;    ///< (d)
  Matrix moment;  ///< (d x d)
};

/// The semidefinite program whose dual is the least maximum over the unit sphere of the majorants
/// of CellMultipliers: with m = E u and U = E u u^T maximise, over U >= m m^T with trace U = 1,
///   sum over decided rows of +-y.m or 0
///   + 1/2 sum over g > 0 of y.m + sqrt(y^T U y)
///   - 1/2 sum over g < 0 of y.m + max((2 y^T U y + (below - above) y.m) / (below + above), |y.m|)
/// subject to (above - below) y.m + below above - y^T U y >= 0 and +-y_i^T U y_j >= 0 for the pairs
/// of the cell.
///
/// Solved by an infeasible primal-dual interior-point method (HKM direction in U, explicit slacks
/// of the intervals, one more variable for each maximum, eliminated). All its iterates give valid
/// multipliers; convergence matters for tightness only. A step costs O(k d^4 + d^6).
/// Source: derived; step and scaling after Helmberg, Rendl, Vanderbei, Wolkowicz, SIAM J. Optim. 6
/// (1996).
class MomentProgram {
 public:
  /// The rows must outlive the program.
  explicit MomentProgram(const ScaledRows& rows);

  /// Starts at `point` with all duals centred at `mu` (unit of the rows); the cell must outlive the
  /// steps.
  void start(const SignCell& cell, const MomentPoint& point, double mu);
  /// One Newton step; false when it breaks down.
  [[nodiscard]] bool step();

  [[nodiscard]] const MomentPoint& point() const { return point_; }
  /// Mean of the complementarity products.
  [[nodiscard]] double centre() const;
  /// The objective at the current point.
  [[nodiscard]] double value() const;
  /// How far the explicit slacks are from the intervals', relative to the intervals.
  [[nodiscard]] double infeasibility() const;
  [[nodiscard]] CellMultipliers multipliers() const;

  /// y_j^T U y_j and y_j.m, (k).
  [[nodiscard]] const Vector& squares() const { return squares_; }
  [[nodiscard]] const Vector& means() const { return means_; }

 private:
  /// The point's contribution of every row: derivatives in its square and its mean; second ones
  /// with the sign turned.
  struct Derivatives {
    Vector square;
    Vector mean;
    Vector square_square;
    Vector square_mean;
    Vector mean_mean;
  };
  /// The maximum (g < 0, undecided) of one row: r >= steep square + slope mean, r >= +-mean.
  struct Hinge {
    double steep;
    double slope;
    double slack[3];
  };
  struct Direction {
    Matrix bordered;  ///< of [[1, m^T], [m, U]]
    Matrix dual;
    Vector slack;
    Vector slack_dual;
    Vector peak;
    Matrix peak_dual;
    Vector product;
    Vector product_dual;
  };

  [[nodiscard]] Matrix bordered() const;
  [[nodiscard]] bool hinged(Index j) const;
  [[nodiscard]] Hinge hinge(Index j) const;
  [[nodiscard]] double scale(Index j) const;
  [[nodiscard]] double interval_slack(Index j) const;
  void start_products(double mu);
  [[nodiscard]] Vector upper_triangle(const Matrix& symmetric) const;
  void measure();
  [[nodiscard]] Derivatives differentiate(double mu) const;
  void add_hinge(Index j, double mu, Derivatives& rows) const;
  [[nodiscard]] bool newton(const Derivatives& rows, const Matrix& inverse, double mu,
                            Vector& change) const;
  void add_barrier(const Matrix& inverse, double mu, Matrix& hessian, Vector& gradient) const;
  [[nodiscard]] Direction expand(const Vector& change, const Matrix& inverse, double mu,
                                 double& primal, double& dual) const;
  void expand_hinge(Index j, double mu, double square, double mean, Direction& direction,
                    double& primal, double& dual) const;
  void move(const Direction& direction, double primal, double dual);

  const ScaledRows& rows_;
  Matrix features_;  ///< (d (d + 1) / 2 x k): y^T U y = features . entries of U, i <= k
  std::vector<std::array<Index, 2>> entries_;  ///< of the bordered matrix: m first, then U
  const SignCell* cell_ = nullptr;
  MomentPoint point_;
  Matrix dual_;              ///< of U >= m m^T, (d + 1 x d + 1)
  Vector slack_;             ///< of the intervals
  Vector slack_dual_;        ///< of the intervals
  Vector peak_;              ///< r of the maxima
  Matrix peak_dual_;         ///< (3 x k)
  Matrix product_features_;  ///< (d (d + 1) / 2 x pairs), of products over the rows' lengths
  Vector product_slack_;
  Vector product_dual_;
  Vector squares_;
  Vector means_;
  Vector products_;  ///< of the pairs, over the rows' lengths
  double centring_ = 0.2;
};

}  // namespace thalweg::oracle
