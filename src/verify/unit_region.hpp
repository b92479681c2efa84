#pragma once

#include <utility>
#include <vector>

#include "verify/units.hpp"

namespace thalweg::verify {

/// Numbers of rows or units with positive integers.
using Pairs = std::vector<std::pair<std::size_t, Int>>;

/// A node of a tree over units: which are decided how, and what that makes linear. Rows and vectors
/// are at the exponent of the data.
class UnitRegion {
 public:
  using Row = std::vector<Int>;

  /// Problem and form are kept by reference. Nothing is decided.
  UnitRegion(Reader& reader, const Problem& problem, const Form& form);

  [[nodiscard]] bool is_maximum() const { return form_.units.empty(); }
  [[nodiscard]] std::size_t samples() const { return problem_.y.size(); }
  [[nodiscard]] std::size_t units() const { return choices_.size(); }
  [[nodiscard]] std::size_t per_sample() const { return per_sample_; }
  /// Of a maximum.
  [[nodiscard]] std::size_t candidates() const { return problem_.rows_per_target; }
  [[nodiscard]] std::size_t rows() const {
    return is_maximum() ? samples() * candidates() : units();
  }
  [[nodiscard]] std::size_t unit_of(std::size_t row) const {
    return is_maximum() ? row / candidates() : row;
  }
  /// p, the entries of w.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// A maximum's row.
  [[nodiscard]] const Int* data(std::size_t row) const {
    return &problem_.x.values[row * problem_.d];
  }

  [[nodiscard]] bool is_decided(std::size_t unit) const { return choices_[unit] >= 0; }
  [[nodiscard]] int choice(std::size_t unit) const { return choices_[unit]; }
  [[nodiscard]] int last_choice() const {
    return is_maximum() ? static_cast<int>(candidates()) : 1;
  }
  void decide(std::size_t unit, int choice) { choices_[unit] = choice; }
  void undecide(std::size_t unit) { choices_[unit] = -1; }

  /// Calls visit(unit, sign) for every input of a ReLU.
  template <class Visit>
  void for_inputs(std::size_t unit, const Visit& visit) const {
    const std::size_t first = unit - unit % per_sample_;
    for (const FormUnit::Input& input : form_.units[unit % per_sample_].inputs) {
      visit(first + input.unit, input.sign);
    }
  }
  [[nodiscard]] bool inputs_are_decided(std::size_t unit) const;

  /// Makes linear() that of the choices as they are.
  void set_linear_parts();
  /// A ReLU's row and its decided inputs with signs.
  [[nodiscard]] const Row& linear(std::size_t unit) const { return linear_[unit]; }
  /// The sum of cone rows with these factors; Failure when a unit is not decided.
  [[nodiscard]] Row combination(const Pairs& multipliers) const;
  /// N_*(z)^2 at twice the exponent of z.
  [[nodiscard]] Int squared_dual_norm(const Row& z) const;

 private:
  void add_cone_row(std::size_t number, const Int& v, Row& target) const;

  const Problem& problem_;
  const Form& form_;
  std::size_t per_sample_;  ///< units
  std::size_t size_;
  std::vector<int> choices_;  ///< -1: undecided
  std::vector<Row> linear_;   ///< of ReLUs
};

}  // namespace thalweg::verify
