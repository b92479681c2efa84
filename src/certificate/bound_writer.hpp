#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

#include "certificate/written_bound.hpp"

namespace thalweg::certificate {

struct BoundOutcome {
  std::optional<WrittenBound> bound;
  bool was_stopped = false;  ///< the clock or a cancellation cut the search for a better one
};

/// Writes the lines `near` or `basis` .. the second proof at the stream's position (failed attempts
/// are overwritten; text may remain behind the position where it ends). Text that must wait lies in
/// an unlinked file beside `path`. Without a bound when none could be proved; the position is then
/// where it was.
[[nodiscard]] BoundOutcome write_bound(std::ostream& output, const std::filesystem::path& path,
                                       const CertificateRequest& request);

}  // namespace thalweg::certificate
