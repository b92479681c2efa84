#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "convex/restricted_cone.hpp"
#include "thalweg/convex/restricted_patterns.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::detail {

/// A block whose value exceeds beta: block 2 i is (pattern i, plus), 2 i + 1 (pattern i, minus).
struct Violator {
  std::size_t block;
  double value;
  Vector direction;  ///< the maximiser on the unit ball, (d)
};

/// Certified upper bounds of val_{i,s}(nu) for all blocks of given patterns.
///
/// A block with |c| <= beta, c = s X^T D nu, needs no more; otherwise the multipliers of an earlier
/// nu, scaled as well as they can be, often still bring its bound below beta; only what is left is
/// projected, likely violators first, until enough of them are found. Any rho >= 0 certifies (the
/// lemma at cone_value), so every shortcut is safe: it can only loosen the bound.
class RestrictedPricing {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  /// left_out: none, or a flag for each block that the program does not have.
  RestrictedPricing(const PatternSet& patterns, const Walls& walls, std::vector<char> left_out,
                    int threads);

  /// Bounds every block; returns the largest bound. nu (n). Blocks are projected until `wanted`
  /// violators of different directions outside the working set (known[block] == 0) are found, or
  /// `control` stops it: then the other bounds are looser. Else the result does not depend on the
  /// number of threads.
  double price(const Vector& nu, double beta, const std::vector<char>& known,
               std::size_t wanted = kAll, const RunControl& control = {});
  /// Multipliers (times `scale`) to be tried first for a block by the next call. Those of a nonzero
  /// block's own proximal map make it stationary to rounding, which its projection does not: of two
  /// faces whose bounds differ by rounding e, directions may differ by sqrt(e).
  void suggest(std::size_t block, const WallFace& face, double scale);
  /// Of the last call, outside the working set, largest value first.
  [[nodiscard]] const std::vector<Violator>& violators() const { return violators_; }
  /// Whether the last call projected every block that needed it.
  [[nodiscard]] bool exhaustive() const { return exhaustive_; }
  /// rho of the block's bound by rows of X (not normalised).
  [[nodiscard]] std::vector<std::pair<Index, double>> multipliers(std::size_t block) const;

 private:
  struct Candidate {
    std::size_t block;
    double length;    ///< |c|
    double expected;  ///< |c| times the block's last ratio of value to |c|
    double bound;     ///< certified so far
  };

  [[nodiscard]] std::vector<Candidate> candidates(double beta, double& largest);
  void project(std::vector<Candidate>& list, std::size_t begin, std::size_t end, double beta);
  void keep(const Candidate& candidate);
  [[nodiscard]] Vector correlation(std::size_t block) const;
  /// c + sum rho sigma x / |x|: the vector whose length is the certified bound.
  [[nodiscard]] Vector certified(std::size_t block, const Vector& c) const;
  [[nodiscard]] double old_bound(std::size_t block, double beta);

  const PatternSet& patterns_;
  const Walls& walls_;
  std::vector<char> left_out_;
  Matrix correlations_;          ///< X^T D_i nu, (d x p)
  std::vector<WallFace> faces_;  ///< of every block
  std::vector<double> ratio_;    ///< of value to |c| when last projected, 1 before
  std::vector<char> suggested_;
  std::vector<ConeProjector> projectors_;
  std::vector<Violator> violators_;
  bool exhaustive_ = false;
};

}  // namespace thalweg::detail
