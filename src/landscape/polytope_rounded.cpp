#include "landscape/polytope_rounded.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace thalweg::landscape {

std::optional<RoundedTableau> RoundedTableau::make(const System& system,
                                                   const std::vector<Index>& columns) {
  if (system.b.size() != system.A.rows()) {
    throw InvalidArgument("A has " + std::to_string(system.A.rows()) + " rows but b has " +
                          std::to_string(system.b.size()));
  }
  if (!system.A.allFinite() || !system.b.allFinite()) {
    throw InvalidArgument("A or b has an entry that is not finite");
  }
  RoundedTableau tableau;
  tableau.tolerance_ = system.tolerance;
  tableau.row_of_.assign(columns.size(), -1);
  const Matrix chosen = system.A(Eigen::all, columns);
  Index rank = 0;
  Matrix frame(system.A.rows(), 0);
  if (chosen.size() > 0) {
    Eigen::ColPivHouseholderQR<Matrix> qr(chosen);
    qr.setThreshold(system.tolerance);
    rank = qr.rank();
    frame = qr.householderQ() * Matrix::Identity(system.A.rows(), rank);
    for (Index row = 0; row < rank; ++row) {
      tableau.basis_.push_back(qr.colsPermutation().indices()[row]);
      tableau.row_of_[static_cast<std::size_t>(tableau.basis_.back())] = row;
    }
  }
  tableau.A_ = frame.transpose() * chosen;
  tableau.b_ = frame.transpose() * system.b;
  const double outside = (system.b - frame * tableau.b_).norm();
  if (outside > system.tolerance * system.b.norm()) return std::nullopt;
  tableau.solve();
  return tableau;
}

void RoundedTableau::solve() {
  entries_.resize(rows(), columns() + 1);
  if (rows() > 0) {
    const Eigen::PartialPivLU<Matrix> factors(A_(Eigen::all, basis_));
    entries_.leftCols(columns()) = factors.solve(A_);
    entries_.rightCols(1) = factors.solve(b_);
  }
  scale_ = Vector::Ones(columns() + 1);
  if (rows() == 0) return;
  for (Index j = 0; j < columns(); ++j) {
    scale_[j] = std::max(1.0, entries_.col(j).lpNorm<Eigen::Infinity>());
  }
  scale_[columns()] = entries_.col(columns()).lpNorm<Eigen::Infinity>();
}

int RoundedTableau::compare_ratios(Index row, Index other, Index column, Index entering) const {
  const double here = entries_(row, entering);
  const double there = entries_(other, entering);
  const double difference = entries_(row, column) / here - entries_(other, column) / there;
  return sign_beyond(difference * std::max(here, there), scale_[column]);
}

RoundedTableau::Costs RoundedTableau::scaled_costs(const std::vector<double>& costs) const {
  double largest = 0;
  for (double cost : costs) largest = std::max(largest, std::abs(cost));
  Costs scaled = costs;
  for (double& cost : scaled) cost /= largest > 0 ? largest : 1;
  return scaled;
}

RoundedTableau::Scaled RoundedTableau::reduced_cost(const Costs& costs, Index variable) const {
  double result = costs[static_cast<std::size_t>(variable)];
  for (Index row = 0; row < rows(); ++row) {
    result -= costs[static_cast<std::size_t>(basic(row))] * entries_(row, variable);
  }
  return sign_beyond(result, scale_[variable]) == 0 ? 0 : result;
}

void RoundedTableau::pivot(Index row, Index entering) {
  row_of_[static_cast<std::size_t>(basic(row))] = -1;
  row_of_[static_cast<std::size_t>(entering)] = row;
  basis_[static_cast<std::size_t>(row)] = entering;
  solve();
}

template class Polytope<RoundedTableau>;

}  // namespace thalweg::landscape
