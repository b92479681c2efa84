#include "thalweg/report/landscape_slice.hpp"

#include <algorithm>
#include <limits>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/parameter_vector.hpp"

namespace thalweg::report {
namespace {

constexpr double kMargin = 0.3;     ///< around the networks, of their largest distance
constexpr double kParallel = 1e-9;  ///< shorter parts, relative to the weights, are rounding

/// The part of `wanted` orthogonal to `first` (empty: all of it), of length 1; of a random vector
/// where nothing is left.
Vector direction(const Vector& wanted, const Vector& first, double size, Random& random) {
  Vector part = wanted;
  if (first.size() > 0) part -= first.dot(part) * first;
  while (!(part.norm() > kParallel * size)) {
    for (double& value : part) value = random.normal();
    if (first.size() > 0) part -= first.dot(part) * first;
    if (part.size() <= 1) break;  // no plane
  }
  return part.stableNormalized();
}

/// `resolution` equidistant coordinates, `reach` to both sides of the middle of the places.
Vector coordinates(const Vector& places, double reach, Index resolution) {
  const double middle = (places.minCoeff() + places.maxCoeff()) / 2;
  return Vector::LinSpaced(resolution, middle - reach, middle + reach);
}

}  // namespace

LandscapeSlice slice_landscape(const TrainingProblem& problem,
                               const std::array<TwoLayerNetwork, 3>& networks, Index resolution,
                               std::uint64_t seed, const RunControl& control) {
  if (resolution < 2) {
    throw InvalidArgument("resolution: expected at least 2, got " + std::to_string(resolution));
  }
  const Index width = networks[0].width();
  std::array<Vector, 3> theta;
  for (std::size_t k = 0; k < 3; ++k) {
    theta[k] = parameters_of(problem, networks[k]);
    if (networks[k].width() == width) continue;
    throw InvalidArgument("networks: expected width " + std::to_string(width) + ", got " +
                          std::to_string(networks[k].width()));
  }
  Random random(seed);
  const double size = theta[0].norm() + theta[1].norm() + theta[2].norm();
  const Vector first = direction(theta[1] - theta[0], {}, size, random);
  const Vector second = direction(theta[2] - theta[0], first, size, random);
  LandscapeSlice slice;
  slice.places = Matrix::Zero(3, 2);
  for (Index k = 1; k < 3; ++k) {
    const Vector away = theta[static_cast<std::size_t>(k)] - theta[0];
    slice.places.row(k) << first.dot(away), second.dot(away);
  }
  const Eigen::RowVectorXd extent =
      slice.places.colwise().maxCoeff() - slice.places.colwise().minCoeff();
  const double reach =
      extent.maxCoeff() > 0 ? (0.5 + kMargin) * extent.maxCoeff() : std::max(size, 1.0) / 3;
  slice.x = coordinates(slice.places.col(0), reach, resolution);
  slice.y = coordinates(slice.places.col(1), reach, resolution);
  slice.objective =
      Matrix::Constant(resolution, resolution, std::numeric_limits<double>::quiet_NaN());
  for (Index row = 0; row < resolution && slice.complete; ++row) {
    for (Index column = 0; column < resolution; ++column) {
      const Vector point = theta[0] + slice.x[column] * first + slice.y[row] * second;
      slice.objective(row, column) = problem.objective(network_from(problem, width, point));
    }
    slice.complete = row + 1 == resolution || !control.should_stop();
  }
  return slice;
}

}  // namespace thalweg::report
