#include "thalweg/convex/proximal_gradient.hpp"

#include <algorithm>
#include <cmath>

#include "convex/blas.hpp"
#include "convex/working_set.hpp"

namespace thalweg {
namespace {

constexpr std::int64_t kStepsPerStep = 200;  ///< gradient steps that one of max_steps allows
constexpr int kStepsInSet = 2000;            ///< at most, before all blocks are priced again

class ProximalGradient final : public detail::WorkingSetSolver {
 public:
  using WorkingSetSolver::WorkingSetSolver;

 private:
  void descend(double target) override {
    if (lipschitz_ == 0) begin_lipschitz();
    ahead_ = point_;
    momentum_ = 1;
    for (int step = 0; step < kStepsInSet && !out_of_time(); ++step) {
      ++steps_;
      if (advance(target)) break;
    }
  }

  [[nodiscard]] std::string_view phase() const override { return "proximal gradient"; }
  [[nodiscard]] std::int64_t steps_per_newton_step() const override { return kStepsPerStep; }

  void begin_lipschitz() {
    const double square = dual_.squares().size() > 0 ? dual_.squares().mean() : 0;
    lipschitz_ = std::max(dual_.curvature_bound().maxCoeff() * square, 1e-300);
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
    if (gap_from(ahead_, nu, G) <= target) {
      point_ = std::move(ahead_);
      return true;
    }
    const Vector free_slope = dual_.free_columns().transpose() * nu;
    const double gamma = dual_.ridge() > 0 ? 1 / dual_.ridge() : 0;
    const double bias_slope = dual_.ridge() > 0 ? nu.sum() - gamma * ahead_.bias : 0;
    const double before = smooth(ahead_);
    Point next;
    for (int attempt = 0; attempt < 60; ++attempt) {
      next.W = ahead_.W + G / lipschitz_;
      for (Index k = 0; k < next.W.cols(); ++k) shrink(next.W, k);
      next.free = ahead_.free + free_slope / lipschitz_;
      next.bias = ahead_.bias + bias_slope / lipschitz_;
      put_fit(next);
      const Matrix change = next.W - ahead_.W;
      const Vector free_change = next.free - ahead_.free;
      const double bias_change = next.bias - ahead_.bias;
      const double square =
          change.squaredNorm() + free_change.squaredNorm() + bias_change * bias_change;
      const double linear =
          -G.cwiseProduct(change).sum() - free_slope.dot(free_change) - bias_slope * bias_change;
      if (smooth(next) <= before + linear + 0.5 * lipschitz_ * square + 1e-14 * std::abs(before)) {
        break;
      }
      lipschitz_ *= 2;
    }
    accelerate(std::move(next));
    lipschitz_ *= 0.97;  // the constant of the region may be smaller than that of the path so far
    return false;
  }

  void shrink(Matrix& W, Index k) const {
    const double kappa = program_.problem.beta() *
                         program_.weights[working_[static_cast<std::size_t>(k)]] / lipschitz_;
    const double norm = W.col(k).norm();
    if (norm <= kappa) {
      W.col(k).setZero();
    } else {
      W.col(k) *= 1 - kappa / norm;
    }
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

  double lipschitz_ = 0;
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
