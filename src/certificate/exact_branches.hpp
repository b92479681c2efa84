#pragma once

#include <gmpxx.h>

#include "thalweg/certificate/certificate.hpp"

namespace thalweg::certificate {

/// Both bounds of a number that has a square root in it; else they are equal.
struct Enclosed {
  mpq_class below, above;
};

/// L of the request's network, exactly, or with the path norm on the grid of docs/certificate.md;
/// the loss is not logistic. O(n) operations for each weight.
[[nodiscard]] Enclosed exact_objective(const CertificateRequest& request);

}  // namespace thalweg::certificate
