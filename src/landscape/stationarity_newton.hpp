#pragma once

#include <vector>

#include "landscape/stationarity_system.hpp"
#include "thalweg/landscape/strict_minimum.hpp"

namespace thalweg::landscape {

/// The entries as enclosures without width.
[[nodiscard]] std::vector<Enclosure> points(const Vector& x);

/// Newton's method in floating point for the system's zero near x (unknowns()); the multipliers may
/// start anywhere. kCertified when the steps have shrunk to rounding.
[[nodiscard]] StrictMinimumStatus refine_zero(const StationaritySystem& system, Vector& x);

/// The interval Newton test around x (lemma at `strict_minimum`). kCertified: `zero` holds exactly
/// one zero, and the program's Hessian is positive definite on the kinks' common subspace for all
/// points in it.
[[nodiscard]] StrictMinimumStatus enclose_zero(const StationaritySystem& system, const Vector& x,
                                               std::vector<Enclosure>& zero);

}  // namespace thalweg::landscape
