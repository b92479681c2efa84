#include "landscape/objective_enclosure.hpp"

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/loss_enclosure.hpp"

namespace thalweg::landscape {
namespace {

Enclosure positive_part(const Enclosure& a) {
  return {std::max(0.0, a.lower), std::max(0.0, a.upper)};
}

Enclosure output(const TrainingProblem& problem, const TwoLayerNetwork& network, Index sample) {
  const Matrix& X = problem.X();
  const AffinePart affine = problem.affine_part(network);
  Enclosure sum = point(affine.bias);
  for (Index k = 0; k < affine.skip.size(); ++k) {
    sum = sum + X(sample, k) * point(affine.skip[k]);
  }
  for (Index j = 0; j < network.width(); ++j) {
    Enclosure value = point(0);
    for (Index k = 0; k < X.cols(); ++k) value = value + X(sample, k) * point(network.W(j, k));
    sum = sum + network.alpha(j, 0) * positive_part(value);
  }
  return sum;
}

}  // namespace

Enclosure enclose_objective(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  const Loss& loss = problem.loss();
  const Index n = problem.samples();
  Enclosure value = point(0);
  for (Index i = 0; i < n; ++i) {
    value = value + enclose_loss_value(loss, sample_weight_enclosure(loss, i, n),
                                       output(problem, network, i), problem.y()[i]);
  }
  Enclosure squares = point(0);
  for (const double weight : network.W.reshaped()) squares = squares + square(point(weight));
  for (const double weight : network.alpha.reshaped()) squares = squares + square(point(weight));
  value = value + (0.5 * problem.beta()) * squares;
  const Vector affine = problem.stack(problem.affine_part(network));
  const Vector penalties = problem.affine_penalties();
  for (Index k = 0; k < affine.size(); ++k) {
    value = value + (0.5 * penalties[k]) * square(point(affine[k]));
  }
  return value;
}

}  // namespace thalweg::landscape
