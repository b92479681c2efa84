#pragma once

#include <cstdint>
#include <optional>

#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::oracle {

/// The dual norm by bound_by_caps, for both signs, where that decides what is asked within some
/// seconds; else nothing. From 6 coordinates on: below, cones are as fast. `rows` (k x d) are those
/// of the oracle, weights (k); `nodes` grows by those spent.
[[nodiscard]] std::optional<DualNormResult> decide_by_caps(const DualOracle& oracle,
                                                           const Matrix& rows,
                                                           const Vector& weights,
                                                           const DualNormSettings& settings,
                                                           std::int64_t& nodes);

}  // namespace thalweg::oracle
