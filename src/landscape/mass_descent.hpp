#pragma once

#include <vector>

#include "landscape/path_walk.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::landscape {

/// Descends in the masses of the walk's neurons and of a target's, one straight segment a step.
///
/// *Theorem.* Let a walk be at independent activations and have rank + 1 slots, rank that of the
/// activations of its neurons and the target's. Then the steps lower L until it is least over all
/// masses of these directions, so at most that of the target. *Proof.* A step is one of:
///   (a) Newton's on the occupied slots, up to the first mass that becomes 0: activations stay
///       independent;
///   (b) when L is least on those, a neuron of the target with s nu^T (X v)_+ > beta |v| takes a
///       blank slot and grows: there is one, as independent activations fill at most `rank` slots.
///       If its activation is independent of the others, (a) goes on from there, and its mass
///       grows since L falls with it. Otherwise L falls linearly along the null vector, which
///       keeps the fit, until a mass is 0, and the rest is independent again.
/// L strictly falls from one set of occupied slots at its minimum to the next, so no set returns
/// and the steps end, where no neuron of the target violates the dual constraint: L is convex in
/// the masses, so it is least. QED (For the squared loss, on which Newton's step is exact; for
/// other losses (a) takes as many steps as its tolerance asks for, and where their curvature
/// vanishes a step goes along the Hessian's null vector, which lowers L too. This replaces the two
/// simplex methods of theory 5: the path is strictly descending, not only at its end.) Source:
/// active sets as in Lawson and Hanson's NNLS.
class MassDescent {
 public:
  /// `target`: a state whose directions are the walk's. `order` (optional) shuffles the neurons
  /// that enter; else the most violated comes first. All must outlive this.
  MassDescent(PathWalk& walk, const PathState& target, Random* order = nullptr)
      : walk_(walk), target_(target), order_(order) {}

  enum class Step {
    kMoved,    ///< one segment down
    kMinimum,  ///< L is least over all masses, or rounding lets no step through
    /// Least over the occupied slots' masses. A neuron would improve it, but no slot is blank and
    /// none has a neuron of its sign and cell, with which it could share one.
    kFull,
  };
  /// O(n k^2) with k occupied slots.
  Step step();

 private:
  struct Support;
  [[nodiscard]] Support support(const PathSlot* entering, Index slot) const;
  /// The state after lengths and affine coefficients changed by t change; new directions of shared
  /// slots join the walk's.
  [[nodiscard]] PathState state_at(const Support& support, const Vector& change, double t);
  bool move_on(const Support& support);
  [[nodiscard]] std::vector<const PathSlot*> violators() const;
  /// Masses that rounding left block steps: the smallest goes if that does not raise L.
  bool drop_residue();

  PathWalk& walk_;
  const PathState& target_;
  Random* order_;
};

}  // namespace thalweg::landscape
