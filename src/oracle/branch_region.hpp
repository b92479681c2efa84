#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/model/branch_form.hpp"
#include "thalweg/oracle/branch_oracle.hpp"

namespace thalweg::oracle {

/// An upper bound on N_*(z), z stored doubles taken as exact.
[[nodiscard]] double dual_norm_bound(const BlockNorm& norm, const Vector& z);

/// The part of a form's domain where some of its units have made their choices, the inputs of each
/// of them too: a cone on which those units are linear.
class BranchRegion {
 public:
  /// `form` must outlive the object. O(r p).
  BranchRegion(const BranchForm& form, const BranchChoices& choices);

  [[nodiscard]] const BranchForm& form() const { return form_; }
  [[nodiscard]] bool decided(Index unit) const { return choice(unit) != kUndecided; }
  [[nodiscard]] std::int16_t choice(Index unit) const {
    return choices_[static_cast<std::size_t>(unit)];
  }
  /// Whether every input of the unit is decided.
  [[nodiscard]] bool ready(Index unit) const { return ready_[static_cast<std::size_t>(unit)]; }
  /// A decided unit's activation, (p); of another ReLU its row plus its decided inputs. Of an
  /// undecided maximum nothing.
  [[nodiscard]] auto linear(Index unit) const { return linear_.col(unit); }
  /// At least N_* of the sum of the absolute values of the terms of linear(unit).
  [[nodiscard]] double size(Index unit) const { return size_[unit]; }

  /// The region is {w : cone^T w >= 0}; (p x q), no zero columns.
  [[nodiscard]] const Matrix& cone() const { return cone_; }
  /// For each column of the cone the row of form().rows() that it belongs to: of a ReLU its row and
  /// companions; of a maximum the candidate that is not the choice, and the chosen one's own row
  /// for its being at least 0.
  [[nodiscard]] const std::vector<Index>& slots() const { return slots_; }
  /// As size(), of a column.
  [[nodiscard]] double cone_size(Index column) const {
    return cone_sizes_[static_cast<std::size_t>(column)];
  }

 private:
  void decide_relu(Index unit, std::vector<Vector>& columns);
  void decide_maximum(Index unit, std::vector<Vector>& columns);
  void add(std::vector<Vector>& columns, Vector column, Index slot, double size);

  const BranchForm& form_;
  const BranchChoices& choices_;
  std::vector<bool> ready_;
  Matrix linear_;
  Vector size_;
  Matrix cone_;
  std::vector<Index> slots_;
  std::vector<double> cone_sizes_;
};

}  // namespace thalweg::oracle
