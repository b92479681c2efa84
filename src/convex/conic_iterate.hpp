#pragma once

#include <Eigen/Cholesky>
#include <vector>

#include "convex/conic_block.hpp"
#include "convex/conic_loss.hpp"

namespace thalweg::detail {

/// The primal-dual iterate of a conic program and its Newton system, in the samples' space.
///
/// The blocks give B = [A_1 R_1^{-1}, A_2 R_2^{-1}, ...] (n x Q) and m (Q); with V = diag of the
/// loss's inverse curvature a Newton step solves
///   V dnu + B (m + B^T dnu) + U dv = h,   U^T dnu = r_u,
/// by Cholesky's factors of I + E B B^T E, E = V^{-1/2}, refined with the residuals of these
/// equations as they stand.
class ConicIterate {
 public:
  /// Throws InvalidArgument when the columns of an F_i are dependent.
  explicit ConicIterate(const ConicProgram& program);

  /// A shorter step is none.
  static constexpr double kShortestStep = 1e-8;

  [[nodiscard]] const std::vector<NewtonBlock>& blocks() const { return blocks_; }
  [[nodiscard]] const Vector& free() const { return free_; }
  [[nodiscard]] const Vector& dual() const { return loss_.dual(); }
  [[nodiscard]] const Vector& fit() const { return fit_; }
  /// A_i^T nu, (q_i).
  [[nodiscard]] ConstVectorRef map_dual(std::size_t block) const {
    return map_dual_.segment(first_[block], first_[block + 1] - first_[block]);
  }
  /// -U^T nu, (r).
  [[nodiscard]] const Vector& free_residual() const { return free_residual_; }
  /// The sum of the products of the complementary pairs, and their mean.
  [[nodiscard]] double complementarity() const;
  [[nodiscard]] double barrier() const;

  /// The largest entry of the slacks at the start, and the largest e^T z of a block: the size of
  /// the program's points.
  [[nodiscard]] double starting_size() const { return starting_size_; }
  [[nodiscard]] double starting_multiplier() const { return starting_multiplier_; }

  /// False when rounding has made the system singular.
  [[nodiscard]] bool factor();
  void forget_direction();
  /// The direction that removes `share` of all residuals and aims at products of `shift`, corrected
  /// by the products of the direction before.
  void direct(double share, double shift) { solve(share, shift, shift); }
  /// The largest alpha <= 1 that goes at most this share of the way to the cones' boundary, and
  /// less where the loss would leave the linear model.
  [[nodiscard]] double step_length(double share) const;
  void move(double alpha);

 private:
  /// The weight of |F x + f|^2 that makes it comparable with the loss.
  [[nodiscard]] double start_weight() const;
  void start();
  void update_residuals();
  [[nodiscard]] bool factor_reduced();
  void solve(double share, double cone_shift, double loss_shift);
  /// Adds to dnu_ and dfree_ the solution of the two equations above with m = 0 and these
  /// right-hand sides.
  void add_solution(const Vector& side, const Vector& free_side);

  const ConicProgram& program_;
  std::vector<NewtonBlock> blocks_;
  std::vector<Index> first_;  ///< first column of each block in maps_, and Q
  ConicLoss loss_;
  Matrix maps_;                      ///< [A_1, A_2, ...] (n x Q)
  Matrix reduced_;                   ///< B (n x Q)
  Matrix scaled_;                    ///< E B (n x Q)
  Matrix system_;                    ///< Cholesky's factor L of I + E B B^T E
  Vector inverse_curvature_, root_;  ///< V, E (n)
  Matrix free_columns_;              ///< U (n x r)
  Matrix free_solved_;               ///< L^{-1} E U
  Eigen::LDLT<Matrix> border_;       ///< of U^T E (L L^T)^{-1} E U
  double starting_size_ = 0;
  double starting_multiplier_ = 0;
  Vector free_, fit_, map_dual_;
  Vector loss_residual_, free_residual_;
  Vector dnu_, dfree_, reduced_dual_;  ///< the direction; B^T dnu
};

}  // namespace thalweg::detail
