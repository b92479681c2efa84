#pragma once

#include <iosfwd>
#include <string>

#include "thalweg/model/branch_form.hpp"
#include "thalweg/oracle/branch_proof.hpp"

namespace thalweg::certificate {

/// A grid 2^-exponent so fine that rounding all numbers of any leaf of a form moves its bound by at
/// most about a quarter of `room`.
struct UnitGrid {
  UnitGrid(const BranchForm& form, const Vector& nu, double room);

  long exponent = 0;
  double rows = 0;    ///< at least the sum of the lengths of a cone's rows
  double factor = 1;  ///< of the form's outputs; the proof is about them without it
};

/// The line `radii` of a form of maxima.
[[nodiscard]] std::string radii_line(const BranchForm& form, const UnitGrid& grid);

/// Writes the nodes of a section `units` (docs/certificate.md).
class UnitText final : public BranchProofSink {
 public:
  /// All are kept by reference.
  UnitText(const BranchForm& form, const UnitGrid& grid, std::ostream& output)
      : form_(form), grid_(grid), output_(output) {}

  void split(Index unit) override;
  [[nodiscard]] bool leaf(const BranchLeaf& leaf) override;

 private:
  [[nodiscard]] std::string pairs(RowMultipliers list, double factor, double largest) const;

  const BranchForm& form_;
  const UnitGrid& grid_;
  std::ostream& output_;
};

}  // namespace thalweg::certificate
