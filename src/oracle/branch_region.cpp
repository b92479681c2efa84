#include "oracle/branch_region.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "oracle/vector_factors.hpp"

namespace thalweg::oracle {

double dual_norm_bound(const BlockNorm& norm, const Vector& z) {
  if (norm.is_nuclear()) return spectral_norm_bound(z.reshaped(norm.cols(), norm.rows()));
  const double terms = static_cast<double>(z.size() + 8);
  return norm.dual(z) * (1 + terms * std::numeric_limits<double>::epsilon());
}

BranchRegion::BranchRegion(const BranchForm& form, const BranchChoices& choices)
    : form_(form),
      choices_(choices),
      ready_(form.units().size(), true),
      linear_(Matrix::Zero(form.parameters(), static_cast<Index>(form.units().size()))),
      size_(Vector::Zero(static_cast<Index>(form.units().size()))) {
  std::vector<Vector> columns;
  for (Index u = 0; u < linear_.cols(); ++u) {
    const bool relu = form.units()[static_cast<std::size_t>(u)].kind == BranchForm::Kind::kRelu;
    relu ? decide_relu(u, columns) : decide_maximum(u, columns);
  }
  cone_.resize(form.parameters(), static_cast<Index>(columns.size()));
  for (Index i = 0; i < cone_.cols(); ++i) cone_.col(i) = columns[static_cast<std::size_t>(i)];
}

void BranchRegion::add(std::vector<Vector>& columns, Vector column, Index slot, double size) {
  if (column.isZero(0)) return;
  columns.push_back(std::move(column));
  slots_.push_back(slot);
  cone_sizes_.push_back(size);
}

void BranchRegion::decide_relu(Index u, std::vector<Vector>& columns) {
  const BranchForm::Unit& unit = form_.units()[static_cast<std::size_t>(u)];
  auto input = linear_.col(u);
  input = form_.row(unit.first_row);
  double size = form_.norm().dual(input.cwiseAbs());
  for (const BranchForm::Input& k : unit.inputs) {
    if (!decided(k.unit)) {
      ready_[static_cast<std::size_t>(u)] = false;
      continue;
    }
    input += k.factor * linear_.col(k.unit);
    size += std::abs(k.factor) * size_[k.unit];
  }
  size_[u] = size;
  if (!decided(u)) return;
  const double side = choice(u) == 1 ? 1 : -1;
  add(columns, side * input, unit.first_row, size);
  for (Index r = 1; r < unit.row_count; ++r) {
    const Vector row = form_.row(unit.first_row + r);
    add(columns, side * row, unit.first_row + r, form_.norm().dual(row.cwiseAbs()));
  }
  if (choice(u) == 0) {
    input.setZero();
    size_[u] = 0;
  }
}

void BranchRegion::decide_maximum(Index u, std::vector<Vector>& columns) {
  if (!decided(u)) return;
  const BranchForm::Unit& unit = form_.units()[static_cast<std::size_t>(u)];
  const Index chosen = choice(u) - 1;
  auto output = linear_.col(u);
  if (chosen >= 0) output = form_.row(unit.first_row + chosen);
  size_[u] = form_.norm().dual(output.cwiseAbs());
  for (Index r = 0; r < unit.row_count; ++r) {
    const Vector row = form_.row(unit.first_row + r);
    Vector column = r == chosen ? row : Vector(output - row);
    add(columns, std::move(column), unit.first_row + r,
        size_[u] + form_.norm().dual(row.cwiseAbs()));
  }
}

}  // namespace thalweg::oracle
