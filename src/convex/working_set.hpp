#pragma once

#include <string_view>
#include <vector>

#include "convex/block_point.hpp"

namespace thalweg::detail {

/// A dual point with its products with every block: on a path over beta the last one of a program
/// is the first one of the next.
struct PricedDual {
  Vector nu;  ///< (n), empty when there is none
  Matrix G;   ///< A_i^T nu, (p x P)
};

/// What the first-order block solvers share: a working set of blocks that grows until the gap over
/// all blocks closes, with gap-safe screening of the blocks outside (the lemma is in
/// proximal_gradient.hpp). A solver says how to descend over the working set.
class WorkingSetSolver {
 public:
  WorkingSetSolver(const BlockProgram& program, const SolverSettings& settings);
  virtual ~WorkingSetSolver() = default;
  WorkingSetSolver(const WorkingSetSolver&) = delete;
  WorkingSetSolver& operator=(const WorkingSetSolver&) = delete;

  /// `priced` (optional) is used when it belongs to the start's dual, and left at the final one.
  [[nodiscard]] BlockSolution run(const BlockSolution* start, PricedDual* priced = nullptr);

 protected:
  /// A primal point over the working set.
  struct Point {
    Matrix W;         ///< (p x |working|)
    Vector free;      ///< coefficients of the unpenalised columns
    double bias = 0;  ///< penalised bias
    Vector fit;       ///< (n), of all of it
  };

  /// Lowers the objective over the working set until working_gap() is at most `target`, or
  /// out_of_time().
  virtual void descend(double target) = 0;
  /// The solver's name, and how many of its steps one of settings.max_steps stands for.
  [[nodiscard]] virtual std::string_view phase() const = 0;
  [[nodiscard]] virtual std::int64_t steps_per_newton_step() const = 0;

  [[nodiscard]] bool out_of_time() const;
  /// sum of weight_i |w_i| over the working set.
  [[nodiscard]] double mass(const Matrix& W) const;
  [[nodiscard]] double objective(const Point& point) const;
  /// Recomputes the fit from the weights.
  void put_fit(Point& point) const;
  /// The relative gap of a point of the program over the working set alone.
  [[nodiscard]] double working_gap() const;
  /// The same from a legal nu (n) and G = A^T nu (p x |working|).
  [[nodiscard]] double gap_from(const Point& point, const Vector& nu, const Matrix& G) const;
  /// nu made orthogonal to the unpenalised columns, inside the domain of D.
  [[nodiscard]] Vector legal(const Vector& nu) const;

  const BlockProgram& program_;
  SolverSettings settings_;
  BlockDual dual_;
  std::vector<Index> working_;
  Point point_;
  std::int64_t steps_ = 0;

 private:
  void begin(const BlockSolution* start);
  /// Gap and scores over all blocks that are left, from the dual point of the fit.
  void price();
  void take_price(const Vector& nu, const Matrix& G);
  void keep(double objective);
  void screen(const Matrix& G, const BlockDual::Bound& bound);
  void choose_working_set();
  void put_dual_norm(PricedDual& priced);
  void report() const;

  std::vector<Index> left_;     ///< blocks that no screening has removed
  std::vector<Index> priced_;   ///< blocks of the last price,
  PricedDual last_;             ///< and what it found for these, G (p x |priced|)
  std::vector<double> scores_;  ///< |A_i^T nu| / weight_i of these
  std::size_t last_size_ = 0;
  int stalled_ = 0;
  BlockSolution best_;
};

}  // namespace thalweg::detail
