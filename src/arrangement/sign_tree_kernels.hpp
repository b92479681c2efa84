#pragma once

#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::sign_tree {

/// Rows come in groups of this many, padded with zero rows.
inline constexpr Index kLanes = 8;
/// Circuits come in groups of this many.
inline constexpr Index kCircuitLanes = 32;

/// Doubles on a boundary of 64 bytes.
class AlignedDoubles {
 public:
  explicit AlignedDoubles(Index size = 0) : groups_(static_cast<std::size_t>((size + 7) / 8)) {}
  [[nodiscard]] double* data() { return groups_.empty() ? nullptr : groups_.front().values; }
  [[nodiscard]] const double* data() const {
    return groups_.empty() ? nullptr : groups_.front().values;
  }
  double& operator[](Index i) { return data()[i]; }
  double operator[](Index i) const { return data()[i]; }

 private:
  struct alignas(64) Group {
    double values[8] = {};
  };
  std::vector<Group> groups_;
};

/// Rows as the kernels read them: column c is values[c * stride, ...), stride a multiple of 64.
struct RowBlock {
  const double* values = nullptr;
  Index stride = 0;
  Index dimension = 0;
};

/// What a row says at a point, as bits: surely positive, surely of either sign.
struct SignBits {
  PatternWord* plus;
  PatternWord* certain;
};

/// distances[i] = |fl(x_i^T z)| and the bits of the static filter, for all `stride` rows. A row is
/// certain where |fl(x_i^T z)| > error[i] max_c |z_c| + 1e-290.
void locate(const RowBlock& rows, const double* point, const double* error, double* distances,
            SignBits bits);

/// What walking from a point inside a cell in some direction meets.
template <class Real>
struct Walk {
  Real reach;     ///< the step at which the first wall is met, or infinity
  Index first;    ///< that wall, or -1
  Real steepest;  ///< min_i sigma_i x_i^T direction / |x_i|, at most 0
  Index against;  ///< where, or -1 when nothing falls
};

/// Walks among the first `count` rows (rounded up to kLanes; sigma is 0 beyond). Rows that fall
/// less than `noise` count as parallel to the direction.
[[nodiscard]] Walk<double> walk(const RowBlock& rows, Index count, const double* direction,
                                const double* sigma, const double* distances,
                                const double* inverse_norms, double noise);

/// Whether some i < count has ((pattern ^ plus[i]) & support[i]) == 0; its position, or -1. Both
/// arrays are padded to a multiple of kCircuitLanes with entries that never match.
[[nodiscard]] Index find_covered(PatternWord pattern, const PatternWord* plus,
                                 const PatternWord* support, Index count);

}  // namespace thalweg::sign_tree
