#pragma once

#include <iosfwd>

#include "certificate/exact_number.hpp"
#include "certificate/grid_dual.hpp"
#include "thalweg/certificate/certificate.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg::certificate {

/// The lines `cert` .. the last section before the dual bound (network, improved network, path).
void write_statement(std::ostream& output, const CertificateRequest& request);

/// The line `nu`.
void write_nu(std::ostream& output, const GridDual& dual);

/// The section `near`, where rows are replaced, and the lines `basis` and `nu` of a tree over this
/// geometry.
void write_dual(std::ostream& output, const RowGeometry& geometry, const GridDual& dual);
/// The lines `basis` and `nu` of a sphere proof.
void write_dual(std::ostream& output, const GridDual& dual);

}  // namespace thalweg::certificate
