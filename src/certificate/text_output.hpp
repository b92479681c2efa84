#pragma once

#include <iosfwd>

#include "certificate/exact_number.hpp"
#include "certificate/grid_dual.hpp"
#include "thalweg/certificate/certificate.hpp"

namespace thalweg::certificate {

/// The lines `cert` .. the network's (and the improved network's) section.
void write_statement(std::ostream& output, const CertificateRequest& request);

/// The lines `basis` and `nu`; an empty basis stands for the coordinates themselves.
void write_dual(std::ostream& output, const std::vector<Index>& basis, const GridDual& dual);

}  // namespace thalweg::certificate
