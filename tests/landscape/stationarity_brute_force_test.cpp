#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/landscape/stationarity.hpp"

namespace thalweg {
namespace {

constexpr double kBeta = 0.25;

/// One neuron on ties, with gates for its tied rows that make it stationary.
struct Planted {
  Vector u;  ///< unit
  double sign = 1;
  double mass = 1;
  std::vector<Index> ties;  ///< nonzero rows with x_i^T u = 0
  Vector gates;             ///< (n)
};

struct Instance {
  Matrix X;
  Vector nu;
  std::vector<Planted> neurons;
  TwoLayerNetwork network;

  [[nodiscard]] TrainingProblem problem() const {
    Vector y = nu;
    for (const Planted& neuron : neurons) {
      y += neuron.sign * neuron.mass * activations(neuron);
    }
    return {X, y, kBeta, Loss::squared()};
  }
  [[nodiscard]] Vector activations(const Planted& neuron) const {
    Vector t = (X * neuron.u).cwiseMax(0.0);
    for (const Index row : neuron.ties) t[row] = 0;
    return t;
  }
};

/// What the gates are drawn from.
enum class Gates { kHull, kBox, kOutside };

Matrix small_rows(Random& random, Index n, Index d) {
  return Matrix::NullaryExpr(n, d, [&] { return static_cast<double>(random.below(3)) - 1; });
}

/// A direction orthogonal to up to d - 1 of the rows.
Vector direction_on_ties(Random& random, const Matrix& X) {
  const Index d = X.cols();
  const auto count = static_cast<Index>(random.below(static_cast<std::uint64_t>(d)));
  Matrix normals = Matrix::Zero(d, d);
  for (Index k = 0; k < count; ++k) {
    normals.row(k) = X.row(static_cast<Index>(random.below(static_cast<std::uint64_t>(X.rows()))));
  }
  const Eigen::FullPivLU<Matrix> lu(normals);
  const Matrix kernel = lu.kernel();
  const Vector along = Vector::NullaryExpr(kernel.cols(), [&] { return random.normal(); });
  return (kernel * along).normalized();
}

/// Gates of the tied rows that a generic direction has.
Vector generic_gates(Random& random, const Matrix& X, const std::vector<Index>& ties) {
  const Vector delta = random.direction(X.cols());
  Vector gates = Vector::Zero(X.rows());
  for (const Index row : ties) gates[row] = X.row(row).dot(delta) > 0 ? 1 : 0;
  return gates;
}

Planted plant(Random& random, const Matrix& X, Gates kind) {
  Planted neuron;
  neuron.u = direction_on_ties(random, X);
  neuron.sign = random.below(2) == 0 ? 1 : -1;
  neuron.mass = 0.5 + random.uniform();
  for (Index row = 0; row < X.rows(); ++row) {
    if (X.row(row).isZero(0)) continue;
    if (std::abs(X.row(row).dot(neuron.u)) < 1e-12) neuron.ties.push_back(row);
  }
  neuron.gates = (X * neuron.u).unaryExpr([](double t) { return t > 0 ? 1.0 : 0.0; });
  for (const Index row : neuron.ties) neuron.gates[row] = 0;
  Vector tied = Vector::Zero(X.rows());
  const double share = random.uniform();
  if (kind == Gates::kHull) {
    tied = share * generic_gates(random, X, neuron.ties) +
           (1 - share) * generic_gates(random, X, neuron.ties);
  } else {
    for (const Index row : neuron.ties) tied[row] = random.uniform();
    if (kind == Gates::kOutside && !neuron.ties.empty()) tied[neuron.ties.front()] = 1.75;
  }
  neuron.gates += tied;
  return neuron;
}

/// nu with beta u_j = s_j X^T diag(gates_j) nu for all neurons; none when there is none.
std::optional<Vector> dual_for(Random& random, const Matrix& X,
                               const std::vector<Planted>& neurons) {
  const Index d = X.cols();
  Matrix system(d * static_cast<Index>(neurons.size()), X.rows());
  Vector goal(system.rows());
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    const Index first = d * static_cast<Index>(j);
    system.middleRows(first, d) = neurons[j].sign * X.transpose() * neurons[j].gates.asDiagonal();
    goal.segment(first, d) = kBeta * neurons[j].u;
  }
  const Eigen::CompleteOrthogonalDecomposition<Matrix> solver(system);
  const Vector extra = Vector::NullaryExpr(X.rows(), [&] { return random.normal(); });
  const Vector nu = solver.solve(goal) + extra - solver.solve(system * extra);
  if ((system * nu - goal).norm() > 1e-12) return std::nullopt;
  return nu;
}

std::optional<Instance> draw(Random& random, Gates kind) {
  Instance instance;
  const auto d = static_cast<Index>(2 + random.below(2));
  instance.X = small_rows(random, static_cast<Index>(5 + random.below(4)), d);
  const auto width = 1 + random.below(2);
  for (std::uint64_t j = 0; j < width; ++j) {
    instance.neurons.push_back(plant(random, instance.X, kind));
  }
  const auto nu = dual_for(random, instance.X, instance.neurons);
  if (!nu) return std::nullopt;
  instance.nu = *nu;
  std::vector<Neuron> neurons;
  for (const Planted& neuron : instance.neurons) {
    neurons.push_back({neuron.mass * neuron.u, sign_of(neuron.sign), {}, -1});
  }
  instance.network = to_network(neurons, d, {});
  return instance;
}

/// beta u - s X^T (D + E) nu for generic patterns E of the ties, columns.
Matrix sampled_gradients(Random& random, const Instance& instance, const Planted& neuron) {
  Vector active = neuron.gates;
  for (const Index row : neuron.ties) active[row] = 0;
  std::vector<Vector> seen;
  for (int sample = 0; sample < 400; ++sample) {
    const Vector gates = active + generic_gates(random, instance.X, neuron.ties);
    if (std::find(seen.begin(), seen.end(), gates) == seen.end()) seen.push_back(gates);
  }
  Matrix gradients(instance.X.cols(), static_cast<Index>(seen.size()));
  for (std::size_t k = 0; k < seen.size(); ++k) {
    gradients.col(static_cast<Index>(k)) =
        kBeta * neuron.u - neuron.sign * instance.X.transpose() * seen[k].cwiseProduct(instance.nu);
  }
  return gradients;
}

/// Length of the shortest vector in the hull of the columns.
double distance_from_hull(const Matrix& columns) {
  Matrix system(columns.rows() + 1, columns.cols());
  system.topRows(columns.rows()) = columns;
  system.bottomRows(1).setConstant(100);
  Vector goal = Vector::Zero(system.rows());
  goal[columns.rows()] = 100;
  const Vector free = Vector::Constant(columns.cols(), std::numeric_limits<double>::infinity());
  const Vector mass = bounded_least_squares(system, goal, free).x;
  return (columns * mass / mass.sum()).norm();
}

/// The steepest slope over random directions of one neuron's w, from the definition.
double sampled_slope(Random& random, const Instance& instance, const Planted& neuron) {
  double least = 0;
  Vector active = neuron.gates;
  for (const Index row : neuron.ties) active[row] = 0;
  // Gates of ties that were left are whole.
  active = active.array().round();
  for (int sample = 0; sample < 2000; ++sample) {
    const Vector v = random.direction(instance.X.cols());
    Vector change = active.cwiseProduct(instance.X * v);
    for (const Index row : neuron.ties) change[row] = std::max(0.0, instance.X.row(row).dot(v));
    least = std::min(least, kBeta * neuron.u.dot(v) - neuron.sign * instance.nu.dot(change));
  }
  return least;
}

struct Counts {
  int clarke_yes = 0;
  int clarke_no = 0;
  int d_yes = 0;
  int d_no = 0;
  int d_open = 0;
};

void compare(Random& random, const Instance& instance, Counts& counts) {
  const TrainingProblem problem = instance.problem();
  const Stationarity found = stationarity(problem, instance.network);
  double hull = 0;
  double slope = 0;
  bool left_a_tie = false;
  for (std::size_t j = 0; j < instance.neurons.size(); ++j) {
    Planted neuron = instance.neurons[j];
    left_a_tie = left_a_tie || found.ties[j].size() < neuron.ties.size();
    hull = std::max(hull, distance_from_hull(sampled_gradients(random, instance, neuron)));
    // A tie whose gate is 0 or 1 anyway may be left for a point beside it.
    if (found.d_stationary.finding == Finding::kYes) neuron.ties = found.ties[j];
    slope = std::min(slope, sampled_slope(random, instance, neuron));
  }
  EXPECT_EQ(found.balanced.finding, Finding::kYes);
  if (hull < 1e-10) {
    EXPECT_EQ(found.clarke.finding, Finding::kYes);
    ++counts.clarke_yes;
  } else if (hull > 1e-6) {
    EXPECT_EQ(found.clarke.finding, Finding::kNo) << hull;
    EXPECT_LE(found.clarke_residual_at_least, 2 * found.clarke_residual);
    ++counts.clarke_no;
  }
  EXPECT_NE(found.clarke_exact, Finding::kYes);  // directions are rounded
  switch (found.d_stationary.finding) {
    case Finding::kYes:
      EXPECT_GE(slope, -1e-7);
      EXPECT_EQ(found.clarke.finding, Finding::kYes);
      // Beside a downward kink the objective falls beyond it, within the distance.
      if (left_a_tie) {
        EXPECT_NE(found.local_minimum.finding, Finding::kNo);
      } else {
        EXPECT_EQ(found.local_minimum.finding, Finding::kYes);
      }
      ++counts.d_yes;
      break;
    case Finding::kNo:
      ASSERT_TRUE(found.descent);
      EXPECT_GT(found.descent->decrease, 0);
      EXPECT_LT(found.descent->slope, 0);
      ++counts.d_no;
      break;
    case Finding::kUndecided:
      // Dependent ties: the point looked at has a descent, points beside it are not excluded.
      EXPECT_GT(found.descent_rate, 1e-8 * kBeta);
      ++counts.d_open;
      break;
  }
  if (slope < -1e-3) {
    EXPECT_NE(found.d_stationary.finding, Finding::kYes);
  }
}

/// Planted points on kinks of small integer data: parallel, opposite, dependent and zero rows
/// abound.
TEST(StationarityBruteForce, PlantedPoints) {
  Counts counts;
  for (const Gates kind : {Gates::kHull, Gates::kBox, Gates::kOutside}) {
    Random random(41);
    for (int k = 0; k < 300; ++k) {
      const auto instance = draw(random, kind);
      if (!instance) continue;
      SCOPED_TRACE(::testing::Message() << static_cast<int>(kind) << " draw " << k);
      compare(random, *instance, counts);
    }
  }
  EXPECT_GE(counts.clarke_yes, 300);
  EXPECT_GE(counts.clarke_no, 80);
  EXPECT_GE(counts.d_yes, 200);
  EXPECT_GE(counts.d_no, 150);
  EXPECT_LE(counts.d_open, 30);
}

}  // namespace
}  // namespace thalweg
