#pragma once

#include <memory>
#include <vector>

#include "oracle/branch_cone_program.hpp"
#include "oracle/branch_maximum_line.hpp"
#include "oracle/branch_region.hpp"

namespace thalweg::oracle {

/// Ranges of undecided ReLUs proved on a node or one above it; empty for the whole ball.
using Ranges = std::vector<std::shared_ptr<const UnitRange>>;

/// The affine bound of the lemma of branch_oracle.hpp on a region:
///   s nu^T f(w) <= c^T w + constant - sum over boxes of mu_b row_b^T w,  0 <= mu_b <= |a_b|.
class BranchRelaxation {
 public:
  /// Of an undecided unit with a > 0.
  struct Line {
    Index unit = 0;
    double weight = 0;  ///< a > 0
    Vector direction;   ///< t <= direction^T w + constant
    double constant = 0;
    UnitRange range;  ///< of a ReLU
  };
  /// Of an undecided unit with a < 0.
  struct Box {
    Index unit = 0;
    Index slot = 0;     ///< row of form().rows()
    double weight = 0;  ///< |a|
    Vector row;
    double size = 0;  ///< at least N_* of its terms' absolute values
  };

  /// weights: of each unit in s nu^T f. `region` must outlive the object. `from` (p) chooses the
  /// candidates of maxima; `maxima` gives lines for some of them.
  BranchRelaxation(const BranchRegion& region, const Vector& weights, const Ranges& ranges,
                   const MaximumLines& maxima, const Vector& from);

  /// The program whose multipliers are lambda of the region's cone, then mu of the boxes.
  [[nodiscard]] ConeProgram program() const;
  [[nodiscard]] double constant() const { return constant_; }
  /// Upper bound of s nu^T f on the region for these multipliers >= 0; rigorous.
  [[nodiscard]] double bound(const Vector& multipliers) const;
  /// For each sample what the relaxation at w is above s nu_i f_i(w) = exact_i; w (p), exact (n).
  [[nodiscard]] Vector losses(const Vector& w, const Vector& exact) const;
  /// What one line is above its unit at w, the inputs that it hands down left out.
  [[nodiscard]] double loss(const Line& line, const Vector& w) const;
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }

 private:
  void relax_relu(Index u, const Ranges& ranges);
  void relax_maximum(Index u, const MaximumLine* known, const Vector& from);

  const BranchRegion& region_;
  Vector weight_;     ///< a_u, complete once the loop has reached u
  Vector magnitude_;  ///< the same with absolute values throughout
  Vector decided_;    ///< per unit: a_u of decided units, for losses
  Vector c_;
  double constant_ = 0;
  double size_ = 0;  ///< bounds the sizes of what was summed
  std::vector<Line> lines_;
  std::vector<Box> boxes_;
};

/// N_*(factor linear(unit) + G lambda) for the multipliers of the region's cone, with rounding.
[[nodiscard]] double reach_bound(const BranchRegion& region, Index unit, double factor,
                                 const Vector& multipliers);

}  // namespace thalweg::oracle
