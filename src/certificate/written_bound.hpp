#pragma once

#include <cstdint>

#include "certificate/grid_dual.hpp"
#include "thalweg/certificate/certificate.hpp"

namespace thalweg::certificate {

/// A dual bound whose proof lies in the stream.
struct WrittenBound {
  GridDual dual;
  BoundProof proof = BoundProof::kNone;
  double dual_norm = 0;
  double slack = 0;
  std::int64_t leaves = 0;
};

}  // namespace thalweg::certificate
