#pragma once

#include <span>
#include <vector>

#include "arrangement/sign_tree_rows.hpp"

namespace thalweg::sign_tree {

/// 113 bits: enough for cells with an angle of 1e-16, which data rounded to doubles have where the
/// unrounded hyperplanes met.
using Fine = __float128;

/// A point in floating point, somewhere inside a cell of the first rows, and where it lies.
template <class Real>
struct Place {
  const Real* point;      ///< (dimension), of length about 1
  const Real* distances;  ///< (stride), |x_i^T point|
};

/// What the search for a point across a wall ended with; all of it estimates that others verify.
enum class Crossing {
  kPoint,     ///< a point beyond the wall, with the old signs
  kRelation,  ///< rows that seem to exclude one
  kGaveUp,
};

/// Which wall that blocks the way joins the projection.
enum class Entering {
  kFirstWall,     ///< the nearest: soon at a point, if there is one
  kSteepestWall,  ///< from the start, which finds relations of fewer rows
};

/// Looks for a point that keeps the signs of the rows before `row` and has the other sign on it.
///
/// With g_i = sigma_i x_i / |x_i| for the old rows and b = sign x_row / |x_row|, the projection of
/// b on the cone's dual side, rho = b + sum_i mu_i g_i with mu >= 0 of least length, is either 0,
/// and then no point exists (Farkas), or a direction that leaves no old half-space and gains on the
/// new one, so that walking along it from any point of the cell ends beyond the wall. This is a
/// non-negative least squares problem (Lawson, Hanson 1974, ch. 23), which starts at rho = b, the
/// shift along the new normal. Every iterate's rho is tried, and the wall that is met first enters:
/// most walks succeed long before the last. Where none does, the search starts again with the
/// steepest wall entering, which finds relations of fewer rows. O(rows dimension) an iteration;
/// nothing is allocated. Real is double, or Fine, some fifty times as slow.
template <class Real>
class CrossingSearch {
 public:
  explicit CrossingSearch(const TreeRows& rows);

  /// `sigma` (stride): signs of the rows before `row`, 0 from there on. Writes `found` (dimension).
  [[nodiscard]] Crossing run(Index row, Sign sign, const double* sigma, const Place<Real>& from,
                             Real* found, Entering entering = Entering::kFirstWall);

  /// After kRelation: old rows and their factors mu > 0, for rows of length 1 with their signs, in
  /// b + sum mu g = 0.
  [[nodiscard]] std::span<const Index> support() const {
    return {support_.data(), static_cast<std::size_t>(size_)};
  }
  [[nodiscard]] std::span<const Real> factors() const {
    return {factors_.data(), static_cast<std::size_t>(size_)};
  }

 private:
  [[nodiscard]] Crossing project(Index row, const double* sigma, const Place<Real>& from,
                                 Real* found, Entering entering);
  [[nodiscard]] Walk<Real> walk_from(const Place<Real>& from, Index count, const double* sigma,
                                     Real gain) const;
  [[nodiscard]] bool append(Index row, const double* sigma);
  [[nodiscard]] bool solve(const double* sigma);
  void solve_triangle();
  [[nodiscard]] bool drop_non_positive(const double* sigma);
  void update_residual();
  void step_to(const Place<Real>& from, Real step, Real* found) const;

  const TreeRows& rows_;
  Index dimension_;
  Index size_ = 0;
  std::vector<Index> support_;
  std::vector<Real> factors_;     ///< current mu
  std::vector<Real> solution_;    ///< mu of the equations without mu >= 0
  std::vector<Real> basis_;       ///< orthonormal, dimension entries a member of the support
  std::vector<Real> triangle_;    ///< g_i = sum_k triangle[i, k] basis_k, column i
  std::vector<Real> target_;      ///< b
  std::vector<Real> components_;  ///< basis_k . b
  std::vector<Real> residual_;    ///< rho
};

extern template class CrossingSearch<double>;
extern template class CrossingSearch<Fine>;

}  // namespace thalweg::sign_tree
