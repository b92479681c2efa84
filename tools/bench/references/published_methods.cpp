#include "published_methods.hpp"

#include "cone_lagrangian.hpp"
#include "gated_least_squares.hpp"
#include "restarted_fista.hpp"

namespace thalweg::bench {
namespace {

constexpr double kFirstPenalty = 1000;
constexpr double kFirstTolerance = 1e-3;  ///< while the penalty is found
constexpr double kWindow = 1e-2;          ///< squared violation with which the penalty is enough
constexpr double kFactor = 2;             ///< of penalties and tolerances

}  // namespace

std::int64_t solve_by_fista(const Matrix& X, const Matrix& gates, const Vector& y, double lam,
                            const ObjectiveObserver& observer) {
  GatedLeastSquares f(X, gates, y);
  Matrix W = Matrix::Zero(X.cols(), gates.cols());
  FistaSettings settings;
  settings.lam = lam;
  return restarted_fista(f, settings, W, [&](const Matrix& at, double value) {
    return observer(at, value + lam * at.colwise().norm().sum());
  });
}

std::int64_t solve_by_augmented_lagrangian(const Matrix& X, const Matrix& gates, const Vector& y,
                                           double lam, double tolerance,
                                           const BlockObserver& observer) {
  ConeLagrangian f(X, gates, y, kFirstPenalty);
  Matrix W = Matrix::Zero(X.cols(), 2 * gates.cols());
  FistaSettings inner;
  inner.lam = lam;
  inner.tolerance = kFirstTolerance;
  std::int64_t steps = 0;
  bool running = true;
  bool finding_penalty = true;
  while (running) {
    steps += restarted_fista(f, inner, W, [&](const Matrix& at, double) {
      running = observer(at);
      return running;
    });
    const double violation = f.squared_violation(W);
    if (finding_penalty) {
      if (violation > kWindow) {
        f.set_penalty(kFactor * f.penalty());
      } else {
        finding_penalty = false;
        inner.tolerance = tolerance;
      }
    } else {
      f.update_multipliers(W);
      if (kFactor * violation < inner.tolerance) inner.tolerance /= kFactor;
    }
  }
  return steps;
}

}  // namespace thalweg::bench
