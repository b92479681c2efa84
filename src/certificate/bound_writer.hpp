#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

#include "certificate/written_bound.hpp"

namespace thalweg::certificate {

/// Writes the lines `near` or `basis` .. the second proof at the stream's position (failed attempts
/// are overwritten; text may remain behind the position where it ends). Text that must wait lies in
/// an unlinked file beside `path`. Empty when no bound could be proved; the position is then where
/// it was.
[[nodiscard]] std::optional<WrittenBound> write_bound(std::ostream& output,
                                                      const std::filesystem::path& path,
                                                      const CertificateRequest& request);

}  // namespace thalweg::certificate
