#pragma once

#include "arrangement/restriction.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/exact/prime_field.hpp"

namespace thalweg::arrangement {

/// The number of cells in general position, rounded; 1 without hyperplanes.
[[nodiscard]] long double general_cells(std::size_t hyperplanes, std::size_t rank);

/// About the work of one sample, in the unit of walk_restrictions().
[[nodiscard]] double probe_work(const HyperplaneArrangement& arrangement);

/// Random walks down the restrictions that walk_restrictions() makes one after the other.
class RestrictionProbe {
 public:
  explicit RestrictionProbe(const HyperplaneArrangement& arrangement);

  /// Unbiased estimates by one walk.
  struct Sample {
    long double cells = 0;
    long double work = 0;  ///< of walk_restrictions()
  };
  [[nodiscard]] Sample draw(Random& random);

 private:
  // No proof hangs on a probe; this prime is safe with powers of two.
  using Field = PrimeField<31>;

  bool circuits_ = false;  ///< whether the walk has to prove what coincides
  Restriction<Field> restriction_;
  FieldRows top_;
  FieldRows current_;
  FieldRows next_;
  std::vector<Merge> merges_;
};

}  // namespace thalweg::arrangement
