#pragma once

#include <numeric>
#include <vector>

#include "thalweg/convex/block_program.hpp"

namespace thalweg::detail {

/// What the block solvers share: the dual side of a program in the variables nu, bounds, and the
/// making of a solution.
class BlockDual {
 public:
  explicit BlockDual(const BlockProgram& program);

  /// Columns U (n x q) of the unpenalised part: U^T nu = 0 at every dual point.
  [[nodiscard]] const Matrix& free_columns() const { return free_; }
  /// 1 / gamma with gamma/2 b^2 the penalty of the bias; 0 without a penalised bias.
  [[nodiscard]] double ridge() const { return ridge_; }
  /// All columns U (n x q) outside the blocks in the order of TrainingProblem::stack, with the
  /// penalties gamma_k/2 v_k^2 of their coefficients, (q): 0 for the free ones.
  [[nodiscard]] const Matrix& columns() const { return columns_; }
  [[nodiscard]] const Vector& penalties() const { return penalties_; }
  [[nodiscard]] const std::vector<Index>& all() const { return all_; }
  /// |A_i|_F^2, (P).
  [[nodiscard]] const Vector& squares() const { return squares_; }

  /// max |g_i| / weight_i over the listed blocks, g_i = A_i^T nu the columns of G (p x |list|).
  [[nodiscard]] double norm(std::span<const Index> list, const Matrix& G) const;
  /// A dual point made legal, with the value that its best scaling gives.
  struct Bound {
    Vector nu;
    double norm = 0;
    double scale = 0;  ///< tau: D(tau nu) is the value
    double value = -std::numeric_limits<double>::infinity();
  };
  /// nu (n) with G = A^T nu (p x P); recomputes A^T nu only where nu has to move to be legal. Holds
  /// as far as G does: rounding of fresh products is allowed for.
  [[nodiscard]] Bound bound(const Vector& nu, const Matrix& G) const;
  /// The bound over some blocks, for nu (n) that is legal already and G (p x |list|).
  [[nodiscard]] Bound bound_over(std::span<const Index> list, const Vector& nu,
                                 const Matrix& G) const;
  /// The largest second derivative of the loss, sample by sample, (n).
  [[nodiscard]] Vector curvature_bound() const;
  /// l(fit) + beta mass + gamma/2 bias^2.
  [[nodiscard]] double objective(const Vector& fit, double mass, double bias) const;
  /// (objective - bound) / objective, 0 where both are equal.
  [[nodiscard]] static double relative_gap(double objective, double bound);
  /// The same, but 0 where the objective is the square of rounding errors: a perfect fit.
  [[nodiscard]] double gap_between(double objective, double bound) const;

  /// Coefficients of U split into bias and skip connection.
  void put_unpenalised(const Vector& coefficients, double penalised_bias,
                       BlockSolution& solution) const;

 private:
  const BlockProgram& program_;
  Matrix free_;
  double ridge_ = 0;
  Matrix columns_;
  Vector penalties_;
  double rounding_ = 0;
  std::vector<Index> all_;
  Vector squares_;
};

}  // namespace thalweg::detail
