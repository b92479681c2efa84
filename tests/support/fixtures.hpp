#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg::testing {

/// A problem whose optimum is known in closed form (squared loss, no output bias).
struct Fixture {
  std::string name;
  Matrix X;
  Vector y;
  double beta = 0.1;
  double optimum = 0;

  [[nodiscard]] TrainingProblem problem() const { return {X, y, beta, Loss::squared()}; }
};

inline Fixture make_fixture(std::string name,
                            std::initializer_list<std::initializer_list<double>> rows,
                            std::initializer_list<double> targets, double optimum,
                            double beta = 0.1) {
  Fixture fixture;
  fixture.name = std::move(name);
  fixture.X.resize(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index k = 0;
    for (const double value : row) fixture.X(i, k++) = value;
    ++i;
  }
  fixture.y.resize(static_cast<Index>(targets.size()));
  i = 0;
  for (const double value : targets) fixture.y[i++] = value;
  fixture.beta = beta;
  fixture.optimum = optimum;
  return fixture;
}

/// X = I - (1/8) 1 1^T, y = 1 (n = 3 or 4): the optimum in closed form for n = 3 is kappa beta -
/// kappa^2 beta^2 / 6.
inline Fixture shifted_identity(std::string name, Index n, double optimum) {
  Fixture fixture;
  fixture.name = std::move(name);
  fixture.X = Matrix::Identity(n, n) - Matrix::Constant(n, n, 0.125);
  fixture.y = Vector::Ones(n);
  fixture.optimum = optimum;
  return fixture;
}

/// F7 of the theory: a non-trivial optimal polytope from a chain of unit directions.
inline Fixture chain_fixture() {
  const double root = std::sqrt(3.0);
  const double beta = 0.1;
  Fixture fixture = make_fixture("F7", {{-2 - root, 1}, {-1, 1}, {root, 1}}, {0, 0, 0},
                                 4 * beta + beta * beta * (3 - 1.5 * root) / 2);
  fixture.y << 3 + root + beta * (1 - root / 2), 1 + root + beta * (root - 1) / 2,
      3 + root + beta / 2;
  return fixture;
}

/// Fixtures F1 to F7 of the theory (docs/theory/two_layer.md) at beta = 0.1, F0 as beta above
/// beta_max.
inline std::vector<Fixture> closed_form_fixtures() {
  const double root2 = std::sqrt(2.0);
  const double root3 = std::sqrt(3.0);
  const double b = 0.1;
  const double kappa = 24 / std::sqrt(76.0);
  std::vector<Fixture> fixtures;
  fixtures.push_back(
      make_fixture("F0 above beta_max", {{-root3, 1}, {root3, 1}}, {1, 1}, 1.0, 2.5));
  fixtures.push_back(make_fixture("F1", {{-root3, 1}, {root3, 1}}, {1, 1}, b - b * b / 4));
  fixtures.push_back(make_fixture("F1x", {{1, 1, 1, 1}, {-1, -1, -1, 1}}, {1, 1}, b - b * b / 4));
  fixtures.push_back(make_fixture("F2", {{1, 0}, {-0.5, root3 / 2}, {-0.5, -root3 / 2}}, {1, 1, 1},
                                  3 * b - 1.5 * b * b));
  fixtures.push_back(make_fixture("F2x",
                                  {{0.5, 0.5, 0.5, 0.5}, {-0.5, -0.5, -0.5, 0.5}, {0, 0, 0, -1}},
                                  {1, 1, 1}, 3 * b - 1.5 * b * b));
  fixtures.push_back(
      make_fixture("F3", {{0.6, 0.8}, {0.6, -0.8}}, {1, 1}, 5 * b / 3 - 25 * b * b / 36));
  fixtures.push_back(shifted_identity("F3b", 3, kappa * b - kappa * kappa * b * b / 6));
  fixtures.push_back(
      make_fixture("F4", {{1, -1}, {0, 1}}, {1, 1}, b * (1 + 1 / root2) - 0.75 * b * b));
  fixtures.push_back(make_fixture("F5", {{-1}, {1}}, {1, 2}, 0.29));
  fixtures.push_back(make_fixture("F5 half", {{-1}, {1}}, {1, 0.5}, 0.14));
  fixtures.push_back(make_fixture("F5b", {{-2}, {-1}, {1}, {3}}, {2, 1, 1, -1}, 0.9185));
  fixtures.push_back(make_fixture("F6", {{1, 0}, {1, 1}}, {1, -1}, b * (1 + root2) - 1.5 * b * b));
  fixtures.push_back(chain_fixture());
  return fixtures;
}

}  // namespace thalweg::testing
