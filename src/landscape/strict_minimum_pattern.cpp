#include "landscape/strict_minimum_pattern.hpp"

#include <Eigen/Dense>
#include <algorithm>

#include "thalweg/exact/rank.hpp"

namespace thalweg::landscape {
namespace {

/// All rows on a neuron's kink.
std::vector<Index> rows_of(const std::vector<KinkRow>& kinks, Index neuron) {
  std::vector<Index> rows;
  for (const KinkRow& kink : kinks) {
    if (kink.neuron == neuron) rows.push_back(kink.row);
  }
  return rows;
}

/// Splits a neuron's kinks into independent rows and rows that follow; false when not proved.
bool add_kinks(const Matrix& X, Index neuron, const std::vector<Index>& rows, OwnPattern& pattern) {
  if (rows.empty()) return true;
  const RowBasis basis = row_basis(X(rows, Eigen::all));
  if (!basis.proved) return false;
  for (Index k = 0; k < static_cast<Index>(rows.size()); ++k) {
    const KinkRow kink{neuron, rows[static_cast<std::size_t>(k)]};
    const bool independent = std::binary_search(basis.rows.begin(), basis.rows.end(), k);
    (independent ? pattern.kinks : pattern.implied).push_back(kink);
    pattern.gates(kink.row, neuron) = independent ? 0 : 0.5;
  }
  return true;
}

}  // namespace

std::vector<bool> nonzero_rows(const Matrix& X) {
  std::vector<bool> nonzero;
  for (Index i = 0; i < X.rows(); ++i) nonzero.push_back((X.row(i).array() != 0).any());
  return nonzero;
}

std::optional<OwnPattern> pattern_near(const TrainingProblem& problem, const Matrix& W,
                                       const std::vector<double>& signs, double tolerance) {
  const Matrix& X = problem.X();
  const std::vector<bool> nonzero = nonzero_rows(X);
  const Vector lengths = X.rowwise().norm();
  OwnPattern pattern{signs, Matrix::Zero(X.rows(), W.rows()), {}, {}};
  for (Index j = 0; j < W.rows(); ++j) {
    const Vector w = W.row(j);
    const Vector values = X * w;
    std::vector<Index> rows;
    for (Index i = 0; i < X.rows(); ++i) {
      if (!nonzero[static_cast<std::size_t>(i)]) continue;
      const bool on_kink = std::abs(values[i]) <= tolerance * lengths[i] * w.norm();
      if (on_kink) rows.push_back(i);
      pattern.gates(i, j) = !on_kink && values[i] > 0 ? 1 : 0;
    }
    if (!add_kinks(X, j, rows, pattern)) return std::nullopt;
  }
  return pattern;
}

void balance_gates(const TrainingProblem& problem, const Matrix& W, const Vector& nu,
                   OwnPattern& pattern) {
  for (Index j = 0; j < W.rows(); ++j) {
    const std::vector<Index> implied = rows_of(pattern.implied, j);
    if (implied.empty()) continue;
    std::vector<Index> rows = rows_of(pattern.kinks, j);
    rows.insert(rows.end(), implied.begin(), implied.end());
    const double sign = pattern.signs[static_cast<std::size_t>(j)];
    Vector active = pattern.gates.col(j);
    for (const Index i : implied) active[i] = 0;
    const Vector w = W.row(j);
    const Matrix pulls = sign * (nu.asDiagonal() * problem.X())(rows, Eigen::all).transpose();
    const Vector halves = Vector::Constant(static_cast<Index>(rows.size()), 0.5);
    const Vector missing = problem.beta() * w.normalized() -
                           sign * problem.X().transpose() * active.cwiseProduct(nu) -
                           pulls * halves;
    const Vector gates = halves + pulls.completeOrthogonalDecomposition().solve(missing);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const double gate = gates[static_cast<Index>(k)];
      const bool follows = k >= rows.size() - implied.size();
      if (follows && gate > 0 && gate < 1) pattern.gates(rows[k], j) = gate;
    }
  }
}

}  // namespace thalweg::landscape
