#include "thalweg/convex/proximal_gradient.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "convex/blas.hpp"
#include "convex/block_minimum.hpp"
#include "convex/working_set.hpp"

namespace thalweg {
namespace {

constexpr std::int64_t kStepsPerStep = 200;  ///< gradient steps that one of max_steps allows
constexpr Index kMetricBlocks = 8;           ///< blocks whose mean makes the metric
constexpr double kMetricFloor = 0.01;        ///< least eigenvalue, in units of the mean one
constexpr int kCheckEvery = 10;              ///< steps between two gaps that cost something
constexpr int kStepsInSet = 2000;            ///< at most, before all blocks are priced again

class ProximalGradient final : public detail::WorkingSetSolver {
 public:
  using WorkingSetSolver::WorkingSetSolver;

 private:
  void descend(double target) override {
    if (length_ == 0) make_metric();
    ahead_ = point_;
    momentum_ = 1;
    for (int step = 0; step < kStepsInSet && !out_of_time(); ++step) {
      ++steps_;
      if (advance(target)) break;
    }
  }

  [[nodiscard]] std::string_view phase() const override { return "proximal gradient"; }
  [[nodiscard]] std::int64_t steps_per_newton_step() const override { return kStepsPerStep; }

  /// The metric of the steps, the same for every block: a mean of A_i^T diag(h) A_i.
  void make_metric() {
    const Index blocks = program_.maps.blocks();
    const Index p = program_.maps.width();
    Matrix sum = Matrix::Zero(p, p);
    const Index samples = std::min(blocks, kMetricBlocks);
    for (Index k = 0; k < samples; ++k) {
      sum += program_.maps.inner_gram(k * blocks / samples, dual_.curvature_bound());
    }
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(sum / static_cast<double>(samples));
    metric_.Q = solver.eigenvectors();
    metric_.lambda = solver.eigenvalues().cwiseMax(0.0);
    metric_.lambda.array() += std::max(kMetricFloor * metric_.lambda.mean(), 1e-300);
    length_ = 1;
  }

  [[nodiscard]] double smooth(const Point& point) const {
    return dual_.objective(point.fit, 0, point.bias);
  }

  /// One accelerated step with backtracking on the Lipschitz constant; true when the extrapolated
  /// point, whose gap comes with its gradient, has reached the target.
  bool advance(double target) {
    const Vector nu = program_.problem.dual_point(ahead_.fit);
    Matrix G(point_.W.rows(), point_.W.cols());
    program_.maps.adjoint(working_, nu, G);
    if (reached(nu, G, target)) {
      point_ = std::move(ahead_);
      return true;
    }
    const Vector free_slope = dual_.free_columns().transpose() * nu;
    const double gamma = dual_.ridge() > 0 ? 1 / dual_.ridge() : 0;
    const double bias_slope = dual_.ridge() > 0 ? nu.sum() - gamma * ahead_.bias : 0;
    const double before = smooth(ahead_);
    Point next;
    for (int attempt = 0; attempt < 60; ++attempt) {
      next = step_from(G, free_slope, bias_slope);
      if (smooth(next) <= model(next, before, G, free_slope, bias_slope)) break;
      length_ *= 2;
    }
    accelerate(std::move(next));
    length_ *= 0.97;  // the constant of the region may be smaller than that of the path so far
    return false;
  }

  /// Whether the extrapolated point's gap is at most the target. It comes for free, but where nu
  /// has to be made orthogonal to the unpenalised columns first: then it is looked at now and
  /// again.
  [[nodiscard]] bool reached(const Vector& nu, const Matrix& G, double target) const {
    if (dual_.free_columns().cols() == 0) return gap_from(ahead_, nu, G) <= target;
    if (steps_ % kCheckEvery != 0) return false;
    const Vector moved_nu = legal(nu);
    Matrix moved(G.rows(), G.cols());
    program_.maps.adjoint(working_, moved_nu, moved);
    return gap_from(ahead_, moved_nu, moved) <= target;
  }

  /// The minimiser of the model with the metric `length_` times the mean one.
  [[nodiscard]] Point step_from(const Matrix& G, const Vector& free_slope,
                                double bias_slope) const {
    Point next;
    next.W.resize(ahead_.W.rows(), ahead_.W.cols());
    BlockMemory::Spectrum metric{metric_.Q, length_ * metric_.lambda};
    for (Index k = 0; k < next.W.cols(); ++k) {
      const double kappa =
          program_.problem.beta() * program_.weights[working_[static_cast<std::size_t>(k)]];
      next.W.col(k) = detail::minimise_block(metric, G.col(k), ahead_.W.col(k), kappa);
    }
    const double curvature = length_ * free_curvature();
    next.free = ahead_.free + free_slope / curvature;
    next.bias = ahead_.bias + bias_slope / curvature;
    put_fit(next);
    return next;
  }

  /// An upper bound of the smooth part at `next` if the metric is large enough.
  [[nodiscard]] double model(const Point& next, double before, const Matrix& G,
                             const Vector& free_slope, double bias_slope) const {
    const Matrix change = next.W - ahead_.W;
    const Matrix rotated = metric_.Q.transpose() * change;
    const Vector free_change = next.free - ahead_.free;
    const double bias_change = next.bias - ahead_.bias;
    const double square =
        metric_.lambda.dot(rotated.cwiseAbs2().rowwise().sum()) +
        free_curvature() * (free_change.squaredNorm() + bias_change * bias_change);
    const double linear =
        -G.cwiseProduct(change).sum() - free_slope.dot(free_change) - bias_slope * bias_change;
    return before + linear + 0.5 * length_ * square + 1e-14 * std::abs(before);
  }

  /// The scale of the loss's curvature in the unpenalised coefficients and the bias.
  [[nodiscard]] double free_curvature() const {
    const double gamma = dual_.ridge() > 0 ? 1 / dual_.ridge() : 0;
    const Matrix& U = dual_.free_columns();
    const double mean_square = U.cols() > 0 ? U.squaredNorm() / static_cast<double>(U.cols()) : 0;
    const double n = static_cast<double>(program_.maps.samples());
    return dual_.curvature_bound().maxCoeff() * std::max(n, mean_square) + gamma;
  }

  /// The extrapolated point; starts anew where the momentum points uphill.
  void accelerate(Point next) {
    const double uphill = (ahead_.W - next.W).cwiseProduct(next.W - point_.W).sum();
    if (uphill > 0) momentum_ = 1;
    const double following = 0.5 * (1 + std::sqrt(1 + 4 * momentum_ * momentum_));
    const double share = uphill > 0 ? 0 : (momentum_ - 1) / following;
    ahead_.W = next.W + share * (next.W - point_.W);
    ahead_.free = next.free + share * (next.free - point_.free);
    ahead_.bias = next.bias + share * (next.bias - point_.bias);
    ahead_.fit = next.fit + share * (next.fit - point_.fit);
    momentum_ = following;
    point_ = std::move(next);
  }

  BlockMemory::Spectrum metric_;
  double length_ = 0;  ///< of the metric: the steps' inverse length
  double momentum_ = 1;
  Point ahead_;
};

}  // namespace

BlockSolution proximal_gradient(const BlockProgram& program, const SolverSettings& settings,
                                const BlockSolution* start) {
  const detail::BlasThreads threads(settings.threads);
  return ProximalGradient(program, settings).run(start);
}

}  // namespace thalweg
