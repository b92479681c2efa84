#pragma once

#include <optional>
#include <vector>

#include "thalweg/reformulation/piece_enumeration.hpp"

namespace thalweg {

/// Depth-first search over the choices of a form's units.
class PieceSearch {
 public:
  PieceSearch(const BranchForm& form, const PieceSettings& settings, PieceList& list);

  /// Fills the list, its status included.
  void run();

 private:
  /// One choice of a unit on the cone so far.
  struct Choice {
    std::uint8_t number = 0;
    Matrix rows;    ///< (k x p) that the cone gains
    Vector output;  ///< (p) of the unit
  };

  void search(std::size_t unit, const std::optional<Vector>& inside);
  [[nodiscard]] std::vector<Choice> relu_choices(const BranchForm::Unit& unit);
  [[nodiscard]] std::vector<Choice> maximum_choices(const BranchForm::Unit& unit);
  [[nodiscard]] Vector input_of(const BranchForm::Unit& unit);
  void descend(std::size_t unit, const Choice& choice, const std::optional<Vector>& inside);
  [[nodiscard]] bool stop();

  const BranchForm& form_;
  const PieceSettings& settings_;
  PieceList& list_;
  BranchPattern pattern_;
  Matrix outputs_;  ///< (p x units), of each unit on the cone so far
  Matrix cone_;     ///< (p x rows), a row of the cone a column; the first cone_rows_ count
  Index cone_rows_ = 0;
  bool rounded_ = false;
};

}  // namespace thalweg
