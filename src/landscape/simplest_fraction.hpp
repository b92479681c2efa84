#pragma once

#include <gmpxx.h>

namespace thalweg::landscape {

/// The fraction with the least denominator in [lower, upper] (and among those the least numerator
/// in size), by continued fractions. Precondition: lower <= upper. O(log of the denominator)
/// divisions. Source: Stern-Brocot tree.
[[nodiscard]] mpq_class simplest_fraction(const mpq_class& lower, const mpq_class& upper);

}  // namespace thalweg::landscape
