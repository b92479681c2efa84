#include "oracle/moment_program.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/moment_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kToBoundary = 0.95;
/// Slacks of violated intervals start here; slacks are relative to the interval.
constexpr double kLeastSlack = 1e-2;

/// The largest t with value + t change >= 0.
void limit(double value, double change, double& length) {
  if (change < 0) length = std::min(length, -value / change);
}

/// The largest t with A + t D positive semidefinite, A positive definite.
double longest_step(const Matrix& A, const Matrix& D) {
  const Eigen::LLT<Matrix> factor(A);
  Matrix scaled = factor.matrixL().solve(D);
  scaled = factor.matrixL().solve(scaled.transpose()).eval();
  const Matrix symmetric = 0.5 * (scaled + scaled.transpose());
  const double least =
      Eigen::SelfAdjointEigenSolver<Matrix>(symmetric, Eigen::EigenvaluesOnly).eigenvalues()[0];
  return least < 0 ? -1 / least : kInfinity;
}

}  // namespace

MomentProgram::MomentProgram(const ScaledRows& rows) : rows_(rows) {
  const Index d = rows.Y.rows();
  for (Index k = 0; k < d; ++k) entries_.push_back({0, k + 1});
  for (Index i = 0; i < d; ++i) {
    for (Index k = i; k < d; ++k) entries_.push_back({i + 1, k + 1});
  }
  features_.resize(static_cast<Index>(entries_.size()) - d, rows.count());
  for (Index q = 0; q < features_.rows(); ++q) {
    const auto [i, k] = entries_[static_cast<std::size_t>(d + q)];
    features_.row(q) = (i == k ? 1.0 : 2.0) * rows.Y.row(i - 1).cwiseProduct(rows.Y.row(k - 1));
  }
}

bool MomentProgram::hinged(Index j) const {
  return !rows_.positive[static_cast<std::size_t>(j)] && !cell_->decided(j);
}

double MomentProgram::scale(Index j) const {
  return 2 / ((cell_->below[j] + cell_->above[j]) * rows_.norm[j]);
}

double MomentProgram::interval_slack(Index j) const {
  const double below = cell_->below[j];
  const double above = cell_->above[j];
  return ((above - below) * means_[j] + below * above - squares_[j]) * scale(j);
}

MomentProgram::Hinge MomentProgram::hinge(Index j) const {
  const double width = cell_->below[j] + cell_->above[j];
  Hinge result{2 / width, (cell_->below[j] - cell_->above[j]) / width, {}};
  result.slack[0] = peak_[j] - result.steep * squares_[j] - result.slope * means_[j];
  result.slack[1] = peak_[j] - means_[j];
  result.slack[2] = peak_[j] + means_[j];
  return result;
}

Matrix MomentProgram::bordered() const {
  const Index d = point_.mean.size();
  Matrix Z(d + 1, d + 1);
  Z(0, 0) = 1;
  Z.col(0).tail(d) = point_.mean;
  Z.row(0).tail(d) = point_.mean.transpose();
  Z.bottomRightCorner(d, d) = point_.moment;
  return Z;
}

/// The entries i <= k of a (d x d) matrix in the order of the features.
Vector MomentProgram::upper_triangle(const Matrix& symmetric) const {
  Vector result(features_.rows());
  Index q = 0;
  for (Index i = 0; i < symmetric.rows(); ++i) {
    for (Index k = i; k < symmetric.rows(); ++k) result[q++] = symmetric(i, k);
  }
  return result;
}

void MomentProgram::measure() {
  means_ = rows_.Y.transpose() * point_.mean;
  squares_ = rows_.Y.cwiseProduct(point_.moment * rows_.Y).colwise().sum();
  products_ = product_features_.transpose() * upper_triangle(point_.moment);
}

void MomentProgram::start_products(double mu) {
  const std::vector<std::array<Index, 2>> pairs = cell_->pairs();
  product_features_.resize(features_.rows(), static_cast<Index>(pairs.size()));
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    const Vector a = rows_.Y.col(i) / rows_.norm[i];
    const Vector b = rows_.Y.col(j) / rows_.norm[j] * cell_->product_sign(i, j);
    Matrix product = a * b.transpose() + b * a.transpose();
    product.diagonal() *= 0.5;
    product_features_.col(static_cast<Index>(p)) = upper_triangle(product);
  }
  products_ = product_features_.transpose() * upper_triangle(point_.moment);
  product_slack_ = products_.cwiseMax(kLeastSlack);
  product_dual_ = mu * product_slack_.cwiseInverse();
}

void MomentProgram::start(const SignCell& cell, const MomentPoint& point, double mu) {
  cell_ = &cell;
  point_ = point;
  centring_ = 0.2;
  start_products(mu);
  measure();
  const Index count = rows_.count();
  const Index size = point.mean.size() + 1;
  dual_ = mu * bordered().llt().solve(Matrix::Identity(size, size));
  dual_ = (0.5 * (dual_ + dual_.transpose())).eval();
  slack_ = Vector::Ones(count);
  slack_dual_ = Vector::Zero(count);
  peak_ = Vector::Zero(count);
  peak_dual_ = Matrix::Zero(3, count);
  for (Index j = 0; j < count; ++j) {
    if (cell.bounded(rows_, j)) {
      slack_[j] = std::max(kLeastSlack, interval_slack(j));
      slack_dual_[j] = mu / slack_[j];
    }
    if (!hinged(j)) continue;
    const Hinge at_zero = hinge(j);
    const double top = -std::min({at_zero.slack[0], at_zero.slack[1], at_zero.slack[2]});
    // mu sum 1 / slack = 1/2 has its root to the right of top + 2 mu; Newton's method on this
    // convex decreasing function stays left of it.
    peak_[j] = top + 2 * mu;
    for (int iteration = 0; iteration < 30; ++iteration) {
      double rest = -0.5;
      double slope = 0;
      for (const double slack : hinge(j).slack) {
        rest += mu / slack;
        slope += mu / (slack * slack);
      }
      peak_[j] += rest / slope;
      if (rest / slope < 1e-8 * (peak_[j] - top)) break;
    }
    const Hinge centred = hinge(j);
    for (Index i = 0; i < 3; ++i) peak_dual_(i, j) = mu / centred.slack[i];
  }
}

double MomentProgram::centre() const {
  double sum = bordered().cwiseProduct(dual_).sum() + product_slack_.dot(product_dual_);
  Index count = dual_.rows() + product_slack_.size();
  for (Index j = 0; j < rows_.count(); ++j) {
    if (cell_->bounded(rows_, j)) {
      sum += slack_[j] * slack_dual_[j];
      ++count;
    }
    if (!hinged(j)) continue;
    const Hinge at = hinge(j);
    for (Index i = 0; i < 3; ++i) sum += at.slack[i] * peak_dual_(i, j);
    count += 3;
  }
  return sum / static_cast<double>(count);
}

double MomentProgram::value() const {
  double sum = 0;
  for (Index j = 0; j < rows_.count(); ++j) {
    const double below = cell_->below[j];
    const double above = cell_->above[j];
    const bool positive = rows_.positive[static_cast<std::size_t>(j)];
    if (cell_->active(j)) {
      sum += positive ? means_[j] : -means_[j];
    } else if (!cell_->decided(j) && positive) {
      sum += 0.5 * (means_[j] + std::sqrt(squares_[j]));
    } else if (!cell_->decided(j)) {
      const double quadratic = (2 * squares_[j] + (below - above) * means_[j]) / (below + above);
      sum -= 0.5 * (means_[j] + std::max(quadratic, std::abs(means_[j])));
    }
  }
  return sum;
}

double MomentProgram::infeasibility() const {
  double worst =
      product_slack_.size() > 0 ? (products_ - product_slack_).cwiseAbs().maxCoeff() : 0.0;
  for (Index j = 0; j < rows_.count(); ++j) {
    if (!cell_->bounded(rows_, j)) continue;
    worst = std::max(worst, std::abs(interval_slack(j) - slack_[j]));
  }
  return worst;
}

/// The maximum of one row, with r eliminated from the Newton equations.
void MomentProgram::add_hinge(Index j, double mu, Derivatives& rows) const {
  const Hinge at = hinge(j);
  double quotient[3];
  double total = 0;
  double rest = -0.5;
  for (Index i = 0; i < 3; ++i) {
    quotient[i] = peak_dual_(i, j) / at.slack[i];
    total += quotient[i];
    rest += mu / at.slack[i];
  }
  const double odd = quotient[1] - quotient[2];
  const double even = quotient[1] + quotient[2];
  const double upper = -mu / at.slack[0] + quotient[0] * rest / total;
  const double sides = -0.5 - mu / at.slack[1] + mu / at.slack[2] + odd * rest / total;
  const double upper_upper = quotient[0] * even / total;
  const double upper_side = -quotient[0] * odd / total;
  // even - odd^2 / total without cancellation
  const double side_side = (quotient[0] * even + 4 * quotient[1] * quotient[2]) / total;
  rows.square[j] += upper * at.steep;
  rows.mean[j] += sides + upper * at.slope;
  rows.square_square[j] += upper_upper * at.steep * at.steep;
  rows.square_mean[j] += (upper_upper * at.slope + upper_side) * at.steep;
  rows.mean_mean[j] += upper_upper * at.slope * at.slope + 2 * upper_side * at.slope + side_side;
}

MomentProgram::Derivatives MomentProgram::differentiate(double mu) const {
  const Vector zero = Vector::Zero(rows_.count());
  Derivatives rows{zero, zero, zero, zero, zero};
  for (Index j = 0; j < rows_.count(); ++j) {
    const bool positive = rows_.positive[static_cast<std::size_t>(j)];
    if (cell_->bounded(rows_, j)) {
      const double square = -scale(j);
      const double mean = (cell_->above[j] - cell_->below[j]) * scale(j);
      const double quotient = slack_dual_[j] / slack_[j];
      const double level = mu / slack_[j] - quotient * (interval_slack(j) - slack_[j]);
      rows.square[j] += level * square;
      rows.mean[j] += level * mean;
      rows.square_square[j] += quotient * square * square;
      rows.square_mean[j] += quotient * square * mean;
      rows.mean_mean[j] += quotient * mean * mean;
    }
    if (cell_->decided(j)) {
      if (cell_->active(j)) rows.mean[j] += positive ? 1 : -1;
    } else if (positive) {
      const double root = std::sqrt(squares_[j]);
      rows.mean[j] += 0.5;
      rows.square[j] += 0.25 / root;
      rows.square_square[j] += 0.125 / (root * squares_[j]);
    } else {
      add_hinge(j, mu, rows);
    }
  }
  return rows;
}

/// The barrier of U >= m m^T: its gradient at mu, and the Hessian with the dual in place of mu
/// times the inverse.
void MomentProgram::add_barrier(const Matrix& inverse, double mu, Matrix& hessian,
                                Vector& gradient) const {
  const auto count = static_cast<Index>(entries_.size());
  for (Index p = 0; p < count; ++p) {
    const auto [a, b] = entries_[static_cast<std::size_t>(p)];
    const double weight = a == b ? 0.5 : 1.0;
    gradient[p] += 2 * weight * mu * inverse(a, b);
    for (Index q = p; q < count; ++q) {
      const auto [c, e] = entries_[static_cast<std::size_t>(q)];
      const double other = c == e ? 0.5 : 1.0;
      hessian(q, p) += weight * other *
                       (inverse(a, c) * dual_(b, e) + dual_(a, c) * inverse(b, e) +
                        inverse(a, e) * dual_(b, c) + dual_(a, e) * inverse(b, c));
    }
  }
}

/// The step in m and the entries of U that keeps the trace.
bool MomentProgram::newton(const Derivatives& rows, const Matrix& inverse, double mu,
                           Vector& change) const {
  const Index d = point_.mean.size();
  const Index squares = features_.rows();
  Vector gradient(d + squares);
  gradient.head(d) = rows_.Y * rows.mean;
  const Vector quotient = product_dual_.cwiseQuotient(product_slack_);
  const Vector level =
      mu * product_slack_.cwiseInverse() - quotient.cwiseProduct(products_ - product_slack_);
  gradient.tail(squares) = features_ * rows.square + product_features_ * level;
  Matrix hessian = Matrix::Zero(d + squares, d + squares);
  kernels::add_weighted_products(rows_.Y, rows.mean_mean, rows_.Y, true,
                                 hessian.topLeftCorner(d, d));
  kernels::add_weighted_products(features_, rows.square_mean, rows_.Y, false,
                                 hessian.bottomLeftCorner(squares, d));
  kernels::add_weighted_products(features_, rows.square_square, features_, true,
                                 hessian.bottomRightCorner(squares, squares));
  kernels::add_weighted_products(product_features_, quotient, product_features_, true,
                                 hessian.bottomRightCorner(squares, squares));
  add_barrier(inverse, mu, hessian, gradient);
  Vector trace = Vector::Zero(d + squares);
  for (std::size_t q = 0; q < entries_.size(); ++q) {
    if (entries_[q][0] == entries_[q][1]) trace[static_cast<Index>(q)] = 1;
  }
  hessian.diagonal() *= 1 + 1e-13;
  const Eigen::LLT<Matrix> factor(hessian);
  if (factor.info() != Eigen::Success) return false;
  const Vector along = factor.solve(trace);
  change = factor.solve(gradient);
  change -= trace.dot(change) / trace.dot(along) * along;
  return change.allFinite();
}

void MomentProgram::expand_hinge(Index j, double mu, double square, double mean,
                                 Direction& direction, double& primal, double& dual) const {
  const Hinge at = hinge(j);
  const double upper = at.steep * square + at.slope * mean;
  double quotient[3];
  double total = 0;
  double rest = -0.5;
  for (Index i = 0; i < 3; ++i) {
    quotient[i] = peak_dual_(i, j) / at.slack[i];
    total += quotient[i];
    rest += mu / at.slack[i];
  }
  direction.peak[j] = (rest + quotient[0] * upper + (quotient[1] - quotient[2]) * mean) / total;
  const double changes[3] = {direction.peak[j] - upper, direction.peak[j] - mean,
                             direction.peak[j] + mean};
  for (Index i = 0; i < 3; ++i) {
    const double level = peak_dual_(i, j);
    direction.peak_dual(i, j) = mu / at.slack[i] - quotient[i] * changes[i] - level;
    limit(at.slack[i], changes[i], primal);
    limit(level, direction.peak_dual(i, j), dual);
  }
}

/// The step in all other variables, and how far either kind can go.
MomentProgram::Direction MomentProgram::expand(const Vector& change, const Matrix& inverse,
                                               double mu, double& primal, double& dual) const {
  const Index d = point_.mean.size();
  const Index count = rows_.count();
  Direction direction{Matrix::Zero(d + 1, d + 1),
                      {},
                      Vector::Zero(count),
                      Vector::Zero(count),
                      Vector::Zero(count),
                      Matrix::Zero(3, count),
                      {},
                      {}};
  for (std::size_t q = 0; q < entries_.size(); ++q) {
    const auto [i, k] = entries_[q];
    direction.bordered(i, k) = direction.bordered(k, i) = change[static_cast<Index>(q)];
  }
  const Matrix turned = inverse * direction.bordered * dual_;
  direction.dual = mu * inverse - 0.5 * (turned + turned.transpose()) - dual_;
  primal = longest_step(bordered(), direction.bordered);
  dual = longest_step(dual_, direction.dual);
  const Vector means = rows_.Y.transpose() * direction.bordered.col(0).tail(d);
  const Vector squares =
      rows_.Y.cwiseProduct(direction.bordered.bottomRightCorner(d, d) * rows_.Y).colwise().sum();
  direction.product =
      product_features_.transpose() * change.tail(features_.rows()) + products_ - product_slack_;
  direction.product_dual =
      mu * product_slack_.cwiseInverse() - product_dual_ -
      product_dual_.cwiseQuotient(product_slack_).cwiseProduct(direction.product);
  for (Index p = 0; p < product_slack_.size(); ++p) {
    limit(product_slack_[p], direction.product[p], primal);
    limit(product_dual_[p], direction.product_dual[p], dual);
  }
  for (Index j = 0; j < count; ++j) {
    if (cell_->bounded(rows_, j)) {
      const double move = ((cell_->above[j] - cell_->below[j]) * means[j] - squares[j]) * scale(j);
      direction.slack[j] = move + interval_slack(j) - slack_[j];
      direction.slack_dual[j] =
          mu / slack_[j] - slack_dual_[j] / slack_[j] * direction.slack[j] - slack_dual_[j];
      limit(slack_[j], direction.slack[j], primal);
      limit(slack_dual_[j], direction.slack_dual[j], dual);
    }
    if (hinged(j)) {
      expand_hinge(j, mu, squares[j], means[j], direction, primal, dual);
    } else if (!cell_->decided(j)) {
      limit(squares_[j], squares[j], primal);
    }
  }
  return direction;
}

void MomentProgram::move(const Direction& direction, double primal, double dual) {
  const Index d = point_.mean.size();
  point_.mean += primal * direction.bordered.col(0).tail(d);
  point_.moment += primal * direction.bordered.bottomRightCorner(d, d);
  slack_ += primal * direction.slack;
  peak_ += primal * direction.peak;
  dual_ += dual * direction.dual;
  slack_dual_ += dual * direction.slack_dual;
  peak_dual_ += dual * direction.peak_dual;
  product_slack_ += primal * direction.product;
  product_dual_ += dual * direction.product_dual;
  measure();
}

bool MomentProgram::step() {
  const double mu = centring_ * centre();
  const Matrix Z = bordered();
  const Eigen::LLT<Matrix> factor(Z);
  if (factor.info() != Eigen::Success) return false;
  const Matrix inverse = factor.solve(Matrix::Identity(Z.rows(), Z.cols()));
  Vector change;
  if (!newton(differentiate(mu), inverse, mu, change)) return false;
  double primal = kInfinity;
  double dual = kInfinity;
  const Direction direction = expand(change, inverse, mu, primal, dual);
  primal = std::min(1.0, kToBoundary * primal);
  dual = std::min(1.0, kToBoundary * dual);
  if (!(primal > 0) || !(dual > 0)) return false;
  move(direction, primal, dual);
  const double shorter = std::min(primal, dual);
  centring_ = shorter > 0.9 ? 0.05 : shorter > 0.5 ? 0.2 : 0.5;
  return point_.moment.allFinite() && dual_.allFinite();
}

CellMultipliers MomentProgram::multipliers() const {
  const Vector zero = Vector::Zero(rows_.count());
  CellMultipliers result{zero, zero, zero, zero, product_dual_};
  const std::vector<std::array<Index, 2>> pairs = cell_->pairs();
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    result.rho[static_cast<Index>(p)] /= rows_.norm[pairs[p][0]] * rows_.norm[pairs[p][1]];
  }
  for (Index j = 0; j < rows_.count(); ++j) {
    if (cell_->bounded(rows_, j)) result.pi[j] = slack_dual_[j] * scale(j);
    if (hinged(j)) {
      const double total = peak_dual_.col(j).sum();
      result.sigma[j] = (peak_dual_(1, j) - peak_dual_(2, j)) / total;
      // Rounded down, so that psi + |sigma| <= 1 also in exact arithmetic.
      result.psi[j] = std::max(
          0.0, std::min(peak_dual_(0, j) / total, (1 - std::abs(result.sigma[j])) * (1 - 0x1p-50)));
    } else if (!cell_->decided(j)) {
      result.omega[j] = 0.5 / std::sqrt(squares_[j]);
    }
  }
  return result;
}

}  // namespace thalweg::oracle
