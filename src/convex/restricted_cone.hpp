#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::detail {

/// The rows of X as walls: unit normals and a copy of X by rows.
struct Walls {
  explicit Walls(const Matrix& data);

  const Matrix& X;        ///< (n x d), must outlive this
  Matrix rows;            ///< (d x n) X^T: a wall is a contiguous column
  Vector inverse_length;  ///< (n) 1 / |x_i|, 0 for zero rows, which are no walls
};

/// The walls that hold a projection: rows i with multipliers rho_i > 0 of unit normals.
struct WallFace {
  std::vector<Index> rows;
  std::vector<double> rho;
};

/// Projects points on closed cells K = {u : sigma_i x_i^T u >= 0}:
///   Pi_K(c) = c + sum_i rho_i sigma_i x_i / |x_i|,  rho = argmin_{rho >= 0} |that|,
/// by the active-set method of Lawson and Hanson, started from the face of an earlier projection.
/// Holds the workspace of one thread.
class ConeProjector {
 public:
  explicit ConeProjector(const Walls& walls);

  /// |Pi_K(c)|, or any |c + sum rho sigma x / |x|| <= enough as soon as one is found (then
  /// `complete()` is false). c (d), side (n) = sigma in {-1, 1}; `face` is the start and receives
  /// the result. O(n d + k d) a wall that enters, k the number of walls that hold.
  double project(const Vector& c, const Vector& side, double enough, WallFace& face);

  [[nodiscard]] const Vector& point() const { return u_; }     ///< the projection, (d)
  [[nodiscard]] const Vector& products() const { return t_; }  ///< X times it, when complete, (n)
  [[nodiscard]] bool complete() const { return complete_; }
  /// Orthonormal basis of the holding walls' span, (d x k).
  [[nodiscard]] auto span() const { return Q_.leftCols(size_); }

 private:
  void start(const Vector& side, const WallFace& face);
  bool append(Index row, double sigma, double rho);
  void remove(Index leaving);
  void reduce(const Vector& c);
  [[nodiscard]] Index most_violated(const Vector& side, double tolerance);

  const Walls& walls_;
  Index size_ = 0;  ///< walls that hold now
  Matrix Q_;        ///< orthonormal basis of their normals, by columns
  Matrix R_;        ///< their normals are Q R
  Vector rho_;
  std::vector<Index> rows_;
  std::vector<Index> shortlist_;  ///< rows violated lately
  std::vector<char> blocked_;     ///< (n) walls that only rounding sees violated
  bool any_blocked_ = false;
  Vector u_;
  Vector t_;
  Vector distance_;  ///< sigma_i x_i^T u / |x_i|, (n)
  Vector coefficients_;
  Vector target_;
  bool complete_ = false;
};

}  // namespace thalweg::detail
