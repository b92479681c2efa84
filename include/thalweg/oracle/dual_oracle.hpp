#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg {

struct StarAtom;
struct OutsideSettings;
struct OutsideResult;

/// How the search for sigma(nu) = max over |u| <= 1 of |nu^T (X u)_+| ended.
enum class DualNormStatus {
  kUnsolved,           ///< nothing was computed; both bounds are NaN
  kClosed,             ///< upper <= (1 + relative_gap) * lower
  kThresholdHolds,     ///< upper <= threshold: no direction exceeds it
  kThresholdExceeded,  ///< a direction of value > threshold was found; upper is valid but may be
                       ///< loose
  kLimit,              ///< stopped at the deadline or by cancellation; both bounds are valid
  kNotBranched,        ///< more than kMaxTreeCoordinates coordinates; both bounds are valid
  kStalled,            ///< a cone could not be closed in double precision; both bounds are valid
};

/// How the upper bound was obtained.
enum class DualNormSource {
  kNone,
  kConeTree,
  kWholeSphere,
  kSignTree,  ///< cells of sign vectors: rigorous, but no certificate can be written from it
};

/// A local maximiser of |nu^T (X u)_+|.
struct DualDirection {
  Vector u;                  ///< unit direction, (d)
  Sign sign = Sign::kPlus;   ///< sign of nu^T (X u)_+
  double value = 0;          ///< |nu^T (X u)_+|, rounded down rigorously
  std::vector<Index> kinks;  ///< rows i with x_i^T u = 0 up to rounding, nonzero rows only
};

struct DualNormSettings {
  double relative_gap = 1e-6;  ///< close the bounds to this (at least 1e-13)
  /// When positive: decide whether sigma <= threshold instead of closing the gap; stop once either
  /// answer is proved.
  double threshold = 0;
  /// In [0, 1): also find all local maximisers of value >= (1 - band) sigma, distinct by angle >
  /// 1e-7.
  double maximiser_band = 0;
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

struct DualNormResult {
  DualNormStatus status = DualNormStatus::kUnsolved;
  DualNormSource source = DualNormSource::kNone;
  double lower;  ///< rigorous: value at maximisers.front()
  double upper;  ///< rigorous: holds in exact arithmetic for the stored doubles
  std::vector<DualDirection> maximisers;  ///< best first
  std::int64_t nodes = 0;
  double seconds = 0;
};

/// The dual oracle: maxima of |nu^T (X u)_+| over the unit ball for many nu and one X.
///
/// Zero rows are dropped, exactly parallel rows merged and rank(X) < d reduced once, at
/// construction.
class DualOracle {
 public:
  /// X (n x d), finite. O(n d^2).
  explicit DualOracle(const Matrix& X);
  ~DualOracle();
  DualOracle(DualOracle&&) noexcept;
  DualOracle& operator=(DualOracle&&) noexcept;

  /// Rank of X, decided exactly.
  [[nodiscard]] Index rank() const;

  /// The rows as the oracle sees them; lives as long as the oracle.
  [[nodiscard]] const RowGeometry& geometry() const;

  /// nu^T (X u)_+ for a direction u (d), to rounding.
  [[nodiscard]] double value(const Vector& nu, const Vector& u) const;

  /// Certified bounds on sigma(nu), nu (n), by local ascent, whole-sphere bound, then cone branch
  /// and bound (rank <= 12). Throws InvalidArgument when nu has the wrong length or is not finite.
  [[nodiscard]] DualNormResult maximise(const Vector& nu, const DualNormSettings& settings) const;

  /// Certified bounds on the maximum outside the stars of some atoms (outside_stars.hpp):
  ///   max over s and |u| <= 1 of s nu^T (X u)_+, u in a closed cell that no star of sign s holds,
  /// 0 where the stars hold everything. nu (n). 1 - maximum / beta is the margin of the next
  /// inactive direction when `atoms` holds every direction of value beta.
  ///
  /// Lemma. Every u outside the open stars of the atoms of sign s, with no x_i^T u = 0 of a nonzero
  /// row, has s nu^T (X u)_+ <= upper |u|. By continuity that holds on the closed cells outside.
  /// Proof. The cone tree of sign s covers R^d, and each of its leaves (a) has a bound of at most
  /// `upper`, (b) lies in the closure of one star, decided by exact signs of its rays, or (c) is
  /// cut into pieces along walls of stars (lemma of src/oracle/star_closer.hpp) with (a) or (b) for
  /// each. QED Of near-parallel rows (`RowGeometry::near_rows`) the walls are those of the rows
  /// that replace them. When an atom lists a tie that is none, its star is larger and less is
  /// bounded, but the statement about the stars as listed holds.
  ///
  /// By summits and wall points, then the tree; as maximise costs, with leaves of a size at which
  /// few rows cross near the stars' walls. More than kMaxTreeCoordinates coordinates: the stars are
  /// of no use, upper bounds sigma itself and the status is kNotBranched. The result does not
  /// depend on `threads`. Throws InvalidArgument when nu has the wrong length or is not finite,
  /// beta is not positive and finite, an atom is zero, of the wrong length or not finite, a tie is
  /// no row or misses zero by more than kTieTolerance, or x_i^T u = 0 for a nonzero row that is not
  /// listed.
  [[nodiscard]] OutsideResult maximise_outside(const Vector& nu, const std::vector<StarAtom>& atoms,
                                               const OutsideSettings& settings) const;

  /// Local maximisers by multistart ascent only (no proof): up to `count`, pairwise apart by an
  /// angle > 1e-2, of value above `threshold`, best first. `starts` adds directions (d) to climb
  /// from besides random ones. Deterministic in `seed` unless `control` stops it: then what was
  /// found so far, perhaps nothing.
  [[nodiscard]] std::vector<DualDirection> climb(const Vector& nu, double threshold, Index count,
                                                 std::uint64_t seed, int threads = 1,
                                                 const std::vector<Vector>& starts = {},
                                                 const RunControl& control = {}) const;

  /// Rigorous upper bound on sigma(nu) without branching, O(iterations (n d^2 + d^3)); never above
  /// the better of the triangle and the spectral bound.
  [[nodiscard]] double whole_sphere_bound(const Vector& nu, int threads = 1,
                                          const RunControl& control = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg
