#include "thalweg/convex/proximal_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "convex/blas.hpp"
#include "convex/block_point.hpp"

namespace thalweg {
namespace {

using detail::BlockDual;

constexpr std::int64_t kStepsPerStep = 200;  ///< gradient steps that one of max_steps allows
constexpr int kCheckEvery = 10;              ///< gradient steps between two gaps

/// A point with its fit: weights of the blocks that are left, free coefficients, bias.
struct Point {
  Matrix W;
  Vector free;
  double bias = 0;
  Vector fit;
};

class ProximalGradient {
 public:
  ProximalGradient(const BlockProgram& program, const SolverSettings& settings)
      : program_(program),
        settings_(settings),
        dual_(program),
        left_(dual_.all()),
        smoothness_(dual_.curvature_bound().maxCoeff()) {}

  BlockSolution run(const BlockSolution* start) {
    const Stopwatch watch;
    begin(start);
    SolverInfo& info = best_.info;
    info.status = SolverStatus::kStepLimit;
    for (steps_ = 0;; ++steps_) {
      if (steps_ % kCheckEvery == 0) {
        check();
        if (info.relative_gap <= settings_.relative_gap) {
          info.status = SolverStatus::kSolved;
          break;
        }
        if (idle_ > 200) {
          info.status = SolverStatus::kReducedAccuracy;
          break;
        }
      }
      if (settings_.control.should_stop()) {
        info.status = SolverStatus::kStopped;
        break;
      }
      if (steps_ >= kStepsPerStep * settings_.max_steps) break;
      step();
    }
    put_dual_norm();
    info.steps = steps_;
    info.seconds = watch.seconds();
    best_.screened = program_.maps.blocks() - static_cast<Index>(left_.size());
    return std::move(best_);
  }

 private:
  void begin(const BlockSolution* start) {
    const TrainingProblem& problem = program_.problem;
    x_.W = Matrix::Zero(program_.maps.width(), program_.maps.blocks());
    x_.free = Vector::Zero(dual_.free_columns().cols());
    double& bias = problem.output_bias() == OutputBias::kFree ? x_.free[0] : x_.bias;
    bias = problem.bias_of_zero_network();
    if (start != nullptr) {
      for (std::size_t k = 0; k < start->active.size(); ++k) {
        x_.W.col(start->active[k]) = start->W.col(static_cast<Index>(k));
      }
      bias = start->bias;
    }
    put_fit(x_);
    ahead_ = x_;
    const double square = dual_.squares().size() > 0 ? dual_.squares().maxCoeff() : 0;
    lipschitz_ = std::max(smoothness_ * square, 1e-300);
  }

  void put_fit(Point& point) const {
    std::vector<Index> list;
    std::vector<Index> columns;
    for (Index k = 0; k < point.W.cols(); ++k) {
      if (point.W.col(k).isZero(0)) continue;
      list.push_back(left_[static_cast<std::size_t>(k)]);
      columns.push_back(k);
    }
    point.fit = program_.maps.fit(list, point.W(Eigen::all, columns));
    point.fit.array() += point.bias;
    if (point.free.size() > 0) point.fit += dual_.free_columns() * point.free;
  }

  [[nodiscard]] double mass(const Matrix& W) const {
    double sum = 0;
    for (Index k = 0; k < W.cols(); ++k) {
      sum += program_.weights[left_[static_cast<std::size_t>(k)]] * W.col(k).norm();
    }
    return sum;
  }

  [[nodiscard]] double smooth(const Point& point) const {
    return dual_.objective(point.fit, 0, point.bias);
  }

  /// One accelerated step with backtracking on the Lipschitz constant.
  void step() {
    const TrainingProblem& problem = program_.problem;
    const Vector nu = problem.dual_point(ahead_.fit);
    Matrix G(x_.W.rows(), x_.W.cols());
    program_.maps.adjoint(left_, nu, G);
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
  }

  void shrink(Matrix& W, Index k) const {
    const double kappa =
        program_.problem.beta() * program_.weights[left_[static_cast<std::size_t>(k)]] / lipschitz_;
    const double norm = W.col(k).norm();
    if (norm <= kappa) {
      W.col(k).setZero();
    } else {
      W.col(k) *= 1 - kappa / norm;
    }
  }

  /// The extrapolated point; starts anew where the momentum points uphill.
  void accelerate(Point next) {
    const double uphill = (ahead_.W - next.W).cwiseProduct(next.W - x_.W).sum();
    if (uphill > 0) momentum_ = 1;
    const double following = 0.5 * (1 + std::sqrt(1 + 4 * momentum_ * momentum_));
    const double share = uphill > 0 ? 0 : (momentum_ - 1) / following;
    ahead_.W = next.W + share * (next.W - x_.W);
    ahead_.free = next.free + share * (next.free - x_.free);
    ahead_.bias = next.bias + share * (next.bias - x_.bias);
    ahead_.fit = next.fit + share * (next.fit - x_.fit);
    momentum_ = following;
    x_ = std::move(next);
  }

  /// Gap of the program over the blocks that are left, which has the optima of the whole program;
  /// then screening.
  void check() {
    put_fit(x_);
    const Vector nu = program_.problem.dual_point(x_.fit);
    const Vector legal =
        dual_.free_columns().cols() > 0 ? program_.problem.project_to_dual_domain(nu) : nu;
    Matrix G(x_.W.rows(), x_.W.cols());
    program_.maps.adjoint(left_, legal, G);
    const BlockDual::Bound bound = dual_.bound_over(left_, legal, G);
    SolverInfo& info = best_.info;
    const double before = info.relative_gap;
    if (!(info.lower_bound >= bound.value)) {
      info.lower_bound = bound.value;
      best_.dual = bound.nu;
      best_.dual_norm = bound.norm;
    }
    const double objective = dual_.objective(x_.fit, mass(x_.W), x_.bias);
    if (!(info.objective <= objective)) keep(objective);
    info.relative_gap = BlockDual::relative_gap(info.objective, info.lower_bound);
    idle_ = info.relative_gap < before || !(before == before) ? 0 : idle_ + 1;
    screen(G, bound);
    report();
  }

  void keep(double objective) {
    best_.info.objective = objective;
    best_.active.clear();
    std::vector<Index> columns;
    for (Index k = 0; k < x_.W.cols(); ++k) {
      if (x_.W.col(k).isZero(0)) continue;
      best_.active.push_back(left_[static_cast<std::size_t>(k)]);
      columns.push_back(k);
    }
    best_.W = x_.W(Eigen::all, columns);
    dual_.put_unpenalised(x_.free, x_.bias, best_);
  }

  void screen(const Matrix& G, const BlockDual::Bound& bound) {
    const double gap = std::max(0.0, best_.info.objective - bound.value);
    const double radius = std::sqrt(2 * smoothness_ * gap);
    const double beta = program_.problem.beta();
    std::vector<Index> kept;
    std::vector<Index> columns;
    for (std::size_t k = 0; k < left_.size(); ++k) {
      const Index i = left_[k];
      const auto column = static_cast<Index>(k);
      const double most =
          bound.scale * G.col(column).norm() + radius * std::sqrt(dual_.squares()[i]) * (1 + 1e-12);
      if (most < beta * program_.weights[i] * (1 - 1e-12)) continue;
      kept.push_back(i);
      columns.push_back(column);
    }
    if (kept.size() == left_.size()) return;
    left_ = std::move(kept);
    for (Point* point : {&x_, &ahead_}) {
      point->W = Matrix(point->W(Eigen::all, columns));
      put_fit(*point);
    }
    momentum_ = 1;
  }

  /// The dual norm over all blocks, screened ones too: the bound then rests on nothing else.
  void put_dual_norm() {
    Matrix G(program_.maps.width(), program_.maps.blocks());
    program_.maps.adjoint(dual_.all(), best_.dual, G);
    const BlockDual::Bound bound = dual_.bound_over(dual_.all(), best_.dual, G);
    best_.dual_norm = bound.norm;
    best_.info.lower_bound = bound.value;
    best_.info.relative_gap = BlockDual::relative_gap(best_.info.objective, bound.value);
  }

  void report() const {
    if (settings_.control.progress == nullptr) return;
    char detail[128];
    std::snprintf(detail, sizeof detail, "step %lld, %zu of %zu blocks, objective %.10g, gap %.2g",
                  static_cast<long long>(steps_), best_.active.size(), left_.size(),
                  best_.info.objective, best_.info.relative_gap);
    settings_.control.progress->report("proximal gradient",
                                       std::numeric_limits<double>::quiet_NaN(), detail);
  }

  const BlockProgram& program_;
  SolverSettings settings_;
  BlockDual dual_;
  std::vector<Index> left_;  ///< blocks that no screening has removed
  double smoothness_;
  double lipschitz_ = 1;
  double momentum_ = 1;
  Point x_;
  Point ahead_;
  std::int64_t steps_ = 0;
  int idle_ = 0;
  BlockSolution best_;
};

}  // namespace

BlockSolution proximal_gradient(const BlockProgram& program, const SolverSettings& settings,
                                const BlockSolution* start) {
  const detail::BlasThreads threads(settings.threads);
  return ProximalGradient(program, settings).run(start);
}

}  // namespace thalweg
