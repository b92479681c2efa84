#pragma once

#include <iosfwd>

#include "certificate/bound_writer.hpp"

namespace thalweg::certificate {

/// Writes the lines `nu` .. the last section `units` at the stream's position, for maxima over
/// patches and parallel networks; otherwise as write_bound.
///
/// The dual is scaled by an estimate of its norm, which is raised where a tree exceeds the
/// threshold or a cell does not close; rounding takes a part of the slack, so every leaf that the
/// oracle closes is written.
[[nodiscard]] BoundOutcome write_unit_bound(std::ostream& output,
                                            const CertificateRequest& request);

}  // namespace thalweg::certificate
