#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg {

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
