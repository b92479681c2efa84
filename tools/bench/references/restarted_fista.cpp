#include "restarted_fista.hpp"

#include <cmath>

namespace thalweg::bench {
namespace {

constexpr double kShrink = 0.8;
constexpr double kGrow = 1.25;
constexpr double kSlack = 5;         ///< the bound's slack from which steps grow
constexpr double kRounding = 1e-15;  ///< of values, relative: differences below it end the search

/// Every block shortened by `threshold`, to zero where it is shorter.
void soft_threshold(double threshold, Matrix& W) {
  for (Index j = 0; j < W.cols(); ++j) {
    const double length = W.col(j).norm();
    W.col(j) *= length > threshold ? 1 - threshold / length : 0.0;
  }
}

}  // namespace

std::int64_t restarted_fista(SmoothFunction& f, const FistaSettings& settings, Matrix& W,
                             const FistaObserver& observer) {
  Matrix V = W;  // where gradients are taken
  Matrix gradient(W.rows(), W.cols());
  Matrix next(W.rows(), W.cols());
  Matrix move(W.rows(), W.cols());
  double step = settings.first_step;
  double t = 1;
  for (std::int64_t steps = 1;; ++steps) {
    const double at_V = f.value_and_gradient(V, gradient);
    double value = 0;
    double linear = 0;
    for (;; step *= kShrink) {
      next = V - step * gradient;
      soft_threshold(step * settings.lam, next);
      value = f.value(next);
      move = next - V;
      linear = at_V + gradient.cwiseProduct(move).sum();
      const double bound = linear + move.squaredNorm() / (2 * step);
      if (value <= bound + kRounding * std::fabs(at_V)) break;
    }
    const double mapping = move.squaredNorm() / (step * step);
    if (move.squaredNorm() > kSlack * 2 * step * (value - linear)) step *= kGrow;
    const double t_next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    const bool restart = (next - W).cwiseProduct(move).sum() < 0;
    if (restart) {
      V = next;
    } else {
      V = next + (t - 1) / t_next * (next - W);
    }
    t = restart ? 1 : t_next;
    W.swap(next);
    if (!observer(W, value) || mapping <= settings.tolerance) return steps;
  }
}

}  // namespace thalweg::bench
