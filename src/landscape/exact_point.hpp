#pragma once

#include <optional>

#include "landscape/exact_dual.hpp"
#include "thalweg/convex/dual_polish.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// A refined point of the convex form as exact numbers: its fit, a dual point that obeys the linear
/// equalities exactly, and the difference of the two objectives.
///
/// Weights are sums of two doubles (PolishedPoint), so the fit f and nu = -grad l(f) are dyadic; a
/// free bias or a skip connection projects nu onto U^T nu = 0 in rational arithmetic. Source:
/// theory section 2.6.
class ExactPoint {
 public:
  /// Whether the loss has a rational conjugate and no sample weights: squared, Huber, squared
  /// hinge.
  [[nodiscard]] static bool takes(const TrainingProblem& problem);

  /// Precondition: takes(problem). X is problem.X(); both must outlive this. O(n m d) integer
  /// operations.
  ExactPoint(const TrainingProblem& problem, const DyadicMatrix& X, const PolishedPoint& point);

  [[nodiscard]] const ExactDual& dual() const { return *dual_; }
  [[nodiscard]] const Vector& fit() const { return fit_; }  ///< rounded, (n)
  /// Upper bound of the point's objective.
  [[nodiscard]] const mpq_class& objective() const { return objective_; }
  /// D(tau nu) at the largest tau <= 1 with tau sigma <= beta that a rational formula gives, where
  /// norm_square >= sigma^2 bounds the dual norm of nu. At most the optimum.
  [[nodiscard]] mpq_class lower_bound(const mpq_class& norm_square) const;

 private:
  void put_fit(const PolishedPoint& point);
  void put_dual();
  void project();
  void put_objective(const PolishedPoint& point);

  const TrainingProblem& problem_;
  const DyadicMatrix& X_;
  long bits_ = 0;  ///< of the fit and of nu before projection
  std::vector<mpz_class> f_;
  std::vector<mpz_class> nu_;
  mpq_class unit_;
  std::optional<ExactDual> dual_;  ///< nu_ times unit_
  mpq_class linear_;               ///< nu^T y
  mpq_class square_;               ///< |nu|^2 + (1^T nu)^2 / gamma
  Vector fit_;
  mpq_class objective_;
};

}  // namespace thalweg::landscape
