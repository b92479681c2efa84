#include "reformulation/piece_search.hpp"

#include <cmath>
#include <utility>

#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {
namespace {

/// Whether a + factor b was computed without rounding, in every entry.
bool adds_exactly(const Vector& a, double factor, const Vector& b) {
  for (Index k = 0; k < a.size(); ++k) {
    const double product = factor * b[k];
    const double sum = a[k] + product;
    const double rest = sum - a[k];
    if (std::fma(factor, b[k], -product) != 0 || (a[k] - (sum - rest)) + (product - rest) != 0) {
      return false;
    }
  }
  return true;
}

/// Whether rows z > 0, beyond any rounding: |fl(r^T z) - r^T z| <= p 2^-52 |r|^T |z| for p < 2^50.
bool surely_inside(const Matrix& rows, const Vector& z) {
  const double unit = std::ldexp(static_cast<double>(rows.cols() + 2), -52);
  for (Index r = 0; r < rows.rows(); ++r) {
    const double size = rows.row(r).cwiseAbs().dot(z.cwiseAbs());
    if (!(size < HUGE_VAL && rows.row(r).dot(z) > unit * size + 1e-290)) return false;
  }
  return true;
}

/// A point inside {w : A w > 0}, the proof that there is none, or neither.
CellInterior point_inside(const Matrix& A) {
  const HyperplaneArrangement arrangement(A);
  if (arrangement.rank_proved()) {
    const std::vector<PatternWord> plus(static_cast<std::size_t>(pattern_words(A.rows())),
                                        ~PatternWord{0});
    return interior_point(arrangement, plus);
  }
  CellInterior result;
  StrictFeasibility answer = strict_feasibility(A);
  result.status = !answer.feasible           ? CellStatus::kNotACell
                  : answer.point.has_value() ? CellStatus::kPoint
                                             : CellStatus::kNoDoublePoint;
  if (answer.point) result.point = std::move(*answer.point);
  return result;
}

}  // namespace

PieceSearch::PieceSearch(const BranchForm& form, const PieceSettings& settings, PieceList& list)
    : form_(form),
      settings_(settings),
      list_(list),
      pattern_(form.units().size()),
      outputs_(Matrix::Zero(form.parameters(), static_cast<Index>(form.units().size()))) {
  Index rows = 0;
  for (const BranchForm::Unit& unit : form.units()) rows += unit.row_count;
  cone_ = Matrix::Zero(form.parameters(), rows);
}

void PieceSearch::run() {
  list_.status = PieceListStatus::kComplete;
  search(0, std::nullopt);
  if (list_.status == PieceListStatus::kComplete && rounded_) {
    list_.status = PieceListStatus::kRounded;
  }
}

bool PieceSearch::stop() {
  if (list_.status != PieceListStatus::kComplete) return true;
  if (settings_.control.should_stop()) list_.status = PieceListStatus::kStopped;
  return list_.status != PieceListStatus::kComplete;
}

void PieceSearch::search(std::size_t unit, const std::optional<Vector>& inside) {
  if (stop()) return;
  if (unit == pattern_.size()) {
    if (list_.patterns.size() == settings_.max_pieces) {
      list_.status = PieceListStatus::kPieceLimit;
      return;
    }
    list_.patterns.push_back(pattern_);
    list_.points.push_back(inside.value_or(Vector{}));
    return;
  }
  const BranchForm::Unit& here = form_.units()[unit];
  const std::vector<Choice> choices =
      here.kind == BranchForm::Kind::kRelu ? relu_choices(here) : maximum_choices(here);
  for (const Choice& choice : choices) descend(unit, choice, inside);
}

void PieceSearch::descend(std::size_t unit, const Choice& choice,
                          const std::optional<Vector>& inside) {
  const Index before = cone_rows_;
  cone_.middleCols(before, choice.rows.rows()) = choice.rows.transpose();
  cone_rows_ += choice.rows.rows();
  pattern_[unit] = choice.number;
  outputs_.col(static_cast<Index>(unit)) = choice.output;
  if (choice.rows.rows() == 0 || (inside && surely_inside(choice.rows, *inside))) {
    search(unit + 1, inside);
  } else {
    CellInterior found = point_inside(cone_.leftCols(cone_rows_).transpose());
    if (found.status == CellStatus::kNotACell) {
      ++list_.excluded;
    } else if (found.status == CellStatus::kPoint) {
      search(unit + 1, std::move(found.point));
    } else {
      search(unit + 1, std::nullopt);
    }
  }
  cone_rows_ = before;
}

Vector PieceSearch::input_of(const BranchForm::Unit& unit) {
  Vector input = form_.row(unit.first_row);
  for (const BranchForm::Input& k : unit.inputs) {
    const Vector active = outputs_.col(k.unit);
    rounded_ = rounded_ || !adds_exactly(input, k.factor, active);
    input += k.factor * active;
  }
  return input;
}

std::vector<PieceSearch::Choice> PieceSearch::relu_choices(const BranchForm::Unit& unit) {
  const Vector input = input_of(unit);
  Matrix rows(unit.row_count, form_.parameters());
  Index count = 0;
  if (!input.isZero(0)) rows.row(count++) = input.transpose();
  for (Index r = 1; r < unit.row_count; ++r) {
    const auto companion = form_.row(unit.first_row + r);
    if (!companion.isZero(0)) rows.row(count++) = companion.transpose();
  }
  rows.conservativeResize(count, Eigen::NoChange);
  const Vector closed = Vector::Zero(form_.parameters());
  if (count == 0) return {{0, rows, closed}};
  return {{0, -rows, closed}, {1, rows, input}};
}

std::vector<PieceSearch::Choice> PieceSearch::maximum_choices(const BranchForm::Unit& unit) {
  const auto candidate = [&](Index choice) -> Vector {
    return choice == 0 ? Vector::Zero(form_.parameters()).eval()
                       : Vector(form_.row(unit.first_row + choice - 1));
  };
  std::vector<Choice> choices;
  for (Index choice = 0; choice <= unit.row_count; ++choice) {
    const Vector chosen = candidate(choice);
    Matrix rows(unit.row_count, form_.parameters());
    Index count = 0;
    bool first = true;  // of its equals
    for (Index other = 0; other <= unit.row_count; ++other) {
      const Vector difference = chosen - candidate(other);
      if (difference.isZero(0)) {
        first = first && other >= choice;
        continue;
      }
      rounded_ = rounded_ || !adds_exactly(chosen, -1, candidate(other));
      rows.row(count++) = difference.transpose();
    }
    rows.conservativeResize(count, Eigen::NoChange);
    if (first) choices.push_back({static_cast<std::uint8_t>(choice), std::move(rows), chosen});
  }
  return choices;
}

}  // namespace thalweg
