// Paths whose optimum is known in closed form for every beta (theory, sections 10 and 3 of the
// architectures' notes).

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "support/fixtures.hpp"
#include "thalweg/training/regularization_path.hpp"

namespace thalweg {
namespace {

using testing::Fixture;
using testing::make_fixture;

constexpr double kRoot2 = std::numbers::sqrt2;

PathSettings settings_to(double beta_min, PathMethod method = PathMethod::kExact) {
  PathSettings settings;
  settings.beta_min = beta_min;
  settings.points = 15;
  settings.relative_gap = 1e-8;
  settings.method = method;
  return settings;
}

/// The path of the fixture's data against P*(beta), and its betas of events against `events`.
void expect_path(const Fixture& fixture, double beta_min, double beta_max,
                 const std::function<double(double)>& optimum) {
  for (const PathMethod method : {PathMethod::kExact, PathMethod::kGrid}) {
    SCOPED_TRACE(fixture.name + (method == PathMethod::kGrid ? " grid" : " exact"));
    const RegularizationPath path =
        regularization_path(fixture.problem(), settings_to(beta_min, method));
    EXPECT_EQ(path.status, PathStatus::kSolved);
    EXPECT_NEAR(path.beta_max, beta_max, 1e-9 * beta_max);
    ASSERT_GE(path.points.size(), 15U);
    EXPECT_EQ(path.points.back().beta, beta_min);
    for (const PathPoint& point : path.points) {
      const double exact = optimum(point.beta);
      // The fixtures with irrational rows are other problems by about an ulp.
      EXPECT_NEAR(point.objective, exact, 1e-8 * exact + 1e-12) << "beta " << point.beta;
      EXPECT_LE(point.lower_bound, exact * (1 + 1e-12)) << "beta " << point.beta;
      const double h = 1e-6 * point.beta;
      if (point.event || point.beta + h > beta_max) continue;
      const double slope = (optimum(point.beta + h) - optimum(point.beta - h)) / (2 * h);
      EXPECT_NEAR(point.mass, slope, 1e-4 * (1 + slope)) << "beta " << point.beta;
    }
  }
}

std::vector<double> betas_of(const RegularizationPath& path, PathEventKind kind) {
  std::vector<double> betas;
  for (const PathEvent& event : path.events) {
    if (event.kind == kind) betas.push_back(event.beta);
  }
  return betas;
}

Fixture fixture_of(const std::string& name) {
  for (Fixture& fixture : testing::closed_form_fixtures()) {
    if (fixture.name == name) return std::move(fixture);
  }
  throw std::logic_error("no fixture " + name);
}

TEST(RegularizationClosedForms, OneNeuron) {
  expect_path(fixture_of("F1x"), 0.01, 2, [](double b) { return b - b * b / 4; });
  expect_path(fixture_of("F3"), 0.01, 1.2, [](double b) { return 5 * b / 3 - 25 * b * b / 36; });
}

TEST(RegularizationClosedForms, SeveralNeuronsAtOnce) {
  const double kappa = 24 / std::sqrt(76.0);
  expect_path(fixture_of("F2x"), 0.01, 1, [](double b) { return 3 * b - 1.5 * b * b; });
  expect_path(fixture_of("F3b"), 0.01, 3 / kappa,
              [&](double b) { return kappa * b - kappa * kappa * b * b / 6; });
}

TEST(RegularizationClosedForms, OneNeuronAfterTheOther) {
  expect_path(fixture_of("F4"), 0.01, kRoot2, [](double b) {
    return b <= 1 ? b * (1 + 1 / kRoot2) - 0.75 * b * b : 0.5 + b / kRoot2 - b * b / 4;
  });
  expect_path(fixture_of("F5"), 0.01, 2,
              [](double b) { return 2 * b - b * b / 2 + (b <= 1 ? b - b * b / 2 : 0.5); });
  expect_path(fixture_of("F6"), 0.01, 1, [](double b) {
    return b <= 1 / kRoot2 ? b * (1 + kRoot2) - 1.5 * b * b : 0.5 + b - b * b / 2;
  });
}

TEST(RegularizationClosedForms, EntriesLieWhereTheyMust) {
  const auto entries = [](const std::string& name) {
    const Fixture fixture = fixture_of(name);
    return betas_of(regularization_path(fixture.problem(), settings_to(0.01)),
                    PathEventKind::kEntry);
  };
  const auto expect_near = [](const std::vector<double>& found, const std::vector<double>& exact) {
    ASSERT_EQ(found.size(), exact.size());
    for (std::size_t k = 0; k < exact.size(); ++k) {
      EXPECT_NEAR(found[k], exact[k], 1e-9 * exact[k]);
    }
  };
  expect_near(entries("F4"), {kRoot2, 1});
  expect_near(entries("F5"), {2, 1});
  expect_near(entries("F5b"), {5, 2});
  expect_near(entries("F6"), {1, 1 / kRoot2});
}

TEST(RegularizationClosedForms, ANeuronLeavesWhereItsMassVanishes) {
  // F7 at beta = 0.1 has the optimal vertex without the second direction of a chain of four.
  const RegularizationPath path =
      regularization_path(testing::chain_fixture().problem(), settings_to(0.05));
  const std::vector<double> exits = betas_of(path, PathEventKind::kExit);
  ASSERT_FALSE(exits.empty());
  EXPECT_NEAR(exits.front(), 0.1, 1e-9);
}

TEST(RegularizationClosedForms, ArchitectureNotes) {
  const Fixture a = make_fixture("FC-A", {{1, 0}, {0, 1}, {-1, 1}, {2, -1}}, {1, -1, 2, 0.5}, 0);
  const RegularizationPath path = regularization_path(a.problem(), settings_to(0.001));
  EXPECT_NEAR(path.beta_max, std::sqrt(5.0), 1e-9);
  int checked = 0;
  for (const PathPoint& point : path.points) {
    if (point.beta > 0.2) continue;
    ++checked;
    EXPECT_NEAR(point.objective, 6.5 * point.beta - 7.5 * point.beta * point.beta, 1e-9);
  }
  EXPECT_GE(checked, 3);
  struct Row {
    std::initializer_list<double> y;
    double linear;
    double quadratic;
  };
  const Row rows[] = {
      {{0, 1, 0}, 3, 5.5}, {{1, -1, 1}, 5, 5.5}, {{1, 0, 1}, 2, 1.5}, {{-1, 2, -1}, 8, 5.5}};
  for (const Row& row : rows) {
    const Fixture c = make_fixture("FC-C", {{-1, 1}, {0, 1}, {1, 1}}, row.y, 0);
    for (const PathPoint& point : regularization_path(c.problem(), settings_to(0.05)).points) {
      if (point.beta > 0.1) continue;
      EXPECT_NEAR(point.objective,
                  row.linear * point.beta - row.quadratic * point.beta * point.beta, 1e-9)
          << "linear " << row.linear << " beta " << point.beta;
    }
  }
  const Fixture b =
      make_fixture("FC-B", {{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}}, {1, -1, 2, 0, 1}, 0);
  PathSettings settings = settings_to(0.05);
  settings.points = 3;
  const double values[][2] = {{0.05, 0.32862072}, {0.1, 0.63165050}, {0.2, 1.16099711}};
  for (const auto& [beta, optimum] : values) {
    settings.beta_min = beta;
    const RegularizationPath short_path = regularization_path(b.problem(), settings);
    EXPECT_NEAR(short_path.points.back().objective, optimum, 2e-8);
    EXPECT_NEAR(short_path.beta_max, 3, 1e-9);
  }
}

}  // namespace
}  // namespace thalweg
