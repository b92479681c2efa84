#include "convex/kink_multipliers.hpp"

#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg::detail {
namespace {

struct Shortest {
  Vector residual;
  Vector x;
};

Shortest shortest(const Vector& base, const Matrix& columns, double upper) {
  if (columns.cols() == 0) return {base, Vector(0)};
  const BoundedLeastSquares solution =
      bounded_least_squares(columns, base, Vector::Constant(columns.cols(), upper));
  return {solution.residual, solution.x};
}

Matrix columns_of(const NeuronModel& model, const std::vector<Index>& rows, const Vector& scale) {
  Matrix columns(model.problem().dimension(), static_cast<Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    columns.col(static_cast<Index>(k)) =
        scale[rows[k]] * model.problem().X().row(rows[k]).transpose();
  }
  return columns;
}

}  // namespace

KinkMultipliers kink_multipliers(const NeuronModel& model, const GatedNeuron& neuron,
                                 const Vector& gradient) {
  KinkMultipliers result;
  result.ties = model.ties(neuron);
  if (result.ties.empty()) {
    result.residual = gradient;
    return result;
  }
  const Vector pull = neuron.s * model.nu;  // an active row i contributes -pull_i x_i
  Vector base = gradient;                   // the ties' own contributions taken out
  std::vector<Index> convex;
  std::vector<Index> concave;
  for (const Index i : result.ties) {
    if (neuron.gate[i] > 0) base += pull[i] * model.problem().X().row(i).transpose();
    (pull[i] < 0 ? convex : concave).push_back(i);
  }
  const Matrix columns = columns_of(model, convex, pull);
  Shortest best = shortest(base, columns, 1);
  for (const Index i : concave) {
    const Vector with = base - pull[i] * model.problem().X().row(i).transpose();
    Shortest other = shortest(with, columns, 1);
    if (other.residual.norm() > best.residual.norm()) {
      best = std::move(other);
      base = with;
      result.on.push_back(i);
    }
  }
  result.residual = best.residual;
  for (std::size_t k = 0; k < convex.size(); ++k) {
    const double lambda = best.x[static_cast<Index>(k)];
    if (lambda >= 1) {
      result.on.push_back(convex[k]);
    } else if (lambda > 0) {
      result.free.push_back(convex[k]);
    }
  }
  return result;
}

}  // namespace thalweg::detail
