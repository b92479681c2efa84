#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <vector>

#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::oracle {

/// Branch and bound over cones of output directions a in R^r for max over unit a of g(a), g(a) =
/// max over |u| <= 1 of |(M a)^T (X u)_+|. Lemmas: vector_oracle.hpp.
class VectorSearch {
 public:
  /// What the search may do and when it is done.
  struct Plan {
    /// The bound that ends the search, read again whenever a better value was found.
    std::function<double()> goal;
    /// Told of directions u (d) of large value; may lower nothing but `goal`.
    std::function<void(const Vector&)> offer;
    double accuracy = 1e-4;  ///< relative; rays are never computed finer than a tenth of it
    std::int64_t max_rays = 0;
    DualNormSettings scalar;  ///< threads, seed and control of scalar dual norms
  };
  enum class End { kGoal, kLimit, kStalled };

  /// M (n x r), stored doubles taken as exact; row_norms (n) at least |x_i|. All must outlive the
  /// search.
  VectorSearch(const DualOracle& oracle, const Matrix& M, const Vector& row_norms, Plan plan);

  /// A rigorous bound of g at an output direction, relative accuracy as asked.
  [[nodiscard]] double value_at(const Vector& ray, double accuracy);
  /// Halves cones until the bound of each is at most the goal.
  [[nodiscard]] End run();
  /// max g is at most this; after run.
  [[nodiscard]] double upper() const { return upper_; }
  [[nodiscard]] std::int64_t rays() const { return rays_; }
  [[nodiscard]] std::int64_t cones() const { return cones_; }

 private:
  struct Value {
    double upper = 0;     ///< g(ray) is at most this
    double accuracy = 1;  ///< that it was asked for
  };
  struct Cone {
    Matrix rays;  ///< (r x r), integer columns
    double angle = 0;
    double bound = 0;
    bool operator<(const Cone& other) const { return bound < other.bound; }
  };

  [[nodiscard]] double accuracy_for(double angle) const;
  /// The bound of a cone with every ray at the accuracy of `angle` when `refresh`, else as known.
  void bound(Cone& cone, bool refresh);
  [[nodiscard]] bool coarse(const Cone& cone) const;
  /// The largest g over the cone's unit rays, 0 where all meet the goal.
  [[nodiscard]] double worst_ray(const Cone& cone);
  [[nodiscard]] bool limited() const;

  const DualOracle& oracle_;
  const Matrix& M_;
  const Vector& row_norms_;
  Plan plan_;
  std::map<std::vector<double>, Value> values_;
  std::priority_queue<Cone> queue_;
  double upper_ = 0;
  std::int64_t rays_ = 0;
  std::int64_t cones_ = 0;
};

}  // namespace thalweg::oracle
