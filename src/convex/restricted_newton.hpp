#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "convex/restricted_cone.hpp"
#include "thalweg/convex/restricted_patterns.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::detail {

/// A block of the working set: its weight and the projection at the dual last looked at.
struct WorkingBlock {
  std::size_t block = 0;
  double s = 1;
  Vector gate;  ///< (n) 0 or 1
  Vector side;  ///< (n) 2 gate - 1
  Vector w;     ///< (d) the proximal centre, in its closed cell
  WallFace face;
  double length = 0;  ///< |Pi_K(z)|, or a bound <= kappa that shows it inactive
  Vector point;       ///< Pi_K(z), where active, (d)
  Vector products;    ///< X point, where active, (n)
  Matrix span;        ///< orthonormal basis of the walls that hold the projection, (d x k)
};

/// Proximal point method on (w, b, f) for min l(f) + beta sum |w_i| + sum gamma/2 b^2 subject to
/// f = sum_i s_i D_i X w_i + Q b and w_i in the closed cell K_i, over the blocks of a working set.
///
/// One step minimises, by semismooth Newton in nu (n),
///   psi(nu) = max_f {-l(f) - nu^T f - |f - f_k|^2 / (2 tau)} + sum_i (|Pi_i(z_i)| - kappa)_+^2 /
///             (2 sigma) + (the same for b),   z_i = w_i + sigma s_i X^T D_i nu, kappa = sigma
///             beta,
/// whose gradient is the defect sum_i s_i D_i X w_i^+ + Q b^+ - f with the proximal map of
/// |.| on a cone, w_i^+ = (1 - kappa / |Pi_i(z_i)|)_+ Pi_i(z_i). On the face that holds Pi_i its
/// Jacobian is the group lasso's, so the Hessian is diag(h) + sigma F F^T with as many columns in F
/// as the active faces have dimensions; whichever of n and that number is smaller is factorised.
/// tau is infinite for the squared loss and limited for the others. Source: semismooth Newton
/// augmented Lagrangian (Li, Sun, Toh 2018), the cone's proximal map derived here.
class RestrictedNewton {
 public:
  RestrictedNewton(const TrainingProblem& problem, const PatternSet& patterns, const Walls& walls);

  std::vector<WorkingBlock> blocks;
  Vector coefficients;  ///< b, the affine part, stacked
  Vector nu;            ///< (n)
  double sigma = 1;     ///< of the next proximal step

  /// One proximal step: minimises psi until the defect is `inexact` times the centre's move, in the
  /// norm of the problem, or at rounding level, then moves the centre. Returns the number of Newton
  /// steps.
  std::int64_t proximal_step(std::int64_t max_steps, double inexact, const RunControl& control);
  /// sum_i s_i D_i X w_i + Q b at the centre, (n).
  [[nodiscard]] const Vector& fit() const { return fit_; }
  /// The sigma of the last step: the blocks' faces hold sigma times the multipliers at nu.
  [[nodiscard]] double last_sigma() const { return last_sigma_; }
  /// |fit - f(nu)|: how far nu is from the fit's own dual point, in the fit.
  [[nodiscard]] double defect_norm() const { return gradient_.norm(); }
  /// Whether the last step reached the accuracy asked for, not just rounding of psi.
  [[nodiscard]] bool step_was_accurate() const { return accurate_; }
  /// Largest violation of stationarity of a block at (centre, nu), relative to beta: by the
  /// proximal map it is |w^+ - w| / (sigma beta). The defect |nu + grad l(fit)| comes on top.
  [[nodiscard]] double stationarity() const { return stationarity_; }

 private:
  double evaluate(const Vector& dual);
  void choose_tau();
  void evaluate_fit(const Vector& dual);
  void project(WorkingBlock& block, const Vector& z);
  [[nodiscard]] bool accurate(double inexact) const;
  [[nodiscard]] double kappa() const { return sigma * problem_.beta(); }
  [[nodiscard]] Matrix panel() const;
  [[nodiscard]] Vector direction();
  void move_centre();

  const TrainingProblem& problem_;
  const PatternSet& patterns_;
  const Walls& walls_;
  PatternSet working_patterns_;  ///< of the blocks
  ConeProjector projector_;
  Matrix free_columns_;  ///< Q (n x q)
  Vector penalties_;     ///< gamma of each
  double inverse_tau_ = 0;
  Vector centre_fit_;  ///< f_k
  Vector trial_fit_;   ///< f(nu)
  Vector trial_coefficients_;
  Vector bend_;      ///< 1 / h, (n)
  Vector gradient_;  ///< of psi
  Vector fit_;
  double last_sigma_ = 1;
  bool accurate_ = true;
  double stationarity_ = std::numeric_limits<double>::infinity();
};

}  // namespace thalweg::detail
