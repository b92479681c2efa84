#pragma once

#include <iosfwd>
#include <optional>

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

/// Writes the lines `basis` .. the second proof at the stream's position (failed attempts are
/// overwritten; text may remain behind the position where it ends). Empty when no bound could be
/// proved; the position is then where it was.
[[nodiscard]] std::optional<WrittenBound> write_bound(std::ostream& output,
                                                      const CertificateRequest& request);

}  // namespace thalweg::certificate
