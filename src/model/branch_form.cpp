#include "thalweg/model/branch_form.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw InvalidArgument(message);
}

/// Rows of a cone, collected without the zero ones.
class ConeRows {
 public:
  explicit ConeRows(Index parameters) : parameters_(parameters) {}

  void add(const Vector& row) {
    if (row.isZero(0)) return;
    entries_.insert(entries_.end(), row.data(), row.data() + row.size());
  }
  [[nodiscard]] Matrix matrix() const {
    const Index count = static_cast<Index>(entries_.size()) / std::max<Index>(parameters_, 1);
    return Eigen::Map<const Matrix>(entries_.data(), parameters_, count).transpose();
  }

 private:
  Index parameters_;
  std::vector<double> entries_;
};

}  // namespace

BranchForm::BranchForm(Index samples, BlockNorm norm) : samples_(samples), norm_(std::move(norm)) {
  require(samples >= 1, "samples: expected at least one, got " + std::to_string(samples));
}

void BranchForm::check_sample(Index sample) const {
  require(
      sample >= 0 && sample < samples_,
      "sample: expected 0 .. " + std::to_string(samples_ - 1) + ", got " + std::to_string(sample));
}

void BranchForm::add_rows(const Matrix& rows) {
  require(rows.cols() == parameters(), "rows: expected " + std::to_string(parameters()) +
                                           " columns, got " + std::to_string(rows.cols()));
  require(rows.allFinite(), "rows: expected finite entries");
  for (Index r = 0; r < rows.rows(); ++r) {
    for (Index k = 0; k < rows.cols(); ++k) rows_.push_back(rows(r, k));
  }
}

Index BranchForm::add_relu(Index sample, const Vector& row, double output,
                           std::vector<Input> inputs, const Matrix& companions) {
  check_sample(sample);
  const Index number = static_cast<Index>(units_.size());
  for (const Input& input : inputs) {
    require(input.unit >= 0 && input.unit < number &&
                units_[static_cast<std::size_t>(input.unit)].sample == sample,
            "inputs: unit " + std::to_string(input.unit) + " is no earlier unit of the sample");
  }
  const Index first = static_cast<Index>(rows_.size()) / parameters();
  add_rows(row.transpose());
  if (companions.size() > 0) add_rows(companions);
  const Index count = static_cast<Index>(rows_.size()) / parameters() - first;
  units_.push_back({sample, Kind::kRelu, first, count, std::move(inputs), output});
  return number;
}

Index BranchForm::add_maximum(Index sample, const Matrix& candidates, double output) {
  check_sample(sample);
  require(candidates.rows() >= 1 && candidates.rows() < 256,
          "candidates: expected 1 to 255, got " + std::to_string(candidates.rows()));
  const Index number = static_cast<Index>(units_.size());
  const Index first = static_cast<Index>(rows_.size()) / parameters();
  add_rows(candidates);
  units_.push_back({sample, Kind::kMaximum, first, candidates.rows(), {}, output});
  return number;
}

Matrix BranchForm::rows() const {
  const Index count = static_cast<Index>(rows_.size()) / parameters();
  return Eigen::Map<const Matrix>(rows_.data(), parameters(), count).transpose();
}

Eigen::Map<const Vector> BranchForm::row(Index r) const {
  return {rows_.data() + r * parameters(), parameters()};
}

bool BranchForm::is_shallow() const {
  return norm_.is_l2() && std::all_of(units_.begin(), units_.end(), [](const Unit& unit) {
           return unit.kind == Kind::kRelu && unit.row_count == 1 && unit.inputs.empty();
         });
}

Vector BranchForm::shallow_dual(const Vector& nu) const {
  Vector dual(static_cast<Index>(units_.size()));
  for (std::size_t u = 0; u < units_.size(); ++u) {
    dual[static_cast<Index>(u)] = units_[u].output * nu[units_[u].sample];
  }
  return dual;
}

BranchForm::Value BranchForm::evaluate(const Vector& w) const {
  Value value{Vector::Zero(samples_), BranchPattern(units_.size())};
  Vector outputs(static_cast<Index>(units_.size()));
  for (std::size_t u = 0; u < units_.size(); ++u) {
    const Unit& unit = units_[u];
    double best = 0;
    for (Index r = 0; r < (unit.kind == Kind::kRelu ? 1 : unit.row_count); ++r) {
      double input = row(unit.first_row + r).dot(w);
      for (const Input& k : unit.inputs) input += k.factor * outputs[k.unit];
      if (input > best) {
        best = input;
        value.pattern[u] = static_cast<std::uint8_t>(r + 1);
      }
    }
    outputs[static_cast<Index>(u)] = best;
    value.outputs[unit.sample] += unit.output * best;
  }
  return value;
}

BranchPiece BranchForm::piece(std::span<const std::uint8_t> pattern) const {
  require(pattern.size() == units_.size(), "pattern: expected " + std::to_string(units_.size()) +
                                               " choices, got " + std::to_string(pattern.size()));
  BranchPiece piece{Matrix::Zero(samples_, parameters()), {}};
  ConeRows cone(parameters());
  Matrix active = Matrix::Zero(parameters(), static_cast<Index>(units_.size()));  // of each unit
  for (std::size_t u = 0; u < units_.size(); ++u) {
    const Unit& unit = units_[u];
    const Index choice = pattern[u];
    auto output = active.col(static_cast<Index>(u));
    if (unit.kind == Kind::kRelu) {
      require(choice <= 1, "pattern: the choice of a ReLU is 0 or 1");
      Vector input = row(unit.first_row);
      for (const Input& k : unit.inputs) input += k.factor * active.col(k.unit);
      const double side = choice == 1 ? 1 : -1;
      cone.add(side * input);
      for (Index r = 1; r < unit.row_count; ++r) cone.add(side * row(unit.first_row + r));
      if (choice == 1) output = input;
    } else {
      require(choice <= unit.row_count, "pattern: a choice is no candidate of its maximum");
      if (choice > 0) output = row(unit.first_row + choice - 1);
      if (choice > 0) cone.add(output);
      for (Index r = 0; r < unit.row_count; ++r) {
        if (r + 1 != choice) cone.add(output - row(unit.first_row + r));
      }
    }
    if (choice > 0) piece.map.row(unit.sample) += unit.output * output.transpose();
  }
  piece.cone = cone.matrix();
  return piece;
}

Vector BranchForm::pull(std::span<const std::uint8_t> pattern, const Vector& nu) const {
  Vector weight = shallow_dual(nu);  // of each unit's activation in nu^T f
  Vector result = Vector::Zero(parameters());
  for (std::size_t u = units_.size(); u-- > 0;) {
    const Unit& unit = units_[u];
    const double w = weight[static_cast<Index>(u)];
    if (pattern[u] == 0 || w == 0) continue;
    result += w * row(unit.first_row + pattern[u] - 1);
    for (const Input& k : unit.inputs) weight[k.unit] += k.factor * w;
  }
  return result;
}

}  // namespace thalweg
