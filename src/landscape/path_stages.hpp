#pragma once

#include <optional>
#include <vector>

#include "landscape/path_walk.hpp"
#include "thalweg/core/random.hpp"

/// The stages of a descending path that need no target or aim straight at it (theory section 5).
/// Each leaves the walk where it is when it finds nothing to do.
namespace thalweg::landscape {

/// Neurons that are active on no sample shrink to 0: the fit stays, the penalty falls.
void shrink_dead(PathWalk& walk);

/// Neurons of one sign and one activation pattern become one: their products s z v move into one
/// slot. The fit stays; the penalty falls by the triangle inequality. Neurons on a kink are left
/// alone.
void merge_patterns(PathWalk& walk);

/// Whether two neurons have one sign and no row of X strictly between them, as doubles tell: then
/// their products s z v can change into one another in a slot while the fit is affine.
[[nodiscard]] bool share_cell(const PathWalk& walk, const PathSlot& a, const PathSlot& b);

/// Prunes to independent activations, one straight segment a neuron: along a null vector of the
/// activations and unpenalised columns on which the penalty does not rise, until a mass is 0.
///
/// All null vectors come from one QR decomposition; a slot that empties is eliminated from those
/// that are left. O(n m^2) once in a while, O(m q) a segment with q null vectors.
class Pruning {
 public:
  /// `order` (optional) shuffles the null vectors.
  explicit Pruning(PathWalk& walk, Random* order = nullptr) : walk_(walk), order_(order) {}
  /// One segment; false when the activations are independent (or rounding allows no move).
  bool step();

 private:
  /// The fit does not change when slots' |w| |alpha| and affine coefficients change by these.
  struct NullVector {
    Vector lengths;  ///< (m), 0 at empty slots
    Vector affine;   ///< (affine_size()), 0 at penalised coefficients
  };
  void find();
  bool move(NullVector direction);
  void eliminate(const NullVector& used, Index slot);

  PathWalk& walk_;
  Random* order_;
  std::vector<NullVector> null_vectors_;
  int since_found_ = -1;  ///< segments since the last decomposition; -1: none yet
};

/// A segment straight to some masses.
struct StraightSegment {
  PathState end;
  SegmentKind kind = SegmentKind::kMasses;
};

/// The straight segment to the target's masses, if the slots hold both: the occupied ones, and for
/// the target's neurons that are not there yet blanks, or slots of neurons that they can take the
/// place of (share_cell). L is convex along it, so it does not increase when the target is optimal.
/// The slots' order is the walk's.
[[nodiscard]] std::optional<StraightSegment> straight_to(const PathWalk& walk,
                                                         const PathState& target);

}  // namespace thalweg::landscape
