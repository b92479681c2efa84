#include "landscape/strict_minimum_pattern.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg::landscape {
namespace {

/// Gates are multiples of 1 / this, so that 1 - g is not rounded.
constexpr double kGateSteps = 1 << 20;

/// a with row = a first, exactly parallel rows.
Enclosure multiple(const Vector& row, const Vector& first) {
  Index largest = 0;
  first.cwiseAbs().maxCoeff(&largest);
  return point(row[largest]) / point(first[largest]);
}

/// The rows of one neuron's kinks, one hyperplane each.
std::vector<Kink> hyperplanes(const Matrix& X, const RowGroups& groups, Index neuron,
                              const std::vector<Index>& rows) {
  std::vector<Kink> kinks;
  for (const Index i : rows) {
    const auto same = std::find_if(kinks.begin(), kinks.end(), [&](const Kink& kink) {
      return groups.group_of_row[static_cast<std::size_t>(kink.rows.front())] ==
             groups.group_of_row[static_cast<std::size_t>(i)];
    });
    Kink& kink = same == kinks.end() ? kinks.emplace_back(Kink{neuron, {}, {}}) : *same;
    kink.rows.push_back(i);
    kink.multiples.push_back(multiple(X.row(i), X.row(kink.rows.front())));
  }
  return kinks;
}

/// Splits a neuron's kinks into independent ones and those that follow; false when not proved.
bool add_kinks(const Matrix& X, std::vector<Kink> kinks, OwnPattern& pattern) {
  if (kinks.empty()) return true;
  std::vector<Index> normals;
  for (const Kink& kink : kinks) normals.push_back(kink.rows.front());
  const RowBasis basis = row_basis(X(normals, Eigen::all));
  if (!basis.proved) return false;
  for (std::size_t k = 0; k < kinks.size(); ++k) {
    const bool independent =
        std::binary_search(basis.rows.begin(), basis.rows.end(), static_cast<Index>(k));
    pattern.set_gate(kinks[k], independent ? 0 : 0.5);
    (independent ? pattern.kinks : pattern.implied).push_back(std::move(kinks[k]));
  }
  return true;
}

/// A kink's pull s X^T diag(jump of the gates) nu for a unit of its gate, (d).
Vector pull(const TrainingProblem& problem, const OwnPattern& pattern, const Kink& kink,
            const std::vector<Enclosure>& nu) {
  return middle(slope_jump(pattern, kink, nu)) * problem.X().row(kink.rows.front()).transpose();
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
  const RowGroups groups = group_parallel_rows(X);
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
    if (!add_kinks(X, hyperplanes(X, groups, j, rows), pattern)) return std::nullopt;
  }
  return pattern;
}

Enclosure slope_jump(const OwnPattern& pattern, const Kink& kink,
                     const std::vector<Enclosure>& nu) {
  Enclosure sum = point(0);
  for (std::size_t i = 0; i < kink.rows.size(); ++i) {
    sum = sum + absolute(kink.multiples[i]) * nu[static_cast<std::size_t>(kink.rows[i])];
  }
  return pattern.signs[static_cast<std::size_t>(kink.neuron)] * sum;
}

void balance_gates(const TrainingProblem& problem, const Matrix& W,
                   const std::vector<Enclosure>& nu, OwnPattern& pattern) {
  Vector centre(problem.samples());
  for (Index i = 0; i < centre.size(); ++i) centre[i] = middle(nu[static_cast<std::size_t>(i)]);
  const std::vector<Kink> implied = pattern.implied;
  for (const Kink& kink : implied) pattern.set_gate(kink, 0);
  for (Index j = 0; j < W.rows(); ++j) {
    const auto is_on = [j](const Kink& kink) { return kink.neuron == j; };
    std::vector<Kink> kinks;
    std::copy_if(implied.begin(), implied.end(), std::back_inserter(kinks), is_on);
    const std::size_t following = kinks.size();
    if (following == 0) continue;
    std::copy_if(pattern.kinks.begin(), pattern.kinks.end(), std::back_inserter(kinks), is_on);
    Matrix pulls(problem.dimension(), static_cast<Index>(kinks.size()));
    for (Index k = 0; k < pulls.cols(); ++k) {
      pulls.col(k) = pull(problem, pattern, kinks[static_cast<std::size_t>(k)], nu);
    }
    const Vector w = W.row(j);
    const double sign = pattern.signs[static_cast<std::size_t>(j)];
    const Vector missing =
        problem.beta() * w.normalized() -
        sign * problem.X().transpose() * pattern.gates.col(j).cwiseProduct(centre);
    const Vector halves = Vector::Constant(pulls.cols(), 0.5);
    const Vector gates =
        halves + pulls.completeOrthogonalDecomposition().solve(missing - pulls * halves);
    for (std::size_t k = 0; k < following; ++k) {
      const double gate = std::round(gates[static_cast<Index>(k)] * kGateSteps) / kGateSteps;
      pattern.set_gate(kinks[k], gate > 0 && gate < 1 ? gate : 0.5);
    }
  }
}

}  // namespace thalweg::landscape
