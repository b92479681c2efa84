#pragma once

#include "thalweg/certificate/certificate.hpp"

namespace thalweg::certificate {

/// Throws InvalidArgument as write_certificate does, but for faults of the path.
void check_request(const CertificateRequest& request);
/// The same for the path, which is there, as is `improved` when it has an end.
void check_path(const CertificateRequest& request);

}  // namespace thalweg::certificate
